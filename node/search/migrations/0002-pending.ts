// Words that are committed with their text and wait to be merged into the index, many at once.
// Ordered by `n`, which is never given twice: a question knows by it what was there before it.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const pending: Migration = {
  name: '0002-pending',
  async up(db) {
    await sql`CREATE TABLE search_pending (
      n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, ref TEXT NOT NULL, words TEXT NOT NULL, at INTEGER NOT NULL,
      UNIQUE (kind, ref))`.execute(db);
  },
};
