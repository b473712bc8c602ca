// What is due is looked for by author too: the index answers alone who can be asked now.
// Thousands of posts of an author who is away are passed over without reading one of them.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const due: Migration = {
  name: '0002-due',
  async up(db) {
    await sql`DROP INDEX posts_item_due`.execute(db);
    await sql`CREATE INDEX posts_item_due ON posts_item (due_at, author, (offered IS NOT NULL))
      WHERE due_at IS NOT NULL`.execute(db);
  },
};
