// What the owner has chosen for their public pages; no row: as it comes.
// One row, held by its key.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE pages_setting (
      id INTEGER PRIMARY KEY CHECK (id = 1), shown INTEGER NOT NULL, indexed INTEGER NOT NULL)`.execute(db);
  },
};
