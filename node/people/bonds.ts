// The rules of a bond, the same whoever changes it: the owner (service.ts) or the other node (incoming.ts). Each changes
// rows, standing and events in the caller's transaction, and says to the other node what it must know.
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Reader, Tx } from '#kernel/db/database.ts';
import { isoTime } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import {
  failures,
  FRIENDS_MAX,
  noRelation,
  relationOf,
  type Connection,
  type Relation,
  type Slot,
} from './model.ts';
import type { PeopleHost } from './ports.ts';
import * as store from './store.ts';

/** The bonds with one node, by kind. */
export async function bondsOf(reader: Reader, nodeId: NodeId): Promise<Partial<Record<Slot, Connection>>> {
  const connections = await store.connectionsWith(reader, [nodeId]);
  return Object.fromEntries(connections.map((connection) => [connection.slot, connection]));
}

/** What each of these nodes is to the owner; every node has an entry. */
export async function relationsWith(
  reader: Reader,
  nodeIds: readonly NodeId[],
): Promise<Map<NodeId, Relation>> {
  const connections = await store.connectionsWith(reader, nodeIds);
  return new Map(
    nodeIds.map((nodeId) => {
      const own = connections.filter((connection) => connection.nodeId === nodeId);
      return [nodeId, own.length === 0 ? noRelation : relationOf(own)];
    }),
  );
}

/** Makes a waiting request, or crossed ones, a friendship, and says so to the other node. */
export async function acceptRequest(
  host: PeopleHost,
  tx: Tx,
  request: Connection,
  actor: Actor,
): Promise<Connection> {
  await refuseFull(tx, 'friend', FRIENDS_MAX);
  await host.mail.setStanding(tx, request.nodeId, 'contact');
  await answer(host, tx, request, true);
  return becomeFriends(host, tx, request, actor);
}

export async function becomeFriends(
  host: PeopleHost,
  tx: Tx,
  request: Connection,
  actor: Actor,
): Promise<Connection> {
  const accepted: Connection = { ...request, status: 'accepted', rejections: 0, updatedAt: host.clock.now() };
  await store.putConnection(tx, accepted);
  await tell(host, tx, 'people.befriended', accepted, actor);
  return accepted;
}

export function newConnection(
  host: Pick<PeopleHost, 'clock'>,
  nodeId: NodeId,
  slot: Slot,
  rest: Pick<Connection, 'status' | 'direction'> & Partial<Connection>,
): Connection {
  return {
    nodeId,
    slot,
    ourRequest: null,
    theirRequest: null,
    note: null,
    rejections: 0,
    updatedAt: host.clock.now(),
    ...rest,
  };
}

/** A node without a bond that needs its messages is a stranger again. */
export async function settleStanding(host: PeopleHost, tx: Tx, nodeId: NodeId): Promise<void> {
  const { friend, following, blocked } = await bondsOf(tx, nodeId);
  if (blocked !== undefined) return;
  const needed = following !== undefined || (friend !== undefined && friend.status !== 'rejected');
  await host.mail.setStanding(tx, nodeId, needed ? 'contact' : 'stranger');
}

/** @throws people/full */
export async function refuseFull(tx: Tx, slot: 'friend' | 'follower', max: number): Promise<void> {
  if ((await store.countConnections(tx, { slot, status: 'accepted' })) >= max) throw failures.full();
}

export async function tell(
  host: Pick<PeopleHost, 'events'>,
  tx: Tx,
  type: string,
  connection: Connection,
  actor: Actor,
): Promise<void> {
  const { nodeId, slot, status, direction } = connection;
  await host.events.append(tx, [
    { type, subject: nodeId, actor: actorToString(actor), new: { bond: slot, status, direction } },
  ]);
}

export async function tellEnded(
  host: Pick<PeopleHost, 'events'>,
  tx: Tx,
  nodeId: NodeId,
  ended: readonly Slot[],
  actor: Actor,
): Promise<void> {
  await host.events.append(
    tx,
    ended.map((bond) => ({
      type: 'people.ended',
      subject: nodeId,
      actor: actorToString(actor),
      old: { bond },
    })),
  );
}

/** Tells whether what they asked is accepted. */
export async function answer(
  host: PeopleHost,
  tx: Tx,
  request: Connection,
  accepted: boolean,
): Promise<void> {
  if (request.theirRequest === null) throw failures.noRequest();
  await host.mail.send(tx, {
    to: request.nodeId,
    type: 'friend_response',
    payload: { created_at: isoTime(host.clock.now()), request_id: request.theirRequest, accepted },
  });
}

/** Tells a node that what was shared with it is over: one relationship, or all of them. */
export async function endWith(
  host: PeopleHost,
  tx: Tx,
  nodeId: NodeId,
  relationship: 'friend' | 'follower' | undefined,
): Promise<void> {
  await host.mail.send(tx, {
    to: nodeId,
    type: 'connection_end',
    payload: {
      created_at: isoTime(host.clock.now()),
      ...(relationship === undefined ? {} : { relationship }),
    },
  });
}
