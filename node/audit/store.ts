// SQL of the audit trail.
// It only appends and reads: no statement here updates or deletes an entry.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { prepared } from '#kernel/db/prepared.ts';
import { toHex } from '#protocol';
import { sql } from 'kysely';
import { emptyHead } from './chain.ts';
import type { ChainedEntry, Head } from './model.ts';

interface EntryRow {
  seq: number;
  event_seq: number;
  at: string;
  type: string;
  subject: string;
  actor: string;
  detail: string;
  hash: Buffer;
}
interface AuditTables {
  audit_entry: EntryRow;
  audit_head: { one: 1; seq: number; hash: Buffer };
}

const headRow = prepared<AuditTables, Record<string, never>, AuditTables['audit_head']>((db) =>
  db.selectFrom('audit_head').selectAll(),
);
const insertEntries = prepared<AuditTables, { readonly rows: string }, never>(
  (
    _db,
    { rows },
  ) => sql<never>`INSERT INTO audit_entry (seq, event_seq, at, type, subject, actor, detail, hash)
    SELECT value ->> 'seq', value ->> 'eventSeq', value ->> 'at', value ->> 'type', value ->> 'subject',
      value ->> 'actor', value ->> 'detail', unhex(value ->> 'hash')
    FROM json_each(${rows})`,
);
const moveHead = prepared<AuditTables, { readonly seq: number; readonly hash: Uint8Array }, never>(
  (_db, { seq, hash }) => sql<never>`INSERT INTO audit_head (one, seq, hash) VALUES (1, ${seq}, ${hash})
    ON CONFLICT (one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
);

export async function findHead(reader: Reader): Promise<Head> {
  const row = await headRow.first(reader, {});
  return row === undefined ? emptyHead : { seq: row.seq, hash: new Uint8Array(row.hash) };
}

/** Appends entries and moves the head. */
export async function appendEntries(tx: Tx, entries: readonly ChainedEntry[]): Promise<void> {
  const last = entries.at(-1);
  if (last === undefined) return;
  // One JSON parameter: the statement's text does not depend on the number of rows, so it stays prepared.
  const rows = entries.map(({ hash, ...entry }) => ({ ...entry, hash: toHex(hash) }));
  await insertEntries.all(tx, { rows: JSON.stringify(rows) });
  await moveHead.all(tx, { seq: last.seq, hash: Buffer.from(last.hash) });
}

/** Entries after `seq`, oldest first. */
export async function entriesAfter(reader: Reader, seq: number, limit: number): Promise<ChainedEntry[]> {
  const rows = await tables<AuditTables>(reader)
    .selectFrom('audit_entry')
    .selectAll()
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(toEntry);
}

/** Entries before `seq`, newest first. */
export async function entriesBefore(reader: Reader, seq: number, limit: number): Promise<ChainedEntry[]> {
  const rows = await tables<AuditTables>(reader)
    .selectFrom('audit_entry')
    .selectAll()
    .where('seq', '<', seq)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toEntry);
}

function toEntry({ event_seq: eventSeq, hash, ...row }: EntryRow): ChainedEntry {
  return { ...row, eventSeq, hash: new Uint8Array(hash) };
}
