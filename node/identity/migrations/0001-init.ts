// Tables of identity: who this node is, its sealing keys, its accounts, their sessions and refresh tokens.
// Forward only; once merged it does not change.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE identity_self (
      one INTEGER PRIMARY KEY CHECK (one = 1), node_id TEXT NOT NULL, did TEXT NOT NULL, log TEXT NOT NULL,
      username TEXT NOT NULL, display_name TEXT NOT NULL, language TEXT NOT NULL, generation INTEGER NOT NULL,
      recovery TEXT NOT NULL, kit_positions TEXT, record TEXT, created_at INTEGER NOT NULL)`.execute(db);
    await sql`CREATE TABLE identity_sealing_key (
      public_key TEXT PRIMARY KEY, created_at INTEGER NOT NULL)`.execute(db);
    await sql`CREATE TABLE identity_account (
      account_id TEXT PRIMARY KEY, role TEXT NOT NULL, passphrase TEXT, created_at INTEGER NOT NULL,
      claimed_at INTEGER)`.execute(db);
    await sql`CREATE TABLE identity_session (
      session_id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL,
      seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL)`.execute(db);
    await sql`CREATE TABLE identity_refresh (
      hash BLOB PRIMARY KEY, session_id TEXT NOT NULL, issued_at INTEGER NOT NULL, used_at INTEGER)`.execute(
      db,
    );
    await sql`CREATE INDEX identity_refresh_session ON identity_refresh (session_id)`.execute(db);
  },
};
