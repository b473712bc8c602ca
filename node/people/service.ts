// What the owner does with bonds: asking, answering, following, blocking; each with its message, its standing and its
// event in one transaction. A friendship stands only when both have said so themselves (docs/security.md F23).
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import { isoTime } from '#kernel/ports.ts';
import { AppError, isNodeId, type NodeId } from '#protocol';
import {
  acceptRequest,
  answer,
  bondsOf,
  endWith,
  newConnection,
  refuseFull,
  settleStanding,
  tell,
  tellEnded,
} from './bonds.ts';
import { inviteIn } from './invites/model.ts';
import { failures, FRIENDS_MAX, nodeIdIn, type Connection, type Slot } from './model.ts';
import { knownPerson, resolvePerson } from './naming.ts';
import type { Contact, PeopleHost } from './ports.ts';
import * as store from './store.ts';

export interface Bonds {
  /** Asks somebody to be a friend, or accepts what they asked. */
  add(who: string, note: string | undefined, actor: Actor): Promise<Connection>;
  accept(who: string, actor: Actor): Promise<Connection>;
  reject(who: string, actor: Actor): Promise<Connection>;
  remove(who: string, actor: Actor): Promise<NodeId>;
  follow(who: string, actor: Actor): Promise<Connection>;
  unfollow(who: string, actor: Actor): Promise<NodeId>;
  block(who: string, actor: Actor): Promise<NodeId>;
  unblock(who: string, actor: Actor): Promise<NodeId>;
  mute(who: string, muted: boolean, actor: Actor): Promise<NodeId>;
}

