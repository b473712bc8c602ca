// Since when each node has its username, and names that can be given back: a node may have none.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const namedAt: Migration = {
  name: '0002-named-at',
  async up(db) {
    await sql`ALTER TABLE registry_node ADD COLUMN named_at INTEGER NOT NULL DEFAULT 0`.execute(db);
    await sql`UPDATE registry_node SET named_at = registered_at`.execute(db);
  },
};
