// SQL of the audit trail.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { emptyHead, type ChainedEntry, type Head } from './model.ts';

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

export async function findHead(reader: Reader): Promise<Head> {
  const row = await tables<AuditTables>(reader).selectFrom('audit_head').selectAll().executeTakeFirst();
  return row === undefined ? emptyHead : { seq: row.seq, hash: new Uint8Array(row.hash) };
}

/** Appends entries and moves the head. */
export async function appendEntries(tx: Tx, entries: readonly ChainedEntry[]): Promise<void> {
  const db = tables<AuditTables>(tx);
  const last = entries.at(-1);
  if (last === undefined) return;
  for (const entry of entries) {
    await db.insertInto('audit_entry').values(toRow(entry)).execute();
  }
  const head = { seq: last.seq, hash: Buffer.from(last.hash) };
  await db
    .insertInto('audit_head')
    .values({ one: 1, ...head })
    .onConflict((conflict) => conflict.column('one').doUpdateSet(head))
    .execute();
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

function toRow({ eventSeq, hash, ...entry }: ChainedEntry): EntryRow {
  return { ...entry, event_seq: eventSeq, hash: Buffer.from(hash) };
}

function toEntry({ event_seq: eventSeq, hash, ...row }: EntryRow): ChainedEntry {
  return { ...row, eventSeq, hash: new Uint8Array(hash) };
}
