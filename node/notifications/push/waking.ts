// Wakes devices through their push services (RFC 8030): an empty message under one topic, the same for everything,
// so that the service learns only that something happened. The device fetches what it was by itself.
// Bounded by a row for each device; tries again with growing pauses, and gives up what is gone.
import type { Database } from '#kernel/db/database.ts';
import type { Log } from '#kernel/log.ts';
import type { Network } from '#kernel/network.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { AppError } from '#protocol';
import {
  PUSH_ANSWER_BYTES_MAX,
  RETRY_AFTER_MS_MAX,
  WAKE_FAILURES_MAX,
  WAKE_PAUSE_MS,
  WAKE_TTL_S,
  wakeRetryMs,
} from '../model.ts';
import * as store from '../store-push.ts';
import { encryptPush, SALT_BYTES } from './encryption.ts';
import { newPrivateKey, type VapidKey } from './vapid.ts';

const TOPIC = 'ored';
const NOTHING = new Uint8Array();

export interface WakingHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly network: Network;
  readonly vapid: () => Promise<VapidKey>;
  readonly sessionStands: (sessionId: string) => boolean;
  /** Whether there is still something to be woken for. */
  readonly isWorthIt: () => Promise<boolean>;
}

/** Wakes whoever is due; returns the pause until the next, or null when nobody waits. */
export async function wakeDue(host: WakingHost, signal: AbortSignal): Promise<number | null> {
  const { db, clock } = host;
  const due = await store.dueSubscriptions(db.read, clock.now());
  // What was read elsewhere meanwhile wakes nobody: a browser must show something at each wake.
  const worth = due.length > 0 && (await host.isWorthIt());
  await Promise.all(due.map((one) => (worth ? wakeOne(host, one, signal) : dropped(host, one))));
  const next = await store.nextWake(db.read);
  return next === null ? null : Math.max(0, next - clock.now());
}

const dropped = (host: WakingHost, one: store.Subscription): Promise<void> =>
  host.db.write((tx) => store.dropWake(tx, one));

async function wakeOne(host: WakingHost, one: store.Subscription, signal: AbortSignal): Promise<void> {
  const { db, clock, log } = host;
  const { sessionId } = one;
  if (!host.sessionStands(sessionId)) return removed(host, sessionId);
  if (one.pendingSince !== null && one.pendingSince + WAKE_TTL_S * 1_000 < clock.now()) {
    return dropped(host, one);
  }
  const outcome = await post(host, one, signal);
  if (signal.aborted) return;
  const now = clock.now();
  if (outcome.verdict === 'woken') {
    return db.write((tx) => store.noteWoken(tx, one, { now, nextTryAt: now + WAKE_PAUSE_MS }));
  }
  const origin = URL.parse(one.endpoint)?.origin;
  if (outcome.verdict === 'gone' || one.failures + 1 >= WAKE_FAILURES_MAX) {
    log.info({ origin, code: outcome.code }, 'a device can no longer be woken');
    return removed(host, sessionId);
  }
  log.info({ origin, code: outcome.code, failures: one.failures + 1 }, 'a device was not woken yet');
  const pause = Math.max(outcome.retryAfterMs, wakeRetryMs(one.failures, host.random.unit()));
  return db.write((tx) => store.noteFailed(tx, sessionId, now + pause));
}

const removed = (host: WakingHost, sessionId: string): Promise<void> =>
  host.db.write(async (tx) => void (await store.removeSubscription(tx, sessionId)));

type Outcome =
  | { readonly verdict: 'woken' }
  | { readonly verdict: 'gone' | 'later'; readonly code: string; readonly retryAfterMs: number };

async function post(host: WakingHost, one: store.Subscription, signal: AbortSignal): Promise<Outcome> {
  const { random, network } = host;
  const fresh = { senderPrivate: newPrivateKey(random), salt: random.bytes(SALT_BYTES) };
  try {
    const vapid = await host.vapid();
    const { status, headers } = await network.request({
      method: 'POST',
      url: one.endpoint,
      headers: {
        authorization: vapid.authorize(one.endpoint, host.clock.now()),
        'content-type': 'application/octet-stream',
        'content-encoding': 'aes128gcm',
        ttl: String(WAKE_TTL_S),
        topic: TOPIC,
        urgency: 'normal',
      },
      body: encryptPush(NOTHING, one, fresh),
      bytesMax: PUSH_ANSWER_BYTES_MAX,
      signal,
    });
    if (status >= 200 && status < 300) return { verdict: 'woken' };
    const gone = status === 404 || status === 410;
    return {
      verdict: gone ? 'gone' : 'later',
      code: String(status),
      retryAfterMs: retryAfterMs(headers['retry-after']),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // The name leads to an address inside: whoever gave it does not get the node to knock there again.
    const gone = error.code === 'network/forbidden-address' || error.code === 'network/bad-url';
    return { verdict: gone ? 'gone' : 'later', code: error.code, retryAfterMs: 0 };
  }
}

function retryAfterMs(value: string | undefined): number {
  const seconds = value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : 0;
  return Math.min(RETRY_AFTER_MS_MAX, seconds * 1_000);
}
