// Threads, messages with their files, and reports. A message is ordered by (at, row): see model.ts believedTime.
// The seal of a message stays until it has been opened; then only the text is kept.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

const statements = [
  sql`CREATE TABLE conversations_thread (
    peer TEXT PRIMARY KEY, status TEXT NOT NULL, unread INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0, last_at INTEGER NOT NULL) WITHOUT ROWID`,
  sql`CREATE INDEX conversations_thread_recent ON conversations_thread (status, last_at)`,
  // text, reply_to: null until opened. enc, ciphertext: kept while it is sealed or unreadable.
  sql`CREATE TABLE conversations_message (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, peer TEXT NOT NULL, mine INTEGER NOT NULL,
    seq INTEGER, state TEXT NOT NULL, text TEXT, reply_to TEXT, at INTEGER NOT NULL, received_at INTEGER NOT NULL,
    withheld INTEGER NOT NULL DEFAULT 0, enc TEXT, ciphertext TEXT, delivery TEXT, reason TEXT)`,
  sql`CREATE UNIQUE INDEX conversations_message_id ON conversations_message (id, peer, mine)`,
  sql`CREATE INDEX conversations_message_time ON conversations_message (at, row)`,
  sql`CREATE INDEX conversations_message_thread ON conversations_message (peer, at, row)`,
  // Only what waits to be opened.
  sql`CREATE INDEX conversations_message_sealed ON conversations_message (row) WHERE state = 'sealed'`,
  sql`CREATE TABLE conversations_attachment (
    message INTEGER NOT NULL, position INTEGER NOT NULL, cid TEXT NOT NULL, key BLOB NOT NULL,
    size INTEGER NOT NULL, type TEXT NOT NULL, name TEXT, PRIMARY KEY (message, position)) WITHOUT ROWID`,
  sql`CREATE TABLE conversations_report (
    id TEXT PRIMARY KEY, about TEXT NOT NULL, node_id TEXT NOT NULL, reason TEXT NOT NULL,
    created_at INTEGER NOT NULL) WITHOUT ROWID`,
];

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    for (const statement of statements) await statement.execute(db);
  },
};
