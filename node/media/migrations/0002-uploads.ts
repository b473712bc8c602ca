// Uploads that come in parts, what they are to become, and what they became; and of pictures a view between the whole
// and the thumbnail, and their colour; of sound its length.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const uploads: Migration = {
  name: '0002-uploads',
  async up(db) {
    await sql`CREATE TABLE media_upload (
      id TEXT PRIMARY KEY, purpose TEXT NOT NULL, size INTEGER NOT NULL, name TEXT, alt TEXT, duration_ms INTEGER, media_id TEXT, created_at INTEGER NOT NULL) WITHOUT ROWID`.execute(
      db,
    );
    await sql`CREATE INDEX media_upload_created ON media_upload (created_at)`.execute(db);
    for (const column of [
      sql`view_cid TEXT`,
      sql`view_key BLOB`,
      sql`view_size INTEGER`,
      sql`view_type TEXT`,
      sql`color TEXT`,
      sql`duration_ms INTEGER`,
    ]) {
      await sql`ALTER TABLE media_file ADD COLUMN ${column}`.execute(db);
    }
  },
};
