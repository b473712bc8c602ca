// What is remembered of the last finished export: leaving needs one, also after a restart.
// One row; the folder itself holds everything else.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE portability_export (
      id INTEGER PRIMARY KEY CHECK (id = 1), folder TEXT NOT NULL, manifest_sha256 TEXT NOT NULL,
      files INTEGER NOT NULL, bytes INTEGER NOT NULL, finished_at INTEGER NOT NULL)`.execute(db);
  },
};
