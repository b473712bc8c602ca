// The warning of a note, kept as long as its text; and the portrait that an import brought, so that it can be taken back.
// The picture itself is in media.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const warningsAndPortrait: Migration = {
  name: '0003-warnings-and-portrait',
  async up(db) {
    await sql`ALTER TABLE portability_note ADD COLUMN warning TEXT`.execute(db);
    await sql`ALTER TABLE portability_import ADD COLUMN portrait TEXT`.execute(db);
  },
};
