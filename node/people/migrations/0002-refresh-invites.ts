// Whose profile is to be asked for anew (a portrait comes by question, not by message), and invitations.
// Of an invitation only a digest of its secret is kept: a copy of the database invites nobody.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const refreshInvites: Migration = {
  name: '0002-refresh-invites',
  async up(db) {
    await sql`CREATE TABLE people_refresh (
      node_id TEXT PRIMARY KEY, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`.execute(
      db,
    );
    await sql`CREATE TABLE people_invite (
      id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, note TEXT NOT NULL, accept INTEGER NOT NULL,
      uses_max INTEGER NOT NULL, uses INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID`.execute(db);
  },
};
