// What changes on the node, as it happens: a WebSocket that is resumed with its cursor, and polling where none can be
// held (some proxies), from the same cursor. Changes carry no content: each only makes the queries stale that an area
// named in its feature; everything, where the node does not know any more what was missed.
import type { Changes, getChanges } from '#node/edge/live/api.ts';
import { call } from '../api/call.ts';
import { heldRoot, makeStale, queryClient, type QueryRoot } from '../api/queries.ts';
import { noteContact } from '../api/contact.ts';
import { Problem } from '../api/problem.ts';
import { route } from '../api/route.ts';
import { renewSession, session, sessionEnded } from '../api/session.ts';
import { features } from '../features.ts';
import type { ChangeKind } from '../router/feature.ts';

const PATH = '/api/v1/live';
/** Waits between tries: doubled each time, and never longer than this. */
const WAIT_MS_MIN = 1_000;
const WAIT_MS_MAX = 30_000;
/** Without a socket, the node is asked what has changed, and answers when something has, or after this. */
const POLL_S = 25;
/** Tries that never opened, after which polling begins beside them. */
const TRIES_BEFORE_POLLING = 2;
/** Events that come together make one refetch. */
const GATHER_MS = 150;
/** The node closes with this when the session has ended (node/edge/live). */
const SESSION_ENDED = 4401;

let cursor: string | undefined;
let socket: WebSocket | undefined;
let failures = 0;
let polling: AbortController | undefined;
const gathered = new Map<ChangeKind, Set<string>>();

const readChanges = route<typeof getChanges>('GET', '/api/v1/changes');

/** The query roots that a kind of change makes stale, by the tables of all areas. */
function rootsOfChange(kind: ChangeKind): readonly QueryRoot[] {
  return features.flatMap(({ live = {} }) => live[kind] ?? []);
}

/** Follows the node while somebody is signed in. */
export function followNode(): void {
  const follow = (): void => {
    if (session.get() === 'in') connect();
    else stop();
  };
  session.subscribe(follow);
  window.addEventListener('online', () => {
    failures = 0;
    follow();
  });
  follow();
}

function connect(): void {
  if (socket !== undefined) return;
  const after = cursor === undefined ? '' : `?after=${cursor}`;
  const askedAt = Date.now();
  const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${PATH}${after}`);
  socket = opened;
  opened.addEventListener('message', ({ data }) => {
    failures = 0;
    noteContact(true);
    stopPolling();
    take(JSON.parse(String(data)) as Changes, askedAt);
  });
  opened.addEventListener('close', ({ code }) => {
    if (socket !== opened) return;
    socket = undefined;
    if (code === SESSION_ENDED) sessionEnded();
    else retryLater();
  });
}

/** What the node tells, whichever way it came, and when it was asked for it. */
function take({ cursor: next, reset, changes }: Changes, askedAt: number): void {
  const resumed = cursor !== undefined;
  cursor = next;
  // What was here before the first cursor was asked for may be older than it: this browser's copy, and all that was
  // fetched while no socket could be had.
  if (!resumed)
    void queryClient.invalidateQueries({
      predicate: (query) => query.state.dataUpdatedAt < (isNotHeld(query) ? askedAt : performance.timeOrigin),
    });
  // More has happened than the node tells of again.
  else if (reset) void queryClient.invalidateQueries({ predicate: isNotHeld });
  if (changes.length === 0) return;
  if (gathered.size === 0) setTimeout(flush, GATHER_MS);
  for (const { kind, ids } of changes) {
    const known = gathered.get(kind) ?? new Set();
    for (const id of ids) known.add(id);
    gathered.set(kind, known);
  }
}

function flush(): void {
  const told = new Map(gathered);
  gathered.clear();
  void makeStale(...new Set([...told.keys()].flatMap(rootsOfChange)));
  for (const { refresh } of features) {
    const ids = new Set(refresh?.kinds.flatMap((kind) => [...(told.get(kind) ?? [])]));
    // What cannot be asked for now stays as it is until the next word of it.
    if (ids.size > 0) refresh?.run(ids).catch(() => undefined);
  }
}

function retryLater(): void {
  failures += 1;
  if (failures >= TRIES_BEFORE_POLLING) startPolling();
  const wait = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** (failures - 1));
  setTimeout(() => {
    if (session.get() !== 'in') return;
    // The handshake cannot say why it was refused: a session that is over is renewed before the next try.
    renewSession().then(
      (stands) => (stands ? connect() : sessionEnded()),
      () => retryLater(),
    );
  }, wait);
}

/** A list that is being read stays as it is; its news are announced by another query. */
const isNotHeld = ({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean =>
  !String(queryKey[0]).startsWith(heldRoot(''));

function startPolling(): void {
  if (polling !== undefined) return;
  polling = new AbortController();
  void poll(polling.signal);
}

function stopPolling(): void {
  polling?.abort();
  polling = undefined;
}

/** Asks what has changed, again and again, while somebody looks. */
async function poll(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (document.visibilityState === 'hidden') await shown();
    try {
      const after = cursor === undefined ? {} : { after: cursor };
      const askedAt = Date.now();
      const found = await call(readChanges, { query: { ...after, wait_s: POLL_S } }, { signal });
      if (signal.aborted) return;
      take(found, askedAt);
      await pause(WAIT_MS_MIN);
    } catch (error) {
      if (!(error instanceof Problem) && !signal.aborted) throw error;
      await pause(WAIT_MS_MAX);
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

function shown(): Promise<void> {
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true });
  });
}

function stop(): void {
  const closing = socket;
  socket = undefined;
  closing?.close();
  stopPolling();
}
