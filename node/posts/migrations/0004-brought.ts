// Own posts that were written elsewhere, and whether anybody has been given them.
// A post that nobody was given is removed without a word to anybody.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const brought: Migration = {
  name: '0004-brought',
  async up(db) {
    await sql`CREATE TABLE posts_brought (id TEXT PRIMARY KEY, given INTEGER NOT NULL) WITHOUT ROWID`.execute(
      db,
    );
  },
};
