// The registry's tables: nodes with a full-text index over their names, mailboxes with their totals.
// Immutable once released: what changes later comes as a further migration.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE registry_node (
      rowid INTEGER PRIMARY KEY, node_id TEXT NOT NULL UNIQUE, username TEXT NOT NULL UNIQUE,
      username_skeleton TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL, region TEXT NOT NULL,
      language TEXT NOT NULL, capabilities TEXT NOT NULL, listed INTEGER NOT NULL, log TEXT NOT NULL,
      log_head TEXT NOT NULL, record TEXT NOT NULL, record_seq INTEGER NOT NULL, record_expires_at INTEGER NOT NULL,
      signing_key BLOB NOT NULL, deactivated INTEGER NOT NULL, registered_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL)`.execute(db);
    await sql`CREATE INDEX registry_node_seen ON registry_node (last_seen_at)`.execute(db);
    await sql`CREATE VIRTUAL TABLE registry_node_text USING fts5 (
      username, display_name, capabilities, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')`.execute(
      db,
    );
    await sql`CREATE TABLE registry_mailbox (
      node_id TEXT PRIMARY KEY, items INTEGER NOT NULL, bytes INTEGER NOT NULL, stranger_items INTEGER NOT NULL,
      stranger_bytes INTEGER NOT NULL, contacts_salt TEXT, contacts TEXT) WITHOUT ROWID`.execute(db);
    await sql`CREATE TABLE registry_item (
      id INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL, depositor TEXT NOT NULL,
      contact INTEGER NOT NULL, box BLOB NOT NULL, bytes INTEGER NOT NULL, received_at INTEGER NOT NULL)`.execute(
      db,
    );
    await sql`CREATE INDEX registry_item_recipient ON registry_item (recipient, depositor, bytes)`.execute(
      db,
    );
    await sql`CREATE INDEX registry_item_received ON registry_item (received_at)`.execute(db);
  },
};
