// SQL of the nodes that this one knows.
// One row a node; whether it may be believed was decided before.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { NodeId } from '#protocol';
import { sql } from 'kysely';
import type { NameVerifier } from './model.ts';

export interface ContactRow {
  node_id: NodeId;
  log: string;
  head: string;
  signing_key: Uint8Array;
  record: Uint8Array;
  seq: number;
  username: string;
  verified_by: NameVerifier | null;
  pinned: number;
  deactivated: number;
  held_log: string | null;
  seen_at: number;
}
interface Schema {
  discovery_contact: ContactRow;
}

export async function findContact(handle: Reader, nodeId: NodeId): Promise<ContactRow | undefined> {
  return tables<Schema>(handle)
    .selectFrom('discovery_contact')
    .selectAll()
    .where('node_id', '=', nodeId)
    .executeTakeFirst();
}

/** Pinned contacts of this username; names are not unique among nodes of different directories. */
export async function findPinnedByName(handle: Reader, username: string): Promise<ContactRow[]> {
  return tables<Schema>(handle)
    .selectFrom('discovery_contact')
    .selectAll()
    .where('username', '=', username)
    .where('pinned', '=', 1)
    .execute();
}

export async function saveContact(tx: Tx, row: Omit<ContactRow, 'pinned' | 'held_log'>): Promise<void> {
  const { node_id: _nodeId, verified_by, ...rest } = row;
  await tables<Schema>(tx)
    .insertInto('discovery_contact')
    .values({ ...row, pinned: 0, held_log: null })
    .onConflict((conflict) =>
      conflict.column('node_id').doUpdateSet({ ...rest, ...(verified_by === null ? {} : { verified_by }) }),
    )
    .execute();
}

export async function updateContact(
  tx: Tx,
  nodeId: NodeId,
  change: Partial<
    Pick<ContactRow, 'pinned' | 'held_log' | 'verified_by' | 'seen_at' | 'log' | 'head' | 'deactivated'>
  >,
): Promise<void> {
  await tables<Schema>(tx)
    .updateTable('discovery_contact')
    .set(change)
    .where('node_id', '=', nodeId)
    .execute();
}

/** Forgets the longest unseen of those that are not pinned, beyond `keep`. */
export async function prunePassing(tx: Tx, keep: number): Promise<void> {
  await sql`DELETE FROM discovery_contact WHERE node_id IN (
    SELECT node_id FROM discovery_contact WHERE pinned = 0 ORDER BY seen_at DESC LIMIT 100 OFFSET ${keep})`.execute(
    tables<Schema>(tx),
  );
}
