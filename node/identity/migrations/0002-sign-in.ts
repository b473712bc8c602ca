// Passkeys, the second factor with its recovery codes, and how far the first run has come.
// Forward only; once merged it does not change.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const signIn: Migration = {
  name: '0002-sign-in',
  async up(db) {
    await sql`CREATE TABLE identity_passkey (
      credential_id TEXT PRIMARY KEY, account_id TEXT NOT NULL, rp_id TEXT NOT NULL, public_key BLOB NOT NULL,
      counter INTEGER NOT NULL, transports TEXT NOT NULL, backed_up INTEGER NOT NULL, name TEXT NOT NULL,
      created_at INTEGER NOT NULL, used_at INTEGER)`.execute(db);
    await sql`CREATE TABLE identity_second_factor (
      account_id TEXT PRIMARY KEY, confirmed_at INTEGER NOT NULL, last_step INTEGER NOT NULL)`.execute(db);
    await sql`CREATE TABLE identity_recovery_code (
      hash BLOB PRIMARY KEY, account_id TEXT NOT NULL, used_at INTEGER)`.execute(db);
    await sql`CREATE TABLE identity_welcome (
      step TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL)`.execute(db);
  },
};
