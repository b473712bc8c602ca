// The warning of an earlier version of an own post; that of the present one stands in its object.
// A table of its own is not needed: it is one line.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const warnings: Migration = {
  name: '0005-warnings',
  async up(db) {
    await sql`ALTER TABLE posts_version ADD COLUMN warning TEXT`.execute(db);
  },
};
