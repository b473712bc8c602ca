// Changes that must reach the node, whatever the network does: written here first, then sent in order, each with a key
// under which the node makes the effect happen once. Only one tab sends at a time. A refusal stays, with the node's
// sentence, until the person decides; nothing is dropped in silence.
import { call } from '../api/call.ts';
import { isPassing, Problem } from '../api/problem.ts';
import { makeStale, rootOf, type QueryRoot } from '../api/queries.ts';
import { addressOf, type InputOf, type Route } from '../api/route.ts';
import { session } from '../api/session.ts';
import { signal } from '../api/signal.ts';
import { ownDatabase, readAccount, type FilesUnder, type OutboxFile, type OutboxItem } from './database.ts';
import { exclusive } from './exclusive.ts';
import { sendFiles } from './outbox-files.ts';
import { randomKey } from './random-key.ts';

/** Tries again this often while something waits; focus, network and loading try at once. */
const RETRY_MS = 20_000;

/** What waits, oldest first; every screen may watch it. */
export const outbox = signal<readonly OutboxItem[]>([]);

const settled = new BroadcastChannel('ored.outbox');
let draining: Promise<void> | undefined;

/**
 * Keeps a change and sends it as soon as it can. Resolves once it is kept here: from then on it is not lost.
 * `kind` is the area's word for it (`posts.create`), by which its screens find it in `outbox`.
 * `files` go to the node first; their ids are the body's `media`, or what `filesUnder` says.
 */
export async function enqueue<R extends Route<unknown>>(
  kind: string,
  target: R,
  input: InputOf<R>,
  files: readonly OutboxFile[] = [],
  filesUnder: FilesUnder = 'media',
): Promise<OutboxItem> {
  const { body, ...where } = input as { readonly body?: unknown } & Parameters<typeof addressOf>[1];
  const path = addressOf(target.path, where);
  const account = await readAccount();
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
    ...(files.length === 0 ? {} : { files, filesUnder }),
  };
  await (await ownDatabase()).put('outbox', item);
  await refresh();
  void drain();
  return item;
}

/** Takes back what has not left, or forgets what was refused. */
export async function discard(key: string): Promise<void> {
  leaving.get(key)?.abort();
  await (await ownDatabase()).delete('outbox', key);
  await refresh();
}

/** Tries a refused change again, as it is. */
export async function retry(key: string): Promise<void> {
  await change(key, { state: 'waiting', problem: null });
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
  const account = await readAccount();
  for (;;) {
    if (session.get() !== 'in') return;
    const items = await db.getAllFromIndex('outbox', 'at');
    const next = items.find((item) => item.account === account && item.state !== 'refused');
    if (next === undefined) return;
    if (!(await sendOne(next))) return;
  }
}

/** Done under this key before, with files that had another number then: the answer was lost, the effect was not. */
const DONE_CODE = 'http/idempotency-key-reused';
/** What is on its way, so that it can be stopped before the node has all of it. */
const leaving = new Map<string, AbortController>();

/** False: the node cannot be reached now, and later ones would not fare better. */
async function sendOne(item: OutboxItem): Promise<boolean> {
  const stop = new AbortController();
  leaving.set(item.key, stop);
  const { signal } = stop;
  try {
    const tried = await change(item.key, { state: 'sending', tries: item.tries + 1 });
    if (tried === undefined) return true;
    const { method, path, body } = await sendFiles(tried, { signal, note: change });
    const target: Route<unknown> = { method: method as Route<unknown>['method'], path };
    const input = body === null ? {} : { body };
    signal.throwIfAborted();
    await call(target, input as never, { idempotencyKey: item.key });
  } catch (error) {
    // Taken back by the person meanwhile.
    if (signal.aborted) return true;
    if (error instanceof Problem && error.code === DONE_CODE) return await forgetSent(item);
    const later = isPassing(error) || (error instanceof Problem && error.status === 401);
    const problem = error instanceof Problem ? error.message : String(error);
    await change(item.key, { state: later ? 'waiting' : 'refused', problem: later ? null : problem });
    return !later;
  } finally {
    leaving.delete(item.key);
  }
  return forgetSent(item);
}

/** Changes what is kept of an item; one that was taken back meanwhile stays away. */
async function change(key: string, to: Partial<OutboxItem>): Promise<OutboxItem | undefined> {
  const tx = (await ownDatabase()).transaction('outbox', 'readwrite');
  const before = await tx.store.get(key);
  const after = before === undefined ? undefined : { ...before, ...to };
  if (after !== undefined) await tx.store.put(after);
  await tx.done;
  await refresh();
  return after;
}

async function forgetSent(item: OutboxItem): Promise<true> {
  const db = await ownDatabase();
  const after = afterByKind.get(item.kind);
  if (after === undefined) await makeStale(...rootsOf(item));
  else await after(item);
  // Gone from here only when the node's own list is here: the item never disappears from the screen.
  await db.delete('outbox', item.key);
  await refresh();
  return true;
}

const rootsByKind = new Map<string, readonly QueryRoot[]>();

/** Which queries show the effect of a kind, beyond those of its own path. Nothing is asked where `whenSent` says how. */
export function showsIn(kind: string, roots: readonly QueryRoot[]): void {
  rootsByKind.set(kind, roots);
}

const afterByKind = new Map<string, (item: OutboxItem) => Promise<void>>();

/** What is done when an item of a kind has arrived, before it leaves the outbox: its effect is fetched. */
export function whenSent(kind: string, run: (item: OutboxItem) => Promise<void>): void {
  afterByKind.set(kind, run);
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
