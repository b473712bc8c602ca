// Files that arrive in parts: how far each is, and what is less than a piece.
// The parts themselves stand in files beside the database.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const spools: Migration = {
  name: '0002-spools',
  async up(db) {
    await sql`CREATE TABLE vault_spool (
      id TEXT PRIMARY KEY, size INTEGER NOT NULL, file TEXT NOT NULL, key BLOB NOT NULL, pieces INTEGER NOT NULL,
      tail BLOB NOT NULL, used_at INTEGER NOT NULL)`.execute(db);
    await sql`CREATE INDEX vault_spool_used ON vault_spool (used_at)`.execute(db);
  },
};
