// Posts and replies of everybody in one table, reactions, and the work that waits: fetching, filling in, cleaning up.
// Every index is named by the one question that it answers.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    // `object` is the exact text of the signed object of version `held`; `offered` is one not yet verified.
    await sql`CREATE TABLE posts_item (
      n INTEGER PRIMARY KEY, author TEXT NOT NULL, id TEXT NOT NULL, created_at INTEGER NOT NULL, edited_at INTEGER,
      visibility TEXT NOT NULL, version INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0, cid TEXT, parent TEXT,
      state TEXT NOT NULL, in_feed INTEGER NOT NULL, due_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
      object TEXT, offered TEXT, UNIQUE (author, id))`.execute(db);
    // A page of the feed is found in this index alone, mutes included; only its rows are then read.
    await sql`CREATE INDEX posts_item_feed ON posts_item (created_at, n, author) WHERE in_feed = 1`.execute(
      db,
    );
    await sql`CREATE INDEX posts_item_due ON posts_item (due_at) WHERE due_at IS NOT NULL`.execute(db);
    await sql`CREATE INDEX posts_item_thread ON posts_item (parent, created_at, n) WHERE parent IS NOT NULL`.execute(
      db,
    );
    await sql`CREATE TABLE posts_reaction (
      author TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, value TEXT NOT NULL, created_at INTEGER NOT NULL,
      verified INTEGER NOT NULL, object TEXT NOT NULL, PRIMARY KEY (author, id)) WITHOUT ROWID`.execute(db);
    await sql`CREATE UNIQUE INDEX posts_reaction_parent ON posts_reaction (parent, author)`.execute(db);
    await sql`CREATE INDEX posts_reaction_new ON posts_reaction (created_at) WHERE verified = 0`.execute(db);
    await sql`CREATE TABLE posts_backfill (
      node_id TEXT PRIMARY KEY, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL) WITHOUT ROWID`.execute(
      db,
    );
    await sql`CREATE TABLE posts_cleanup (
      node_id TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (node_id, scope)) WITHOUT ROWID`.execute(db);
  },
};
