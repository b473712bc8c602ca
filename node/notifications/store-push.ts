// SQL of the devices to wake. A row is a device's whole queue: `pending_since` says that a wake waits,
// `wakes` tells one that came while another was on its way.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { sql } from 'kysely';

interface SubscriptionRow {
  session_id: string;
  endpoint: string;
  p256dh: Buffer;
  auth: Buffer;
  created_at: number;
  wakes: number;
  pending_since: number | null;
  next_try_at: number;
  failures: number;
  last_ok_at: number | null;
}
interface Schema {
  notifications_subscription: SubscriptionRow;
}
const db = (handle: Reader): ReturnType<typeof tables<Schema>> => tables<Schema>(handle);

export interface Subscription {
  readonly sessionId: string;
  readonly endpoint: string;
  readonly p256dh: Uint8Array;
  readonly auth: Uint8Array;
  readonly createdAt: number;
  readonly wakes: number;
  readonly pendingSince: number | null;
  readonly nextTryAt: number;
  readonly failures: number;
  readonly lastOkAt: number | null;
}

/** One for each session, one session for each endpoint: a browser keeps its endpoint when it signs in anew. */
export async function putSubscription(
  tx: Tx,
  subscription: Pick<Subscription, 'sessionId' | 'endpoint' | 'p256dh' | 'auth' | 'createdAt'>,
): Promise<void> {
  const { sessionId, endpoint, p256dh, auth, createdAt } = subscription;
  await sql`DELETE FROM notifications_subscription
    WHERE session_id = ${sessionId} OR endpoint = ${endpoint}`.execute(db(tx));
  await sql`INSERT INTO notifications_subscription (session_id, endpoint, p256dh, auth, created_at)
    VALUES (${sessionId}, ${endpoint}, ${Buffer.from(p256dh)}, ${Buffer.from(auth)}, ${createdAt})`.execute(
    db(tx),
  );
}

export async function listSubscriptions(reader: Reader): Promise<Subscription[]> {
  const rows = await db(reader)
    .selectFrom('notifications_subscription')
    .selectAll()
    .orderBy('created_at')
    .execute();
  return rows.map(toSubscription);
}

export async function removeSubscription(tx: Tx, sessionId: string): Promise<boolean> {
  const result = await db(tx)
    .deleteFrom('notifications_subscription')
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Lets every device be woken; one that waits already only counts. */
export async function wakeAll(tx: Tx, now: number): Promise<void> {
  await sql`UPDATE notifications_subscription
    SET wakes = wakes + 1, pending_since = coalesce(pending_since, ${now})`.execute(db(tx));
}

/** Those that are to be woken by now. */
export async function dueSubscriptions(reader: Reader, now: number): Promise<Subscription[]> {
  const rows = await db(reader)
    .selectFrom('notifications_subscription')
    .selectAll()
    .where('pending_since', 'is not', null)
    .where('next_try_at', '<=', now)
    .execute();
  return rows.map(toSubscription);
}

/** When the next waiting one may be tried, or null. */
export async function nextWake(reader: Reader): Promise<number | null> {
  const row = await db(reader)
    .selectFrom('notifications_subscription')
    .select((eb) => eb.fn.min('next_try_at').as('at'))
    .where('pending_since', 'is not', null)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** It was woken: nothing waits unless something came meanwhile. */
export async function noteWoken(
  tx: Tx,
  { sessionId, wakes }: Pick<Subscription, 'sessionId' | 'wakes'>,
  times: { readonly now: number; readonly nextTryAt: number },
): Promise<void> {
  await sql`UPDATE notifications_subscription SET failures = 0, last_ok_at = ${times.now},
      next_try_at = ${times.nextTryAt}, pending_since = CASE WHEN wakes = ${wakes} THEN NULL ELSE ${times.now} END
    WHERE session_id = ${sessionId}`.execute(db(tx));
}

export async function noteFailed(tx: Tx, sessionId: string, nextTryAt: number): Promise<void> {
  await sql`UPDATE notifications_subscription SET failures = failures + 1, next_try_at = ${nextTryAt}
    WHERE session_id = ${sessionId}`.execute(db(tx));
}

/** There is nothing to be woken for any more. */
export async function dropWake(tx: Tx, { sessionId, wakes }: Subscription): Promise<void> {
  await sql`UPDATE notifications_subscription SET pending_since = NULL
    WHERE session_id = ${sessionId} AND wakes = ${wakes}`.execute(db(tx));
}

function toSubscription(row: SubscriptionRow): Subscription {
  return {
    sessionId: row.session_id,
    endpoint: row.endpoint,
    p256dh: new Uint8Array(row.p256dh),
    auth: new Uint8Array(row.auth),
    createdAt: row.created_at,
    wakes: row.wakes,
    pendingSince: row.pending_since,
    nextTryAt: row.next_try_at,
    failures: row.failures,
    lastOkAt: row.last_ok_at,
  };
}
