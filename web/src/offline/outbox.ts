// Changes that must reach the node, whatever the network does: written here first, then sent in order, each with a key
// under which the node makes the effect happen once. Only one tab sends at a time. A refusal stays, with the node's
// sentence, until the person decides; nothing is dropped in silence.
import { call } from '../api/call.ts';
import { isPassing, Problem } from '../api/problem.ts';
import { makeStale, rootOf, type QueryRoot } from '../api/queries.ts';
import type { InputOf, Route } from '../api/route.ts';
import { session } from '../api/session.ts';
import { signal } from '../api/signal.ts';
import { ownDatabase, readNote, type OutboxItem } from './database.ts';
import { exclusive } from './exclusive.ts';
import { randomKey } from './random-key.ts';

/** Tries again this often while something waits; focus, network and loading try at once. */
const RETRY_MS = 20_000;
/** The note that names the account, written by the session. */
const ACCOUNT_NOTE = 'session.account';

/** What waits, oldest first; every screen may watch it. */
export const outbox = signal<readonly OutboxItem[]>([]);

const settled = new BroadcastChannel('ored.outbox');
let draining: Promise<void> | undefined;

/**
 * Keeps a change and sends it as soon as it can. Resolves once it is kept here: from then on it is not lost.
 * `kind` is the area's word for it (`posts.create`), by which its screens find it in `outbox`.
 */
export async function enqueue<R extends Route<unknown>>(
  kind: string,
  target: R,
  input: InputOf<R>,
): Promise<OutboxItem> {
  const { body, params } = input as { readonly body?: unknown; readonly params?: Record<string, string> };
  const path = target.path.replaceAll(/:(\w+)/g, (_whole, name: string) =>
    encodeURIComponent(params?.[name] ?? ''),
  );
  const account = await readNote(ACCOUNT_NOTE);
  const item: OutboxItem = {
    key: randomKey(),
    account: String(account),
    kind,
    method: target.method,
    path,
    body: body ?? null,
    at: Date.now(),
    state: 'waiting',
    tries: 0,
    problem: null,
  };
  await (await ownDatabase()).put('outbox', item);
  await refresh();
  void drain();
  return item;
}

/** Takes back what has not left, or forgets what was refused. */
export async function discard(key: string): Promise<void> {
  await (await ownDatabase()).delete('outbox', key);
  await refresh();
}

/** Tries a refused change again, as it is. */
export async function retry(key: string): Promise<void> {
  const db = await ownDatabase();
  const item = await db.get('outbox', key);
  if (item !== undefined) await db.put('outbox', { ...item, state: 'waiting', problem: null });
  await refresh();
  await drain();
}

/** Reads again what waits, for this tab. */
export async function refresh(): Promise<void> {
  outbox.set(await (await ownDatabase()).getAllFromIndex('outbox', 'at'));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
  settled.postMessage('changed');
}

/** Sends what waits, in order, until it is empty or the node cannot be reached. */
export function drain(): Promise<void> {
  draining ??= exclusive('ored.outbox', drainInOrder).finally(() => (draining = undefined));
  return draining;
}

async function drainInOrder(): Promise<void> {
  const db = await ownDatabase();
  const account = await readNote(ACCOUNT_NOTE);
  for (;;) {
    if (session.get() !== 'in') return;
    const items = await db.getAllFromIndex('outbox', 'at');
    const next = items.find((item) => item.account === account && item.state !== 'refused');
    if (next === undefined) return;
    if (!(await sendOne(next))) return;
  }
}

/** False: the node cannot be reached now, and later ones would not fare better. */
async function sendOne(item: OutboxItem): Promise<boolean> {
  const db = await ownDatabase();
  await db.put('outbox', { ...item, state: 'sending', tries: item.tries + 1 });
  await refresh();
  try {
    const target: Route<unknown> = { method: item.method as Route<unknown>['method'], path: item.path };
    const input = item.body === null ? {} : { body: item.body };
    await call(target, input as never, { idempotencyKey: item.key });
  } catch (error) {
    // Its answer was lost on the way, its effect was not.
    const done = error instanceof Problem && error.code === 'http/already-done';
    if (done) return forgetSent(item);
    const later = isPassing(error) || (error instanceof Problem && error.status === 401);
    const problem = error instanceof Problem ? error.message : String(error);
    await db.put('outbox', {
      ...item,
      tries: item.tries + 1,
      state: later ? 'waiting' : 'refused',
      problem: later ? null : problem,
    });
    await refresh();
    return !later;
  }
  return forgetSent(item);
}

async function forgetSent(item: OutboxItem): Promise<true> {
  const db = await ownDatabase();
  await makeStale(...rootsOf(item));
  // Gone from here only when the node's own list is here: the item never disappears from the screen.
  await db.delete('outbox', item.key);
  await refresh();
  return true;
}

const rootsByKind = new Map<string, readonly QueryRoot[]>();

/** Which queries show the effect of a kind, beyond those of its own path. */
export function showsIn(kind: string, roots: readonly QueryRoot[]): void {
  rootsByKind.set(kind, roots);
}

const rootsOf = (item: OutboxItem): readonly QueryRoot[] => [
  rootOf(item.path),
  ...(rootsByKind.get(item.kind) ?? []),
];

/** Drains on load, focus, network, signing in and time. */
export function watchOutbox(): void {
  const tryNow = (): void => {
    if (outbox.get().some(({ state }) => state !== 'refused')) drain().catch(() => undefined);
  };
  settled.addEventListener('message', () => {
    void ownDatabase().then(async (db) => outbox.set(await db.getAllFromIndex('outbox', 'at')));
  });
  window.addEventListener('online', tryNow);
  window.addEventListener('focus', tryNow);
  document.addEventListener('visibilitychange', tryNow);
  session.subscribe(tryNow);
  setInterval(tryNow, RETRY_MS);
  void refresh().then(tryNow);
}
