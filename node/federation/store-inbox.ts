// SQL of the inbox: what was received (to answer a retry and refuse a replay) and what waits behind a gap.
// On the hot path every statement takes the whole group as one JSON parameter.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { sql } from 'kysely';

interface Schema {
  federation_inbox: {
    id: Uint8Array;
    peer: number;
    seq: number;
    hash: Uint8Array;
    received_at: number;
    code: string | null;
    status: number | null;
  };
  federation_held: { peer: number; seq: number; id: Uint8Array; envelope: Uint8Array; received_at: number };
}

/** `id` and `hash` in hex; `hash` is the first half of the payload's, which is enough to tell another payload. */
export interface ReceivedRow {
  readonly peer: number;
  readonly seq: number;
  readonly id: string;
  readonly hash: string;
  readonly at: number;
}

/** Remembers messages; those whose (id, peer) exists are left out: fewer rows than given means such a conflict. */
export async function insertReceived(tx: Tx, rows: readonly ReceivedRow[]): Promise<number> {
  const packed = rows.map((row) => [row.id, row.peer, row.seq, row.hash, row.at]);
  const result = await sql`INSERT INTO federation_inbox (id, peer, seq, hash, received_at)
    SELECT unhex(value ->> 0), value ->> 1, value ->> 2, unhex(value ->> 3), value ->> 4
    FROM json_each(${JSON.stringify(packed)}) WHERE true ON CONFLICT DO NOTHING`.execute(tables<Schema>(tx));
  return Number(result.numAffectedRows ?? 0n);
}

export interface KnownRow {
  readonly peer: number;
  readonly seq: number;
  readonly id: string;
  readonly hash: string;
  readonly received_at: number;
  readonly code: string | null;
  readonly status: number | null;
}

/** What is remembered of these (id, peer) pairs. */
export async function findReceived(
  handle: Reader,
  keys: readonly { readonly id: string; readonly peer: number }[],
): Promise<KnownRow[]> {
  const packed = keys.map(({ id, peer }) => [id, peer]);
  const { rows } =
    await sql<KnownRow>`SELECT i.peer, i.seq, lower(hex(i.id)) AS id, lower(hex(i.hash)) AS hash,
      i.received_at, i.code, i.status
    FROM json_each(${JSON.stringify(packed)}) j
    JOIN federation_inbox i ON i.id = unhex(j.value ->> 0) AND i.peer = j.value ->> 1`.execute(
      tables<Schema>(handle),
    );
  return rows;
}

/** Writes the refusals of handlers over their provisional acceptance. */
export async function markRefused(
  tx: Tx,
  rows: readonly {
    readonly id: string;
    readonly peer: number;
    readonly code: string;
    readonly status: number;
  }[],
): Promise<void> {
  await sql`UPDATE federation_inbox SET code = j.value ->> 'code', status = j.value ->> 'status'
    FROM json_each(${JSON.stringify(rows)}) j
    WHERE federation_inbox.id = unhex(j.value ->> 'id') AND federation_inbox.peer = j.value ->> 'peer'`.execute(
    tables<Schema>(tx),
  );
}

export interface HeldRow {
  readonly seq: number;
  readonly id: string;
  readonly envelope: Uint8Array;
  readonly received_at: number;
}

/** Stores messages that wait behind a gap and returns how many were new. Rare, so row by row. */
export async function insertHeld(
  tx: Tx,
  rows: readonly (HeldRow & { readonly peer: number })[],
): Promise<number> {
  let inserted = 0;
  for (const { id, ...row } of rows) {
    const result = await tables<Schema>(tx)
      .insertInto('federation_held')
      .values({ ...row, id: Buffer.from(id, 'hex') })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    inserted += Number(result.numInsertedOrUpdatedRows ?? 0n);
  }
  return inserted;
}

/** A pair's held messages in order. */
export async function readHeld(handle: Reader, peer: number): Promise<HeldRow[]> {
  const rows = await tables<Schema>(handle)
    .selectFrom('federation_held')
    .select(['seq', 'id', 'envelope', 'received_at'])
    .where('peer', '=', peer)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ ...row, id: Buffer.from(row.id).toString('hex') }));
}

/** Removes a pair's held messages up to `seq`. */
export async function deleteHeld(tx: Tx, peer: number, seqMax: number): Promise<void> {
  await tables<Schema>(tx)
    .deleteFrom('federation_held')
    .where('peer', '=', peer)
    .where('seq', '<=', seqMax)
    .execute();
}

/** Forgets a bounded number of old rows; ids begin with their time, so the scan starts with the oldest. */
export async function pruneReceived(tx: Tx, before: number, limit: number): Promise<number> {
  const result = await sql`DELETE FROM federation_inbox WHERE (id, peer) IN (
    SELECT id, peer FROM (SELECT id, peer, received_at FROM federation_inbox ORDER BY id LIMIT ${limit})
    WHERE received_at < ${before})`.execute(tables<Schema>(tx));
  return Number(result.numAffectedRows ?? 0n);
}
