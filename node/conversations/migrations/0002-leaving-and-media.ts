// That the other side has left a conversation; and what the sender of a file says of its size in pixels and its length.
// Files that came before have none of it.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

const statements = [
  sql`ALTER TABLE conversations_thread ADD COLUMN they_left INTEGER NOT NULL DEFAULT 0`,
  sql`ALTER TABLE conversations_attachment ADD COLUMN width INTEGER`,
  sql`ALTER TABLE conversations_attachment ADD COLUMN height INTEGER`,
  sql`ALTER TABLE conversations_attachment ADD COLUMN duration_ms INTEGER`,
];

export const leavingAndMedia: Migration = {
  name: '0002-leaving-and-media',
  async up(db) {
    for (const statement of statements) await statement.execute(db);
  },
};
