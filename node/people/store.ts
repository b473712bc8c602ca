// SQL of people: connections, persons, the owner's profile, mutes.
// Decides nothing: which bond may follow on which is the service’s to say.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { prepared } from '#kernel/db/prepared.ts';
import type { MessageId, NodeId } from '#protocol';
import { sql } from 'kysely';
import type { Avatar, Connection, Direction, Person, Profile, Slot, Status } from './model.ts';

interface ConnectionRow {
  node_id: string;
  slot: Slot;
  status: Status;
  direction: Direction;
  our_request: string | null;
  their_request: string | null;
  note: string | null;
  rejections: number;
  updated_at: number;
}
interface PersonRow {
  node_id: string;
  username: string;
  display_name: string;
  bio: string;
  language: string | null;
  avatar_cid: string | null;
  avatar_key: Uint8Array | null;
  avatar_size: number | null;
  avatar_type: string | null;
  updated_at: number;
}
interface PeopleTables {
  people_refresh: { node_id: string; due_at: number; attempts: number };
  people_profile: {
    id: number;
    display_name: string;
    bio: string;
    language: string | null;
    avatar: string | null;
    updated_at: number;
  };
  people_connection: ConnectionRow;
  people_person: PersonRow;
  people_mute: { node_id: string; created_at: number };
}

/** All connections with these nodes. */
export async function connectionsWith(reader: Reader, nodeIds: readonly string[]): Promise<Connection[]> {
  const { rows } = await sql<ConnectionRow>`SELECT c.* FROM json_each(${JSON.stringify(nodeIds)}) AS wanted
    CROSS JOIN people_connection AS c ON c.node_id = wanted.value`.execute(tables<PeopleTables>(reader));
  return rows.map(toConnection);
}

/** A page of all connections, by node and slot. */
export async function listConnections(
  reader: Reader,
  page: { after: { nodeId: string; slot: string } | null; limit: number },
): Promise<Connection[]> {
  let query = tables<PeopleTables>(reader).selectFrom('people_connection').selectAll();
  const { after } = page;
  if (after !== null) {
    query = query.where((eb) =>
      eb.or([
        eb('node_id', '>', after.nodeId),
        eb.and([eb('node_id', '=', after.nodeId), eb('slot', '>', after.slot as Slot)]),
      ]),
    );
  }
  const rows = await query.orderBy('node_id').orderBy('slot').limit(page.limit).execute();
  return rows.map(toConnection);
}

const connectedIn = prepared<
  PeopleTables,
  { readonly slots: string; readonly statuses: string },
  { node_id: string }
>(
  (_db, { slots, statuses }) => sql<{ node_id: string }>`SELECT DISTINCT node_id FROM people_connection
    WHERE slot IN (SELECT value FROM json_each(${slots})) AND status IN (SELECT value FROM json_each(${statuses}))`,
);

/** Nodes with an accepted connection of one of these kinds. */
export async function nodesIn(
  reader: Reader,
  wanted: readonly Slot[],
  statuses: readonly Connection['status'][] = ['accepted'],
): Promise<NodeId[]> {
  const lists = { slots: JSON.stringify(wanted), statuses: JSON.stringify(statuses) };
  const rows = await connectedIn.all(reader, lists);
  return rows.map(({ node_id }) => node_id as NodeId);
}

/** Who is blocked, by node id, from after one. */
export async function listBlocked(
  reader: Reader,
  page: { readonly after: string; readonly limit: number },
): Promise<NodeId[]> {
  const rows = await tables<PeopleTables>(reader)
    .selectFrom('people_connection')
    .select('node_id')
    .where('slot', '=', 'blocked')
    .where('node_id', '>', page.after)
    .orderBy('node_id')
    .limit(page.limit)
    .execute();
  return rows.map(({ node_id }) => node_id as NodeId);
}

export async function countConnections(
  reader: Reader,
  which: { slot: Slot; status: Status; direction?: Direction },
): Promise<number> {
  let query = tables<PeopleTables>(reader)
    .selectFrom('people_connection')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('slot', '=', which.slot)
    .where('status', '=', which.status);
  if (which.direction !== undefined) query = query.where('direction', '=', which.direction);
  return (await query.executeTakeFirstOrThrow()).count;
}

export async function putConnection(tx: Tx, connection: Connection): Promise<void> {
  const { nodeId, ourRequest, theirRequest, updatedAt, ...rest } = connection;
  const row: ConnectionRow = {
    ...rest,
    node_id: nodeId,
    our_request: ourRequest,
    their_request: theirRequest,
    updated_at: updatedAt,
  };
  await tables<PeopleTables>(tx)
    .insertInto('people_connection')
    .values(row)
    .onConflict((conflict) => conflict.columns(['node_id', 'slot']).doUpdateSet(row))
    .execute();
}

