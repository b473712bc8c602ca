// SQL of the outbox and its ledger. A row keeps its number, id and payload for ever; only its state moves.
// Statements on the sending path take sets as one JSON parameter.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { MessageId, NodeId } from '#protocol';
import { sql } from 'kysely';
import type { DeliveryState } from './model.ts';
import { pendingStates } from './model.ts';

export interface OutboxRow {
  row: number;
  peer: number;
  seq: number;
  id: MessageId;
  type: string;
  /** Canonical JSON; null until a draft is sealed. */
  payload: string | null;
  /** What is sealed when it is sent: JSON of the area's own. */
  draft: string | null;
  state: DeliveryState;
  code: string | null;
  attempts: number;
  created_at: number;
  updated_at: number;
  expires_at: number | null;
  relayed_at: number | null;
  /** The address of what it tells of; null: only itself. */
  item: string | null;
}
interface Schema {
  federation_outbox: OutboxRow;
  federation_peer: { id: number; node_id: NodeId; next_try_at: number };
}

export type NewOutboxRow = Pick<
  OutboxRow,
  'peer' | 'seq' | 'id' | 'type' | 'payload' | 'draft' | 'created_at' | 'expires_at' | 'item'
>;

/** Queues messages. */
export async function insertOutbox(tx: Tx, rows: readonly NewOutboxRow[]): Promise<void> {
  await sql`INSERT INTO federation_outbox
      (peer, seq, id, type, payload, draft, state, created_at, updated_at, expires_at, item)
    SELECT value ->> 'peer', value ->> 'seq', value ->> 'id', value ->> 'type', value ->> 'payload',
      value ->> 'draft', 'queued', value ->> 'created_at', value ->> 'created_at', value ->> 'expires_at',
      value ->> 'item'
    FROM json_each(${JSON.stringify(rows)})`.execute(tables<Schema>(tx));
}

