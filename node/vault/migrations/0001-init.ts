// Tables of the vault: wrapped secrets, and one row for each blob file.
// Forward only; once merged it does not change.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE vault_secret (
      name TEXT PRIMARY KEY, nonce BLOB NOT NULL, ciphertext BLOB NOT NULL)`.execute(db);
    await sql`CREATE TABLE vault_blob (
      cid TEXT PRIMARY KEY, file TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, size INTEGER NOT NULL,
      stored_size INTEGER NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER NOT NULL,
      staged_until INTEGER)`.execute(db);
    await sql`CREATE INDEX vault_blob_eviction ON vault_blob (kind, used_at)`.execute(db);
    await sql`CREATE INDEX vault_blob_staged ON vault_blob (staged_until) WHERE staged_until IS NOT NULL`.execute(
      db,
    );
  },
};
