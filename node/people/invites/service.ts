// Making, listing and taking back invitations, and what one is worth when somebody comes with it.
// A secret that is not good says nothing: a request that carries it is a request like any other.
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Settle } from '#kernel/http/once.ts';
import { reachOf } from '#kernel/network.ts';
import { isoTime, type Clock, type Random } from '#kernel/ports.ts';
import { newMessageId } from '#protocol';
import { INVITE_NOTE_CHARS_MAX } from '#protocol/limits.ts';
import { cleanText } from '#protocol/messages';
import type { ShownInvite } from '../api.ts';
import { INVITES_MAX } from './limits.ts';
import { digestOf, failures, inviteSecret, inviteState, type Invite } from './model.ts';
import * as store from './store.ts';

const DAY_MS = 86_400_000;

export interface InvitesHost {
  readonly db: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly random: Random;
  /** The node's own address, without a trailing slash. */
  readonly serverUrl: () => string;
  /** From which the secrets follow. */
  readonly key: Uint8Array;
}

export interface Invites {
  /** @throws people/too-many-invites, text/* */
  create(
    wanted: { note: string; uses: number; days: number; accept: boolean },
    actor: Actor,
    settle?: Settle<ShownInvite>,
  ): Promise<ShownInvite>;
  list(): Promise<ShownInvite[]>;
  /** Those who are friends by it stay so. @throws people/no-invite */
  revoke(id: string, actor: Actor, settle?: Settle<null>): Promise<void>;
  /** Whether a link is good now, and whether it makes friends at once. @throws people/no-invite */
  look(secret: string): Promise<{ accept: boolean }>;
  /** Spends one use in the transaction of the request that carries the secret; undefined when it is not good. */
  redeem(tx: Tx, secret: string): Promise<{ accept: boolean } | undefined>;
}

export function createInvites(host: InvitesHost): Invites {
  const { db, events, clock } = host;

  const show = (invite: Invite): ShownInvite => ({
    id: invite.id,
    url: `${host.serverUrl()}/i/${inviteSecret(host.key, invite.id)}`,
    reach: reachOf(host.serverUrl()),
    note: invite.note,
    accept: invite.accept,
    uses: invite.uses,
    uses_max: invite.usesMax,
    created_at: isoTime(invite.createdAt),
    expires_at: isoTime(invite.expiresAt),
    state: inviteState(invite, clock.now()),
  });

  return {
    async create({ note, uses, days, accept }, actor, settle) {
      const now = clock.now();
      const id = newMessageId(now, host.random.bytes(10));
      const invite: Invite = {
        id,
        accept,
        digest: digestOf(inviteSecret(host.key, id)),
        note: cleanText(note, INVITE_NOTE_CHARS_MAX),
        uses: 0,
        usesMax: uses,
        createdAt: now,
        expiresAt: now + days * DAY_MS,
        revokedAt: null,
      };
      const shown = show(invite);
      await db.write(async (tx) => {
        const all = await store.listInvites(tx);
        const spent = all.filter((one) => inviteState(one, now) !== 'open');
        if (all.length - spent.length >= INVITES_MAX) throw failures.full();
        const over = all.length + 1 - INVITES_MAX;
        if (over > 0)
          await store.removeInvites(
            tx,
            spent.slice(-over).map((one) => one.id),
          );
        await store.insertInvite(tx, invite);
        await events.append(tx, [
          {
            type: 'people.invite-made',
            subject: id,
            actor: actorToString(actor),
            new: { uses, days, accept },
          },
        ]);
        await settle?.(tx, shown);
      });
      return shown;
    },

    list: async () => (await store.listInvites(db.read)).map(show),

    async revoke(id, actor, settle) {
      await db.write(async (tx) => {
        if (!(await store.revoke(tx, id, clock.now()))) throw failures.notFound();
        await events.append(tx, [
          { type: 'people.invite-revoked', subject: id, actor: actorToString(actor) },
        ]);
        await settle?.(tx, null);
      });
    },

    async look(secret) {
      const invite = await store.findByDigest(db.read, digestOf(secret));
      if (invite === undefined || inviteState(invite, clock.now()) !== 'open') throw failures.notFound();
      return { accept: invite.accept };
    },

    async redeem(tx, secret) {
      const invite = await store.spend(tx, digestOf(secret), clock.now());
      return invite === undefined ? undefined : { accept: invite.accept };
    },
  };
}