/** How many messages wait for a peer. */
export async function countPending(handle: Reader, peer: number): Promise<number> {
  const row = await tables<Schema>(handle)
    .selectFrom('federation_outbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('peer', '=', peer)
    .where('state', 'in', [...pendingStates])
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** Peers for whom something waits. */
export async function listPendingPeers(
  handle: Reader,
): Promise<{ peer: number; node_id: NodeId; next_try_at: number; failures: number }[]> {
  const { rows } = await sql<{ peer: number; node_id: NodeId; next_try_at: number; failures: number }>`
    SELECT p.id AS peer, p.node_id, p.next_try_at, p.failures FROM federation_peer p
    WHERE EXISTS (SELECT 1 FROM federation_outbox o WHERE o.peer = p.id
      AND o.state IN ('queued', 'sent', 'relayed', 'held'))`.execute(tables<Schema>(handle));
  return rows;
}

/** What waits for a peer after `seq`, in order. */
export async function readPending(
  handle: Reader,
  options: { readonly peer: number; readonly afterSeq: number; readonly limit: number },
): Promise<OutboxRow[]> {
  return tables<Schema>(handle)
    .selectFrom('federation_outbox')
    .selectAll()
    .where('peer', '=', options.peer)
    .where('state', 'in', [...pendingStates])
    .where('seq', '>', options.afterSeq)
    .orderBy('seq')
    .limit(options.limit)
    .execute();
}

export interface StateChange {
  readonly row: number;
  readonly state: DeliveryState;
  readonly code: string | null;
}

/** Moves states after an attempt. Only what still waits can move: a late receipt never undoes a final state. */
export async function moveStates(
  tx: Tx,
  changes: readonly StateChange[],
  options: { readonly at: number; readonly attempted: boolean },
): Promise<void> {
  if (changes.length === 0) return;
  await sql`UPDATE federation_outbox SET state = j.value ->> 'state', code = j.value ->> 'code',
      updated_at = ${options.at}, attempts = attempts + ${options.attempted ? 1 : 0},
      relayed_at = CASE WHEN j.value ->> 'state' = 'relayed' THEN ${options.at} ELSE relayed_at END
    FROM json_each(${JSON.stringify(changes)}) j
    WHERE federation_outbox.row = j.value ->> 'row'
      AND federation_outbox.state IN ('queued', 'sent', 'relayed', 'held')`.execute(tables<Schema>(tx));
}

/** Ends what waits for a closed node, or of one; there is nobody whom a `void` would serve. */
export async function cancelPending(
  tx: Tx,
  options: { readonly peer?: number; readonly states: readonly DeliveryState[]; readonly at: number },
): Promise<void> {
  let update = tables<Schema>(tx)
    .updateTable('federation_outbox')
    .set({ state: 'cancelled', code: 'identity/closed', updated_at: options.at })
    .where('state', 'in', [...options.states]);
  if (options.peer !== undefined) update = update.where('peer', '=', options.peer);
  await update.execute();
}

/** Notes a failed attempt on what was to be sent. */
export async function noteAttempts(
  tx: Tx,
  rows: readonly number[],
  options: { readonly at: number; readonly code: string },
): Promise<void> {
  await sql`UPDATE federation_outbox SET attempts = attempts + 1, code = ${options.code}, updated_at = ${options.at}
    WHERE row IN (SELECT value FROM json_each(${JSON.stringify(rows)}))`.execute(tables<Schema>(tx));
}

/** Keeps a sealed payload: from then on it never changes. */
export async function writePayload(tx: Tx, row: number, payload: string): Promise<void> {
  await tables<Schema>(tx)
    .updateTable('federation_outbox')
    .set({ payload, draft: null })
    .where('row', '=', row)
    .execute();
}

export async function findByMessage(handle: Reader, id: string): Promise<OutboxRow | undefined> {
  return tables<Schema>(handle)
    .selectFrom('federation_outbox')
    .selectAll()
    .where('id', '=', id as MessageId)
    .executeTakeFirst();
}

export async function listByMessages(handle: Reader, ids: readonly string[]): Promise<OutboxRow[]> {
  return tables<Schema>(handle)
    .selectFrom('federation_outbox')
    .selectAll()
    .where('id', 'in', ids as MessageId[])
    .orderBy('seq')
    .execute();
}

/** A `void` with exactly this payload that still waits for the peer. */
export async function findPendingVoid(
  handle: Reader,
  peer: number,
  payload: string,
): Promise<MessageId | undefined> {
  const row = await tables<Schema>(handle)
    .selectFrom('federation_outbox')
    .select('id')
    .where('peer', '=', peer)
    .where('type', '=', 'void')
    .where('payload', '=', payload)
    .where('state', 'in', [...pendingStates])
    .executeTakeFirst();
  return row?.id;
}

/** A pair's rows in a range of seqs, whatever their state. */
export async function readRange(
  handle: Reader,
  options: { readonly peer: number; readonly from: number; readonly to: number; readonly limit: number },
): Promise<OutboxRow[]> {
  return tables<Schema>(handle)
    .selectFrom('federation_outbox')
    .selectAll()
    .where('peer', '=', options.peer)
    .where('seq', '>=', options.from)
    .where('seq', '<=', options.to)
    .orderBy('seq')
    .limit(options.limit)
    .execute();
}

/** Queues again what a receiver has lost, by row. */
export async function requeue(tx: Tx, rows: readonly number[], at: number): Promise<void> {
  await sql`UPDATE federation_outbox SET state = 'queued', code = NULL, updated_at = ${at}
    WHERE row IN (SELECT value FROM json_each(${JSON.stringify(rows)}))`.execute(tables<Schema>(tx));
}

/** What has expired by `now`, oldest first. */
export async function listExpired(handle: Reader, now: number, limit: number): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`SELECT * FROM federation_outbox
    WHERE expires_at IS NOT NULL AND expires_at <= ${now} AND state IN ('queued', 'sent', 'relayed', 'held')
    ORDER BY expires_at LIMIT ${limit}`.execute(tables<Schema>(handle));
  return rows;
}

/** Forgets a bounded number of old, settled rows. */
export async function pruneSettled(tx: Tx, before: number, limit: number): Promise<number> {
  const result = await sql`DELETE FROM federation_outbox WHERE row IN (
    SELECT row FROM federation_outbox WHERE state IN ('accepted', 'refused', 'expired', 'cancelled')
      AND updated_at < ${before} ORDER BY updated_at LIMIT ${limit})`.execute(tables<Schema>(tx));
  return Number(result.numAffectedRows ?? 0n);
}

export interface LedgerRow extends OutboxRow {
  node_id: NodeId;
  /** When its receiver is tried again. */
  next_try_at: number;
}

/** A page of the ledger, newest first. */
export async function listLedger(
  handle: Reader,
  query: { readonly state?: string; readonly to?: string; readonly before: number; readonly limit: number },
): Promise<LedgerRow[]> {
  let rows = tables<Schema>(handle)
    .selectFrom('federation_outbox as o')
    .innerJoin('federation_peer as p', 'p.id', 'o.peer')
    .selectAll('o')
    .select(['p.node_id', 'p.next_try_at'])
    .where('o.row', '<', query.before);
  if (query.state !== undefined) rows = rows.where('o.state', '=', query.state as DeliveryState);
  if (query.to !== undefined) rows = rows.where('p.node_id', '=', query.to as NodeId);
  return rows.orderBy('o.row', 'desc').limit(query.limit).execute();
}

/** How many messages stand in each state that still waits. */
export async function countByState(handle: Reader): Promise<Record<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`SELECT state, count(*) AS count
    FROM federation_outbox WHERE state IN ('queued', 'sent', 'relayed', 'held') GROUP BY state`.execute(
    tables<Schema>(handle),
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/** The states of these messages, for the areas that show them. */
export async function statesOf(
  handle: Reader,
  ids: readonly string[],
): Promise<{ id: MessageId; state: DeliveryState; code: string | null }[]> {
  const { rows } = await sql<{
    id: MessageId;
    state: DeliveryState;
    code: string | null;
  }>`SELECT o.id, o.state, o.code
    FROM json_each(${JSON.stringify(ids)}) j JOIN federation_outbox o ON o.id = j.value`.execute(
    tables<Schema>(handle),
  );
  return rows;
}

/** For each item, how many receivers stand in each state, by the newest message to each; whoever was told to forget it is none. */
export async function countByItem(
  handle: Reader,
  items: readonly string[],
): Promise<{ item: string; state: DeliveryState; count: number }[]> {
  // A bare column beside max() is taken from the row of the maximum (SQLite "Bare columns in an aggregate query").
  const { rows } = await sql<{ item: string; state: DeliveryState; count: number }>`
    SELECT item, state, count(*) AS count FROM (
      SELECT o.item, o.peer, o.state, o.type, max(o.row) FROM json_each(${JSON.stringify(items)}) j
        CROSS JOIN federation_outbox o ON o.item = j.value GROUP BY o.item, o.peer)
    WHERE type <> 'post_delete' GROUP BY item, state`.execute(tables<Schema>(handle));
  return rows;
}

/** The newest message of an item to each receiver, oldest row first, after `after`. */
export async function listByItem(
  handle: Reader,
  query: { readonly item: string; readonly after: number; readonly limit: number },
): Promise<LedgerRow[]> {
  const { rows } = await sql<LedgerRow>`SELECT o.*, p.node_id, p.next_try_at FROM (
      SELECT max(row) AS row FROM federation_outbox WHERE item = ${query.item} GROUP BY peer) newest
    CROSS JOIN federation_outbox o ON o.row = newest.row JOIN federation_peer p ON p.id = o.peer
    WHERE o.row > ${query.after} ORDER BY o.row LIMIT ${query.limit}`.execute(tables<Schema>(handle));
  return rows;
}

/** One row with its receiver, by message id. */
export async function findWithReceiver(handle: Reader, id: string): Promise<LedgerRow | undefined> {
  return tables<Schema>(handle)
    .selectFrom('federation_outbox as o')
    .innerJoin('federation_peer as p', 'p.id', 'o.peer')
    .selectAll('o')
    .select(['p.node_id', 'p.next_try_at'])
    .where('o.id', '=', id as MessageId)
    .executeTakeFirst();
}
