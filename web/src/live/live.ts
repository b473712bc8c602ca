// What changes on the node, as it happens: a WebSocket that is resumed with its cursor, and polling where none can be
// held (some proxies). Changes carry no content: each only makes the queries stale that an area named in its feature.
import type { Changes } from '#node/edge/live/api.ts';
import { heldRoot, makeStale, queryClient, type QueryRoot } from '../api/queries.ts';
import { noteContact } from '../api/contact.ts';
import { renewSession, session, sessionEnded } from '../api/session.ts';
import { features } from '../features.ts';
import type { ChangeKind } from '../router/feature.ts';

const PATH = '/api/v1/live';
/** Waits between tries: doubled each time, and never longer than this. */
const WAIT_MS_MIN = 1_000;
const WAIT_MS_MAX = 30_000;
/** Without a socket, what is on the screen is asked again this often. */
const POLL_MS = 30_000;
/** Tries that never opened, after which polling begins beside them. */
const TRIES_BEFORE_POLLING = 3;
/** Events that come together make one refetch. */
const GATHER_MS = 150;
/** The node closes with this when the session has ended (node/edge/live). */
const SESSION_ENDED = 4401;

let cursor: string | undefined;
let socket: WebSocket | undefined;
let failures = 0;
let polling: ReturnType<typeof setInterval> | undefined;
const gathered = new Set<QueryRoot>();

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
  const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${PATH}${after}`);
  socket = opened;
  opened.addEventListener('message', ({ data }) => receive(JSON.parse(String(data)) as Changes));
  opened.addEventListener('close', ({ code }) => {
    if (socket !== opened) return;
    socket = undefined;
    if (code === SESSION_ENDED) sessionEnded();
    else retryLater();
  });
}

function receive({ cursor: next, reset, changes }: Changes): void {
  const resumed = cursor !== undefined;
  cursor = next;
  failures = 0;
  noteContact(true);
  stopPolling();
  // What came from this browser's copy is older than the cursor; what was fetched since the page opened is not.
  if (!resumed)
    void queryClient.invalidateQueries({
      predicate: ({ state }) => state.dataUpdatedAt < performance.timeOrigin,
    });
  // More has happened than the node tells of again.
  else if (reset) void queryClient.invalidateQueries({ predicate: isNotHeld });
  const roots = changes.flatMap(({ kind }) => rootsOfChange(kind));
  if (roots.length === 0) return;
  if (gathered.size === 0) setTimeout(flush, GATHER_MS);
  for (const root of roots) gathered.add(root);
}

function flush(): void {
  const roots = [...gathered];
  gathered.clear();
  void makeStale(...roots);
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
  polling ??= setInterval(() => {
    if (document.visibilityState === 'visible') void queryClient.invalidateQueries({ predicate: isNotHeld });
  }, POLL_MS);
}

function stopPolling(): void {
  clearInterval(polling);
  polling = undefined;
}

function stop(): void {
  const closing = socket;
  socket = undefined;
  closing?.close();
  stopPolling();
}
