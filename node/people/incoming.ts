// What other nodes say about bonds: asking, answering, ending. Each message changes only the bond with its own
// sender; an answer that nobody waits for is refused (docs/security.md F23).
import type { Actor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import { cleanDisplayName, type NodeId } from '#protocol';
import { NOTE_CHARS_MAX } from '#protocol/limits.ts';
import { cleanText } from '#protocol/messages';
import {
  acceptRequest,
  becomeFriends,
  bondsOf,
  newConnection,
  refuseFull,
  settleStanding,
  tell,
  tellEnded,
} from './bonds.ts';
import {
  failures,
  FOLLOWERS_MAX,
  REJECTIONS_MAX,
  REQUESTS_WAITING_MAX,
  type Connection,
  type Slot,
} from './model.ts';
import type { PeopleHost, Verified } from './ports.ts';
import * as people from './store.ts';

export interface PeopleHandlers {
  asked(tx: Tx, batch: readonly Verified<'friend_request'>[]): Promise<void>;
  answered(tx: Tx, batch: readonly Verified<'friend_response'>[]): Promise<void>;
  ended(tx: Tx, batch: readonly Verified<'connection_end'>[]): Promise<void>;
}

/** `redeem` spends an invitation: undefined when it is not good. */
export type Redeem = (tx: Tx, secret: string) => Promise<{ readonly accept: boolean } | undefined>;

export function createHandlers(host: PeopleHost, redeem: Redeem): PeopleHandlers {
  return {
    async asked(tx, batch) {
      for (const message of batch) await applyRequest(host, redeem, tx, message);
    },
    async answered(tx, batch) {
      for (const message of batch) await applyResponse(host, tx, message);
    },
    async ended(tx, batch) {
      for (const message of batch) await applyEnd(host, tx, message);
    },
  };
}

const by = (nodeId: NodeId): Actor => ({ kind: 'node', node_id: nodeId });

async function applyRequest(
  host: PeopleHost,
  redeem: Redeem,
  tx: Tx,
  message: Verified<'friend_request'>,
): Promise<void> {
  const { from, sender, payload } = message;
  const bonds = await bondsOf(tx, from);
  if (bonds.blocked !== undefined) throw failures.refusedBefore();
  const username = (await host.finder.usernameOf(from)) ?? sender.username;
  const displayName = cleanDisplayName(payload.profile.display_name);
  await people.putName(tx, { nodeId: from, username, displayName }, host.clock.now());
  if (payload.relationship === 'follower') {
    if (bonds.follower !== undefined) return;
    await refuseFull(tx, 'follower', FOLLOWERS_MAX);
    const made = newConnection(host, from, 'follower', {
      ...({ status: 'accepted', direction: 'in', theirRequest: message.id } as const),
    });
    await people.putConnection(tx, made);
    await tell(host, tx, 'people.followed', made, by(from));
    return;
  }
  await applyFriendRequest({ host, redeem, tx }, bonds.friend, message);
}

async function applyFriendRequest(
  { host, redeem, tx }: { readonly host: PeopleHost; readonly redeem: Redeem; readonly tx: Tx },
  known: Connection | undefined,
  message: Verified<'friend_request'>,
): Promise<void> {
  const { from, id, payload } = message;
  const note = payload.note === undefined ? null : cleanText(payload.note, NOTE_CHARS_MAX);
  // Both have asked, or the other node has lost our answer: both have said yes themselves.
  if (known !== undefined && known.status !== 'rejected' && known.direction === 'out') {
    await acceptRequest(host, tx, { ...known, theirRequest: id }, by(from));
    return;
  }
  if (known?.status === 'accepted') {
    await acceptRequest(host, tx, { ...known, theirRequest: id }, by(from));
    return;
  }
  if (known?.status === 'rejected' && known.rejections >= REJECTIONS_MAX) throw failures.refusedBefore();
  const invited = payload.invite === undefined ? undefined : await redeem(tx, payload.invite);
  if (known?.status !== 'pending' && invited?.accept !== true) {
    const waiting = await people.countConnections(tx, { slot: 'friend', status: 'pending', direction: 'in' });
    if (waiting >= REQUESTS_WAITING_MAX) throw failures.tooManyRequests();
  }
  const request = newConnection(host, from, 'friend', {
    ...({ status: 'pending', direction: 'in', theirRequest: id, note } as const),
    rejections: known?.rejections ?? 0,
  });
  // The owner has said yes beforehand, by the link that they gave.
  if (invited?.accept === true) {
    await acceptRequest(host, tx, request, by(from));
    return;
  }
  await people.putConnection(tx, request);
  await tell(host, tx, 'people.requested', request, by(from));
}

async function applyResponse(host: PeopleHost, tx: Tx, message: Verified<'friend_response'>): Promise<void> {
  const { from, payload } = message;
  const { friend } = await bondsOf(tx, from);
  if (friend === undefined || friend.ourRequest === null || friend.ourRequest !== payload.request_id) {
    throw failures.notAsked();
  }
  // Crossed requests make a friendship at once; the answers that follow change nothing.
  if (friend.status === 'accepted') return;
  if (friend.status !== 'pending' || friend.direction !== 'out') throw failures.notAsked();
  if (payload.accepted) {
    await becomeFriends(host, tx, friend, by(from));
    return;
  }
  const rejected: Connection = { ...friend, status: 'rejected', updatedAt: host.clock.now() };
  await people.putConnection(tx, rejected);
  await settleStanding(host, tx, from);
  await tell(host, tx, 'people.declined', rejected, by(from));
}

async function applyEnd(host: PeopleHost, tx: Tx, message: Verified<'connection_end'>): Promise<void> {
  const { from, payload } = message;
  const { relationship } = payload;
  const meant: readonly Slot[] =
    relationship === undefined ? ['friend', 'follower', 'following'] : [relationship];
  const ended: Slot[] = [];
  for (const slot of meant) if (await people.deleteConnection(tx, from, slot)) ended.push(slot);
  if (ended.length === 0) return;
  await settleStanding(host, tx, from);
  await tellEnded(host, tx, from, ended, by(from));
}
