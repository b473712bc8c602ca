// The index of words, and which area's entry each number stands for.
// The texts themselves are not in it: they stay with their areas.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE search_entry (
      docid INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, UNIQUE (kind, ref))`.execute(db);
    // The text itself stays with its area: contentless. The tokenizer only splits at the spaces that model.ts made.
    await sql`CREATE VIRTUAL TABLE search_text USING fts5(
      text, content='', contentless_delete=1, detail=column, prefix='2 3', tokenize='ascii')`.execute(db);
  },
};
