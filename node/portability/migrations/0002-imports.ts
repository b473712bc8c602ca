// What imports have brought or still have to: one row a post by its address elsewhere, so that nothing comes twice.
// The text of a note stands here only until its post does.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const imports: Migration = {
  name: '0002-imports',
  async up(db) {
    await sql`CREATE TABLE portability_import (
      id TEXT PRIMARY KEY, state TEXT NOT NULL, phase TEXT NOT NULL, source_kind TEXT NOT NULL, source TEXT NOT NULL,
      prefix TEXT NOT NULL, items_total INTEGER NOT NULL, skipped TEXT NOT NULL, code TEXT,
      created_at INTEGER NOT NULL, finished_at INTEGER) WITHOUT ROWID`.execute(db);
    await sql`CREATE TABLE portability_note (
      origin TEXT PRIMARY KEY, import_id TEXT NOT NULL, post_id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
      visibility TEXT NOT NULL, text TEXT NOT NULL, reply_to TEXT, state TEXT NOT NULL) WITHOUT ROWID`.execute(
      db,
    );
    await sql`CREATE INDEX portability_note_import ON portability_note (import_id, state, created_at, origin)`.execute(
      db,
    );
    await sql`CREATE TABLE portability_file (
      post_id TEXT NOT NULL, position INTEGER NOT NULL, import_id TEXT NOT NULL, path TEXT NOT NULL, alt TEXT,
      media_id TEXT, problem TEXT, PRIMARY KEY (post_id, position)) WITHOUT ROWID`.execute(db);
    await sql`CREATE INDEX portability_file_waiting ON portability_file (import_id, path)
      WHERE media_id IS NULL AND problem IS NULL`.execute(db);
    await sql`CREATE INDEX portability_file_import ON portability_file (import_id, media_id IS NULL, problem IS NULL)`.execute(
      db,
    );
  },
};
