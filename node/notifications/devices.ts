// The devices that are woken: a session's browser subscribes and leaves, and a session that ends takes its own along.
// Refuses addresses that this node may not contact, and keys that are none.
import type { Actor } from '#kernel/actor.ts';
import type { Database } from '#kernel/db/database.ts';
import { isLocalUrl, mayContact } from '#kernel/network.ts';
import type { Clock } from '#kernel/ports.ts';
import { AppError, fromBase64Url } from '#protocol';
import { ENDPOINT_CHARS_MAX, failures, SUBSCRIPTIONS_MAX } from './model.ts';
import { AUTH_BYTES, isPoint } from './push/encryption.ts';
import * as store from './store-push.ts';

/** What a browser gives, base64url. */
export interface Offered {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

export interface Devices {
  list(): Promise<store.Subscription[]>;
  /** @throws notifications/no-session, notifications/subscription-unprocessable, notifications/too-many-devices */
  subscribe(actor: Actor, offered: Offered): Promise<void>;
  /** @throws notifications/no-session */
  unsubscribe(actor: Actor): Promise<void>;
}

export function createDevices(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly serverUrl: string;
  readonly networks: readonly string[];
  readonly sessionStands: (sessionId: string) => boolean;
}): Devices {
  const { db, clock } = host;
  return {
    list: () => store.listSubscriptions(db.read),
    async subscribe(actor, offered) {
      const sessionId = sessionOf(actor);
      const endpoint = endpointOf(offered.endpoint, host);
      const keys = keysOf(offered.keys);
      await db.write(async (tx) => {
        // It may have ended since the request was let in: its end has been told already.
        if (!host.sessionStands(sessionId)) throw failures.noSession();
        const others = await store.listSubscriptions(tx);
        const added = others.every((one) => one.sessionId !== sessionId && one.endpoint !== endpoint);
        if (added && others.length >= SUBSCRIPTIONS_MAX) throw failures.full();
        await store.putSubscription(tx, { sessionId, endpoint, ...keys, createdAt: clock.now() });
      });
    },
    async unsubscribe(actor) {
      const sessionId = sessionOf(actor);
      await db.write(async (tx) => void (await store.removeSubscription(tx, sessionId)));
    },
  };
}

function sessionOf(actor: Actor): string {
  const session = actor.kind === 'account' ? actor.session_id : undefined;
  if (session === undefined) throw failures.noSession();
  return session;
}

/** An https address that this node may contact; plain http only for a push service of the owner's own network. */
function endpointOf(
  text: string,
  host: { readonly serverUrl: string; readonly networks: readonly string[] },
): string {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') throw failures.badSubscription();
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLocalUrl(url.href));
  if (!secure || url.href.length > ENDPOINT_CHARS_MAX) throw failures.badSubscription();
  if (!mayContact(url.href, host.serverUrl, host.networks)) throw failures.badSubscription();
  return url.href;
}

function keysOf(keys: Offered['keys']): { p256dh: Uint8Array; auth: Uint8Array } {
  // Browsers give base64url, some libraries pad it.
  const bytes = (text: string): Uint8Array => {
    try {
      return fromBase64Url(text.replace(/=+$/, ''));
    } catch (error) {
      if (error instanceof AppError) throw failures.badSubscription(error);
      throw error;
    }
  };
  const [p256dh, auth] = [bytes(keys.p256dh), bytes(keys.auth)];
  if (!isPoint(p256dh) || auth.length !== AUTH_BYTES) throw failures.badSubscription();
  return { p256dh, auth };
}
