// What contacts were last told of this node's own record: addresses, names and keys as one digest, and how far its
// identity log had come, so that a change made while the node was off is told after its next start.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const told: Migration = {
  name: '0002-told',
  async up(db) {
    await sql`CREATE TABLE federation_told (
      one INTEGER PRIMARY KEY CHECK (one = 1), digest TEXT NOT NULL, log_entries INTEGER NOT NULL)`.execute(
      db,
    );
  },
};