/** Returns whether there was one. */
export async function deleteConnection(tx: Tx, nodeId: NodeId, slot: Slot): Promise<boolean> {
  const result = await tables<PeopleTables>(tx)
    .deleteFrom('people_connection')
    .where('node_id', '=', nodeId)
    .where('slot', '=', slot)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Notes somebody's name; what they wrote about themselves stays. */
export async function putName(
  tx: Tx,
  person: { nodeId: NodeId; username: string; displayName: string | null },
  now: number,
): Promise<void> {
  const { nodeId, username, displayName } = person;
  await sql`INSERT INTO people_person (node_id, username, display_name, bio, updated_at)
    VALUES (${nodeId}, ${username}, ${displayName ?? username}, '', ${now})
    ON CONFLICT (node_id) DO UPDATE SET username = excluded.username,
      display_name = coalesce(${displayName}, display_name)`.execute(tables<PeopleTables>(tx));
}

export async function putPerson(tx: Tx, person: Person, avatar: Avatar | null, now: number): Promise<void> {
  const { nodeId, ...rest } = person;
  const row: PersonRow = {
    ...rest,
    node_id: nodeId,
    avatar_cid: avatar?.cid ?? null,
    avatar_key: avatar?.key ?? null,
    avatar_size: avatar?.size ?? null,
    avatar_type: avatar?.type ?? null,
    updated_at: now,
  };
  await tables<PeopleTables>(tx)
    .insertInto('people_person')
    .values(row)
    .onConflict((conflict) => conflict.column('node_id').doUpdateSet(row))
    .execute();
}

/** What somebody says about themselves, without the picture. Only for persons already known. */
export async function updateProfileOf(
  tx: Tx,
  nodeId: NodeId,
  profile: Profile,
  now: number,
): Promise<boolean> {
  const result = await tables<PeopleTables>(tx)
    .updateTable('people_person')
    .set({ ...profile, updated_at: now })
    .where('node_id', '=', nodeId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export interface StoredPerson extends Person {
  readonly avatar: Avatar | null;
}

export async function readPersons(
  reader: Reader,
  nodeIds: readonly string[],
): Promise<Map<string, StoredPerson>> {
  const { rows } = await sql<PersonRow>`SELECT p.* FROM json_each(${JSON.stringify(nodeIds)}) AS wanted
    CROSS JOIN people_person AS p ON p.node_id = wanted.value`.execute(tables<PeopleTables>(reader));
  return new Map(rows.map((row) => [row.node_id, toPerson(row)]));
}

/** Persons with a connection whose username is this one. */
export async function connectedByUsername(reader: Reader, username: string): Promise<NodeId[]> {
  const rows = await tables<PeopleTables>(reader)
    .selectFrom('people_person as p')
    .innerJoin('people_connection as c', 'c.node_id', 'p.node_id')
    .select('p.node_id')
    .distinct()
    .where('p.username', '=', username)
    .execute();
  return rows.map(({ node_id }) => node_id as NodeId);
}

const ownProfile = prepared<PeopleTables, Record<string, never>, Profile & { avatar: string | null }>(
  (people) =>
    people
      .selectFrom('people_profile')
      .select(['display_name', 'bio', 'language', 'avatar'])
      .where('id', '=', 1),
);

export function readProfile(reader: Reader): Promise<(Profile & { avatar: string | null }) | undefined> {
  return ownProfile.first(reader, {});
}

export async function writeProfile(
  tx: Tx,
  profile: Profile & { avatar: string | null },
  now: number,
): Promise<void> {
  const row = { id: 1, ...profile, updated_at: now };
  await tables<PeopleTables>(tx)
    .insertInto('people_profile')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function setMute(tx: Tx, nodeId: NodeId, muted: boolean, now: number): Promise<void> {
  if (!muted) {
    await tables<PeopleTables>(tx).deleteFrom('people_mute').where('node_id', '=', nodeId).execute();
    return;
  }
  await tables<PeopleTables>(tx)
    .insertInto('people_mute')
    .values({ node_id: nodeId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function listMuted(reader: Reader): Promise<NodeId[]> {
  const rows = await tables<PeopleTables>(reader).selectFrom('people_mute').select('node_id').execute();
  return rows.map(({ node_id }) => node_id as NodeId);
}

export interface Refresh {
  readonly nodeId: NodeId;
  readonly dueAt: number;
  readonly attempts: number;
}

/** Notes that somebody's profile is to be asked for; a new reason begins the attempts anew. */
export async function putRefresh(tx: Tx, nodeId: NodeId, dueAt: number): Promise<void> {
  const row = { node_id: nodeId, due_at: dueAt, attempts: 0 };
  await tables<PeopleTables>(tx)
    .insertInto('people_refresh')
    .values(row)
    .onConflict((conflict) => conflict.column('node_id').doUpdateSet(row))
    .execute();
}

export async function nextRefresh(reader: Reader): Promise<Refresh | undefined> {
  const row = await tables<PeopleTables>(reader)
    .selectFrom('people_refresh')
    .selectAll()
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { nodeId: row.node_id as NodeId, dueAt: row.due_at, attempts: row.attempts };
}

export async function postponeRefresh(tx: Tx, { nodeId, attempts }: Refresh, dueAt: number): Promise<void> {
  await tables<PeopleTables>(tx)
    .updateTable('people_refresh')
    .set({ due_at: dueAt, attempts: attempts + 1 })
    .where('node_id', '=', nodeId)
    .execute();
}

/** Forgets what was done, unless there has been a new reason meanwhile. */
export async function removeRefresh(tx: Tx, { nodeId, dueAt }: Refresh): Promise<void> {
  await tables<PeopleTables>(tx)
    .deleteFrom('people_refresh')
    .where('node_id', '=', nodeId)
    .where('due_at', '=', dueAt)
    .execute();
}

function toConnection(row: ConnectionRow): Connection {
  return {
    nodeId: row.node_id as NodeId,
    slot: row.slot,
    status: row.status,
    direction: row.direction,
    ourRequest: row.our_request as MessageId | null,
    theirRequest: row.their_request as MessageId | null,
    note: row.note,
    rejections: row.rejections,
    updatedAt: row.updated_at,
  };
}

function toPerson(row: PersonRow): StoredPerson {
  const { node_id, avatar_cid, avatar_key, avatar_size, avatar_type, updated_at: _updated, ...rest } = row;
  const whole = avatar_cid !== null && avatar_key !== null && avatar_size !== null && avatar_type !== null;
  return {
    ...rest,
    nodeId: node_id as NodeId,
    avatar: whole
      ? { cid: avatar_cid, key: new Uint8Array(avatar_key), size: avatar_size, type: avatar_type }
      : null,
  };
}
