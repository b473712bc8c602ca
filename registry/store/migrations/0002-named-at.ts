// Since when each node has its username: one that was given back may have been another's before.
// Nodes that are there have theirs since they registered: nothing was given back before this.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const namedAt: Migration = {
  name: '0002-named-at',
  async up(db) {
    await sql`ALTER TABLE registry_node ADD COLUMN named_at INTEGER NOT NULL DEFAULT 0`.execute(db);
    await sql`UPDATE registry_node SET named_at = registered_at`.execute(db);
  },
};
