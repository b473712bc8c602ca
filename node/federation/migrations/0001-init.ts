// Tables of federation. Peers have small integer keys, because every message row carries one. The received-message
// table is clustered by message id: ids are UUIDv7, so new rows go to its right edge whoever sends them, and the
// cost of a row does not grow with the number stored.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

const statements = [
  sql`CREATE TABLE federation_peer (
    id INTEGER PRIMARY KEY, node_id TEXT NOT NULL UNIQUE, standing TEXT NOT NULL DEFAULT 'stranger',
    out_generation INTEGER NOT NULL DEFAULT 0, out_n INTEGER NOT NULL DEFAULT 0,
    acked_seq INTEGER NOT NULL DEFAULT 0, acked_head BLOB,
    failures INTEGER NOT NULL DEFAULT 0, next_try_at INTEGER NOT NULL DEFAULT 0,
    last_ok_at INTEGER NOT NULL DEFAULT 0, last_heard_at INTEGER NOT NULL DEFAULT 0)`,
  // Written for each group of messages: kept apart so that many pairs share a page.
  sql`CREATE TABLE federation_pair (
    peer INTEGER PRIMARY KEY, generation INTEGER NOT NULL, n INTEGER NOT NULL, head BLOB NOT NULL,
    held INTEGER NOT NULL DEFAULT 0)`,
  sql`CREATE TABLE federation_inbox (
    id BLOB NOT NULL, peer INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
    received_at INTEGER NOT NULL, code TEXT, status INTEGER, PRIMARY KEY (id, peer)) WITHOUT ROWID`,
  sql`CREATE TABLE federation_held (
    peer INTEGER NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL, envelope BLOB NOT NULL,
    received_at INTEGER NOT NULL, PRIMARY KEY (peer, seq)) WITHOUT ROWID`,
  sql`CREATE TABLE federation_outbox (
    row INTEGER PRIMARY KEY, peer INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL, payload TEXT, draft TEXT, state TEXT NOT NULL, code TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    expires_at INTEGER, relayed_at INTEGER)`,
  // Only what still has to go: stays small however long the ledger is.
  sql`CREATE INDEX federation_outbox_pending ON federation_outbox (peer, seq)
    WHERE state IN ('queued', 'sent', 'relayed', 'held')`,
  sql`CREATE INDEX federation_outbox_expiring ON federation_outbox (expires_at)
    WHERE expires_at IS NOT NULL AND state IN ('queued', 'sent', 'relayed', 'held')`,
  sql`CREATE INDEX federation_outbox_pair ON federation_outbox (peer, seq)`,
  sql`CREATE INDEX federation_outbox_done ON federation_outbox (updated_at)
    WHERE state IN ('accepted', 'refused', 'expired', 'cancelled')`,
];

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    for (const statement of statements) await statement.execute(db);
  },
};
