// Own posts that wait for their deletion, so that it can be taken back, and what own posts said before they were edited.
// Of others no earlier version is kept: an edit replaces what its author took back.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const undoHistory: Migration = {
  name: '0003-undo-history',
  async up(db) {
    await sql`ALTER TABLE posts_item ADD COLUMN trash_at INTEGER`.execute(db);
    await sql`CREATE INDEX posts_item_trash ON posts_item (trash_at) WHERE trash_at IS NOT NULL`.execute(db);
    await sql`CREATE TABLE posts_version (
      uri TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL, media INTEGER NOT NULL, visibility TEXT NOT NULL,
      at INTEGER NOT NULL, PRIMARY KEY (uri, version)) WITHOUT ROWID`.execute(db);
  },
};
