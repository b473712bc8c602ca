// The nodes that this one knows: the log that it pins, the newest record, and a second history that it holds back.
// One row a node; the columns beside log and record are taken from them for the message path.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE discovery_contact (
      node_id TEXT PRIMARY KEY, log TEXT NOT NULL, head TEXT NOT NULL, signing_key BLOB NOT NULL,
      record BLOB NOT NULL, seq INTEGER NOT NULL, username TEXT NOT NULL, verified_by TEXT,
      pinned INTEGER NOT NULL DEFAULT 0, deactivated INTEGER NOT NULL DEFAULT 0, held_log TEXT,
      seen_at INTEGER NOT NULL)`.execute(db);
    await sql`CREATE INDEX discovery_contact_username ON discovery_contact (username)`.execute(db);
    await sql`CREATE INDEX discovery_contact_passing ON discovery_contact (seen_at) WHERE pinned = 0`.execute(
      db,
    );
  },
};
