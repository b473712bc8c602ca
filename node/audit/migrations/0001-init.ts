// Tables of the audit trail: hash-chained entries, and the head that a cut-off end would betray.
// Forward only; once merged it does not change.
import type { Migration } from '#kernel/db/migrate.ts';
import { sql } from 'kysely';

export const init: Migration = {
  name: '0001-init',
  async up(db) {
    await sql`CREATE TABLE audit_entry (
      seq INTEGER PRIMARY KEY, event_seq INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL,
      subject TEXT NOT NULL, actor TEXT NOT NULL, detail TEXT NOT NULL, hash BLOB NOT NULL)`.execute(db);
    await sql`CREATE TABLE audit_head (
      one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL)`.execute(db);
  },
};
