// SQL of peers: their standing, their pair state for both directions, and when to try them again.
// Statements take sets as one JSON parameter, so their text is independent of the number of rows.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { NodeId } from '#protocol';
import { sql } from 'kysely';
import type { Standing } from './model.ts';

export interface PeerRow {
  id: number;
  node_id: NodeId;
  standing: Standing;
  out_generation: number;
  out_n: number;
  acked_seq: number;
  acked_head: Uint8Array | null;
  failures: number;
  next_try_at: number;
  last_ok_at: number;
  last_heard_at: number;
  /** Where the receiver's head was last seen to differ from what was sent; null: never. */
  parted_seq: number | null;
  parted_at: number | null;
}
export interface PairRow {
  peer: number;
  generation: number;
  n: number;
  head: Uint8Array;
  held: number;
}
export interface ToldRow {
  digest: string;
  log_entries: number;
}
interface Schema {
  federation_told: ToldRow & { one: number };
  federation_peer: PeerRow;
  federation_pair: PairRow;
}

/** A peer with its inbound pair state; null where nothing has come from it yet. */
export interface PeerState {
  readonly id: number;
  readonly node_id: NodeId;
  readonly standing: Standing;
  readonly generation: number | null;
  readonly n: number | null;
  readonly head: Uint8Array | null;
  readonly held: number | null;
}

/** States of these peers; unknown ones are absent. */
export async function readPeers(handle: Reader, nodeIds: readonly NodeId[]): Promise<PeerState[]> {
  const { rows } = await sql<PeerState>`
    SELECT p.id, p.node_id, p.standing, q.generation, q.n, q.head, q.held
    FROM json_each(${JSON.stringify(nodeIds)}) j
    JOIN federation_peer p ON p.node_id = j.value LEFT JOIN federation_pair q ON q.peer = p.id`.execute(
    tables<Schema>(handle),
  );
  return rows;
}

/** Makes rows for nodes that have none. */
export async function ensurePeers(tx: Tx, nodeIds: readonly NodeId[]): Promise<Map<NodeId, number>> {
  const json = JSON.stringify(nodeIds);
  await sql`INSERT OR IGNORE INTO federation_peer (node_id) SELECT value FROM json_each(${json})`.execute(
    tables<Schema>(tx),
  );
  const { rows } = await sql<{ id: number; node_id: NodeId }>`SELECT p.id, p.node_id
    FROM json_each(${json}) j JOIN federation_peer p ON p.node_id = j.value`.execute(tables<Schema>(tx));
  return new Map(rows.map(({ id, node_id }) => [node_id, id]));
}

export async function writeStanding(tx: Tx, nodeId: NodeId, standing: Standing): Promise<void> {
  await sql`INSERT INTO federation_peer (node_id, standing) VALUES (${nodeId}, ${standing})
    ON CONFLICT (node_id) DO UPDATE SET standing = excluded.standing`.execute(tables<Schema>(tx));
}

export interface PairUpdate {
  readonly peer: number;
  readonly generation: number;
  readonly n: number;
  /** Hex. */
  readonly head: string;
  readonly held: number;
}

/** Writes the inbound state of the pairs of one group. */
export async function writePairs(tx: Tx, pairs: readonly PairUpdate[]): Promise<void> {
  await sql`INSERT INTO federation_pair (peer, generation, n, head, held)
    SELECT value ->> 'peer', value ->> 'generation', value ->> 'n', unhex(value ->> 'head'), value ->> 'held'
    FROM json_each(${JSON.stringify(pairs)}) WHERE true
    ON CONFLICT (peer) DO UPDATE SET
      generation = excluded.generation, n = excluded.n, head = excluded.head, held = excluded.held`.execute(
    tables<Schema>(tx),
  );
}

/** Reserves the next `count` numbers of each peer in `generation` and returns the first of each. */
export async function reserveNumbers(
  tx: Tx,
  nodeIds: readonly NodeId[],
  generation: number,
): Promise<{ id: number; node_id: NodeId; out_n: number }[]> {
  const { rows } = await sql<{ id: number; node_id: NodeId; out_n: number }>`
    UPDATE federation_peer SET
      out_n = CASE WHEN out_generation = ${generation} THEN out_n + 1 ELSE 1 END,
      out_generation = ${generation}
    WHERE node_id IN (SELECT value FROM json_each(${JSON.stringify(nodeIds)}))
    RETURNING id, node_id, out_n`.execute(tables<Schema>(tx));
  return rows;
}

