// What a message tells of: the address of a post, so that its author sees for whom it arrived.
// A private message is found by its own id and needs none.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const item: Migration = {
  name: '0004-item',
  async up(db) {
    await sql`ALTER TABLE federation_outbox ADD COLUMN item TEXT`.execute(db);
    // The rows of one item were queued together and lie together: finding them reads few pages.
    await sql`CREATE INDEX federation_outbox_item ON federation_outbox (item, row) WHERE item IS NOT NULL`.execute(
      db,
    );
  },
};
