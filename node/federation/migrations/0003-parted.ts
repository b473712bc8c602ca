// Where a receiver's chain head was last seen to differ from what this node has sent it, and when.
// Null: never. The first time is kept for a day, so that a pair which goes on differing is not told for ever.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const parted: Migration = {
  name: '0003-parted',
  async up(db) {
    await sql`ALTER TABLE federation_peer ADD COLUMN parted_seq INTEGER`.execute(db);
    await sql`ALTER TABLE federation_peer ADD COLUMN parted_at INTEGER`.execute(db);
  },
};