export async function readPeerById(handle: Reader, id: number): Promise<PeerRow | undefined> {
  return tables<Schema>(handle)
    .selectFrom('federation_peer')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function readPeerByNode(handle: Reader, nodeId: NodeId): Promise<PeerRow | undefined> {
  return tables<Schema>(handle)
    .selectFrom('federation_peer')
    .selectAll()
    .where('node_id', '=', nodeId)
    .executeTakeFirst();
}

/** What has come from a node. */
export async function readPairByNode(handle: Reader, nodeId: NodeId): Promise<PairRow | undefined> {
  return tables<Schema>(handle)
    .selectFrom('federation_pair as q')
    .innerJoin('federation_peer as p', 'p.id', 'q.peer')
    .selectAll('q')
    .where('p.node_id', '=', nodeId)
    .executeTakeFirst();
}

/** Contacts that have sent something. */
export async function listContactPairs(handle: Reader): Promise<{ node_id: NodeId }[]> {
  return tables<Schema>(handle)
    .selectFrom('federation_pair as q')
    .innerJoin('federation_peer as p', 'p.id', 'q.peer')
    .select('p.node_id')
    .where('p.standing', '=', 'contact')
    .execute();
}

/** Nodes of whom something has waited behind a gap since before this moment. */
export async function listGaps(handle: Reader, before: number): Promise<{ node_id: NodeId }[]> {
  const { rows } = await sql<{ node_id: NodeId }>`SELECT p.node_id FROM federation_pair q
    JOIN federation_peer p ON p.id = q.peer
    WHERE q.held > 0 AND p.standing <> 'blocked'
      AND EXISTS (SELECT 1 FROM federation_held h WHERE h.peer = q.peer AND h.received_at <= ${before})`.execute(
    tables<Schema>(handle),
  );
  return rows;
}

export async function listContacts(handle: Reader): Promise<PeerRow[]> {
  return tables<Schema>(handle)
    .selectFrom('federation_peer')
    .selectAll()
    .where('standing', '=', 'contact')
    .orderBy('id')
    .execute();
}

export async function listPeers(
  handle: Reader,
  options: { readonly after: number; readonly limit: number },
): Promise<PeerRow[]> {
  return tables<Schema>(handle)
    .selectFrom('federation_peer')
    .selectAll()
    .where('id', '>', options.after)
    .orderBy('id')
    .limit(options.limit)
    .execute();
}

export async function countPeers(handle: Reader): Promise<number> {
  const row = await tables<Schema>(handle)
    .selectFrom('federation_peer')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('standing', '=', 'contact')
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** What contacts were last told of this node's record. */
export async function readTold(handle: Reader): Promise<ToldRow | undefined> {
  return tables<Schema>(handle)
    .selectFrom('federation_told')
    .select(['digest', 'log_entries'])
    .executeTakeFirst();
}

export async function writeTold(tx: Tx, told: ToldRow): Promise<void> {
  await tables<Schema>(tx)
    .insertInto('federation_told')
    .values({ one: 1, ...told })
    .onConflict((conflict) => conflict.column('one').doUpdateSet(told))
    .execute();
}

/** What a delivery taught about a peer's reachability. */
export async function writeReach(
  tx: Tx,
  id: number,
  reach: { failures: number; next_try_at: number; last_ok_at?: number },
): Promise<void> {
  await tables<Schema>(tx).updateTable('federation_peer').set(reach).where('id', '=', id).execute();
}

/** Notes that a receiver's head differs from what was sent to it. */
export async function writeParted(tx: Tx, id: number, seq: number, at: number): Promise<void> {
  await tables<Schema>(tx)
    .updateTable('federation_peer')
    .set({ parted_seq: seq, parted_at: at })
    .where('id', '=', id)
    .execute();
}

/** Moves what the peer is known to have consumed. */
export async function writeAcked(tx: Tx, id: number, seq: number, head: Uint8Array | null): Promise<void> {
  await tables<Schema>(tx)
    .updateTable('federation_peer')
    .set({ acked_seq: seq, acked_head: head })
    .where('id', '=', id)
    .execute();
}
