// Notices by position in the event log, the owner's settings, reminders that are due, and the devices to wake.
// A device's row is its whole queue: a wake carries nothing, so that one that waits is enough.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

const statements = [
  sql`CREATE TABLE notifications_notice (
    id INTEGER PRIMARY KEY, position INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, about TEXT,
    actors TEXT NOT NULL, people INTEGER NOT NULL, count INTEGER NOT NULL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, read INTEGER NOT NULL DEFAULT 0)`,
  sql`CREATE INDEX notifications_notice_position ON notifications_notice (position)`,
  sql`CREATE INDEX notifications_notice_target ON notifications_notice (target, kind)`,
  // Only what is unread: counted at every badge.
  sql`CREATE INDEX notifications_notice_unread ON notifications_notice (position, kind) WHERE read = 0`,
  sql`CREATE TABLE notifications_setting (
    kind TEXT PRIMARY KEY, app INTEGER NOT NULL, push INTEGER NOT NULL) WITHOUT ROWID`,
  sql`CREATE TABLE notifications_reminder (kind TEXT PRIMARY KEY, due_at INTEGER NOT NULL) WITHOUT ROWID`,
  sql`CREATE TABLE notifications_subscription (
    session_id TEXT PRIMARY KEY, endpoint TEXT NOT NULL UNIQUE, p256dh BLOB NOT NULL, auth BLOB NOT NULL,
    created_at INTEGER NOT NULL, wakes INTEGER NOT NULL DEFAULT 0, pending_since INTEGER,
    next_try_at INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
    last_ok_at INTEGER) WITHOUT ROWID`,
];

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    for (const statement of statements) await statement.execute(db);
  },
};