export function createBonds<C extends Contact>(host: PeopleHost<C>): Bonds {
  const { db, mail, finder } = host;
  const known = (who: string): Promise<NodeId> => knownPerson(db.read, who);

  const find = async (who: string): Promise<C> => {
    if (host.isSelf(who)) throw failures.self();
    const contact = await resolvePerson(db.read, finder, who);
    if (contact.node_id === host.self()) throw failures.self();
    return contact;
  };

  // A node id is enough to block somebody who cannot be found, or not now: block lists name strangers.
  const findToBlock = async (who: string): Promise<C | NodeId> => {
    try {
      return await find(who);
    } catch (error) {
      const nodeId = nodeIdIn(who);
      const gone = error instanceof AppError && ['not-found', 'unavailable'].includes(error.category);
      if (gone && nodeId !== null && isNodeId(nodeId)) return nodeId;
      throw error;
    }
  };

  const endBond = async (
    who: string,
    { slot, relationship }: { readonly slot: Slot; readonly relationship: 'friend' | 'follower' },
    actor: Actor,
  ): Promise<NodeId> => {
    const nodeId = await known(who);
    return db.write(async (tx) => {
      if (!(await store.deleteConnection(tx, nodeId, slot))) throw failures.notConnected();
      await endWith(host, tx, nodeId, relationship);
      await settleStanding(host, tx, nodeId);
      await tellEnded(host, tx, nodeId, [slot], actor);
      return nodeId;
    });
  };

  const meet = async (tx: Tx, contact: C): Promise<void> => {
    await finder.pin(tx, contact);
    await store.putName(
      tx,
      { nodeId: contact.node_id, username: contact.username, displayName: null },
      host.clock.now(),
    );
  };

  return {
    async add(whoOrLink, note, actor) {
      const invite = inviteIn(whoOrLink);
      const contact = await find(invite?.url ?? whoOrLink);
      if (contact.identity.deactivated) throw failures.closed(contact.username);
      const nodeId = contact.node_id;
      const displayName = await host.displayName();
      return db.write(async (tx) => {
        await meet(tx, contact);
        const { friend, blocked } = await bondsOf(tx, nodeId);
        if (blocked !== undefined) throw failures.blocked();
        if (friend?.status === 'accepted') return friend;
        if (friend?.status === 'pending') {
          return friend.direction === 'out' ? friend : acceptRequest(host, tx, friend, actor);
        }
        await refuseFull(tx, 'friend', FRIENDS_MAX);
        await mail.setStanding(tx, nodeId, 'contact');
        const request = await mail.send(tx, {
          to: nodeId,
          type: 'friend_request',
          payload: {
            created_at: isoTime(host.clock.now()),
            relationship: 'friend',
            ...(note === undefined ? {} : { note }),
            ...(invite === undefined ? {} : { invite: invite.secret }),
            profile: { display_name: displayName },
          },
        });
        const asked = newConnection(host, nodeId, 'friend', {
          status: 'pending',
          direction: 'out',
          ourRequest: request,
        });
        await store.putConnection(tx, asked);
        await tell(host, tx, 'people.asked', asked, actor);
        return asked;
      });
    },

    async accept(who, actor) {
      const nodeId = await known(who);
      return db.write(async (tx) => acceptRequest(host, tx, await waitingRequest(tx, nodeId), actor));
    },

    async reject(who, actor) {
      const nodeId = await known(who);
      return db.write(async (tx) => {
        const request = await waitingRequest(tx, nodeId);
        await answer(host, tx, request, false);
        const rejected: Connection = {
          ...request,
          status: 'rejected',
          rejections: request.rejections + 1,
          updatedAt: host.clock.now(),
        };
        await store.putConnection(tx, rejected);
        await tell(host, tx, 'people.rejected', rejected, actor);
        return rejected;
      });
    },

    remove: (who, actor) => endBond(who, { slot: 'friend', relationship: 'friend' }, actor),

    async follow(who, actor) {
      const contact = await find(who);
      if (contact.identity.deactivated) throw failures.closed(contact.username);
      const nodeId = contact.node_id;
      const displayName = await host.displayName();
      return db.write(async (tx) => {
        await meet(tx, contact);
        const { following, blocked } = await bondsOf(tx, nodeId);
        if (blocked !== undefined) throw failures.blocked();
        if (following !== undefined) return following;
        await mail.setStanding(tx, nodeId, 'contact');
        const request = await mail.send(tx, {
          to: nodeId,
          type: 'friend_request',
          payload: {
            created_at: isoTime(host.clock.now()),
            relationship: 'follower',
            profile: { display_name: displayName },
          },
        });
        const made = newConnection(host, nodeId, 'following', {
          status: 'accepted',
          direction: 'out',
          ourRequest: request,
        });
        await store.putConnection(tx, made);
        await tell(host, tx, 'people.following', made, actor);
        return made;
      });
    },

    unfollow: (who, actor) => endBond(who, { slot: 'following', relationship: 'follower' }, actor),

    async block(who, actor) {
      const contact = await findToBlock(who);
      const nodeId = typeof contact === 'string' ? contact : contact.node_id;
      return db.write(async (tx) => {
        if (typeof contact !== 'string') await meet(tx, contact);
        const before = await store.connectionsWith(tx, [nodeId]);
        if (before.some(({ slot }) => slot === 'blocked')) return nodeId;
        for (const { slot } of before) await store.deleteConnection(tx, nodeId, slot);
        // Somebody who never had a bond learns nothing; the others must forget what was shared with them.
        if (before.length > 0) await endWith(host, tx, nodeId, undefined);
        await mail.setStanding(tx, nodeId, 'blocked');
        const blocked = newConnection(host, nodeId, 'blocked', { status: 'accepted', direction: 'out' });
        await store.putConnection(tx, blocked);
        await tell(host, tx, 'people.blocked', blocked, actor);
        return nodeId;
      });
    },

    async unblock(who, actor) {
      const nodeId = await known(who);
      return db.write(async (tx) => {
        if (!(await store.deleteConnection(tx, nodeId, 'blocked'))) throw failures.notConnected();
        await mail.setStanding(tx, nodeId, 'stranger');
        await tellEnded(host, tx, nodeId, ['blocked'], actor);
        return nodeId;
      });
    },

    async mute(who, muted, actor) {
      const nodeId = (await find(who)).node_id;
      return db.write(async (tx) => {
        await store.setMute(tx, nodeId, muted, host.clock.now());
        await host.events.append(tx, [
          { type: muted ? 'people.muted' : 'people.unmuted', subject: nodeId, actor: actorToString(actor) },
        ]);
        return nodeId;
      });
    },
  };
}

async function waitingRequest(tx: Tx, nodeId: NodeId): Promise<Connection> {
  const { friend } = await bondsOf(tx, nodeId);
  if (friend === undefined || friend.status !== 'pending' || friend.direction !== 'in') {
    throw failures.noRequest();
  }
  return friend;
}
