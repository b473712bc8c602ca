// Files that the owner uploaded; the sealed bytes lie in the vault.
// A file without an owner is an upload that is forgotten after a day.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE media_file (
      id TEXT PRIMARY KEY, cid TEXT NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL,
      name TEXT, alt TEXT, width INTEGER, height INTEGER,
      small_cid TEXT, small_key BLOB, small_size INTEGER, small_type TEXT,
      owner TEXT, created_at INTEGER NOT NULL) WITHOUT ROWID`.execute(db);
    await sql`CREATE INDEX media_file_owner ON media_file (owner) WHERE owner IS NOT NULL`.execute(db);
    await sql`CREATE INDEX media_file_unused ON media_file (created_at) WHERE owner IS NULL`.execute(db);
  },
};
