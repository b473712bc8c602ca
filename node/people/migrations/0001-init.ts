// The owner's profile, the bonds with other nodes, what is known of their people, and who is muted.
// One row for each bond: a node can be a friend and a follower at once.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE people_profile (
      id INTEGER PRIMARY KEY CHECK (id = 1), display_name TEXT NOT NULL, bio TEXT NOT NULL, language TEXT,
      avatar TEXT, updated_at INTEGER NOT NULL)`.execute(db);
    await sql`CREATE TABLE people_connection (
      node_id TEXT NOT NULL, slot TEXT NOT NULL, status TEXT NOT NULL, direction TEXT NOT NULL,
      our_request TEXT, their_request TEXT, note TEXT, rejections INTEGER NOT NULL DEFAULT 0,
      updated_at INTEGER NOT NULL, PRIMARY KEY (node_id, slot)) WITHOUT ROWID`.execute(db);
    await sql`CREATE INDEX people_connection_slot ON people_connection (slot, status, direction)`.execute(db);
    await sql`CREATE TABLE people_person (
      node_id TEXT PRIMARY KEY, username TEXT NOT NULL, display_name TEXT NOT NULL, bio TEXT NOT NULL, language TEXT,
      avatar_cid TEXT, avatar_key BLOB, avatar_size INTEGER, avatar_type TEXT, updated_at INTEGER NOT NULL) WITHOUT ROWID`.execute(
      db,
    );
    await sql`CREATE INDEX people_person_username ON people_person (username)`.execute(db);
    await sql`CREATE TABLE people_mute (node_id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) WITHOUT ROWID`.execute(
      db,
    );
  },
};
