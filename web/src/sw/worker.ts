// The service worker: the app opens without network, pictures that were seen stay for a while, and a wake of the push
// service shows what is new. It never keeps an answer of the API (a copy of one's life in a place that nobody looks
// after), and never speaks to another origin. A new version waits until the person takes it. Served as /sw.js; lists of
// files come from web/build.ts.
import { openFromNotice, rememberLanguage, showNews, type NoticeScope } from './news.ts';

declare const PRECACHED: readonly string[];
declare const PRECACHE_VERSION: string;

// The library of the DOM knows pages; these are the few names of a worker's own scope.
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface NoticeClick extends Extendable {
  readonly notification: Notification;
}
interface WorkerScope extends NoticeScope {
  readonly location: Location;
  readonly clients: NoticeScope['clients'] & { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', run: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', run: (event: Fetching) => void): void;
  addEventListener(type: 'message', run: (event: MessageEvent) => void): void;
  addEventListener(type: 'push', run: (event: Extendable) => void): void;
  addEventListener(type: 'notificationclick', run: (event: NoticeClick) => void): void;
}

const scope = self as unknown as WorkerScope;
const SHELL = `ored-shell-${PRECACHE_VERSION}`;
const MEDIA = 'ored-media';
/** Pictures kept: a few hundred thumbnails, some tens of megabytes at most. */
const MEDIA_ENTRIES_MAX = 300;
/** A larger file is not worth the room of a hundred small ones. */
const MEDIA_BYTES_MAX = 2 * 1024 * 1024;
const isMedia = (path: string): boolean =>
  /^\/api\/v1\/(?:people\/[^/]+\/avatar|media\/[^/]+\/thumbnail|posts\/[^/]+\/media\/\d+)$/.test(path);
/** What the node answers itself, whatever the app is. */
const isNodes = (path: string): boolean => /^\/(?:api|orf|health|\.well-known)(?:\/|$)/.test(path);

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(PRECACHED.map((path) => new Request(path, { cache: 'reload' })))),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(removeOldShells().then(() => scope.clients.claim()));
});

scope.addEventListener('message', ({ data }) => {
  if (data === 'take-over') void scope.skipWaiting();
  if (typeof data === 'object' && data !== null && 'language' in data)
    rememberLanguage(String(data.language));
});

// The wake says nothing; what it is about is asked of the own node.
scope.addEventListener('push', (event) => event.waitUntil(showNews(scope)));

scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openFromNotice(scope, String(event.notification.data ?? '/notifications')));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.location.origin) return;
  if (isMedia(url.pathname)) event.respondWith(media(request));
  else if (isNodes(url.pathname)) return;
  else if (request.mode === 'navigate') event.respondWith(shell('/', request));
  else if (PRECACHED.includes(url.pathname)) event.respondWith(shell(url.pathname, request));
});

async function removeOldShells(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('ored-shell-') && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function shell(path: string, request: Request): Promise<Response> {
  const kept = await (await caches.open(SHELL)).match(path);
  return kept ?? fetch(request);
}

async function media(request: Request): Promise<Response> {
  const cache = await caches.open(MEDIA);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  const bytes = Number(answer.headers.get('content-length') ?? Number.POSITIVE_INFINITY);
  if (answer.status === 200 && bytes <= MEDIA_BYTES_MAX) {
    await cache.put(request, answer.clone());
    const keys = await cache.keys();
    // The oldest leave first: keys stand in the order in which they came.
    await Promise.all(
      keys.slice(0, Math.max(0, keys.length - MEDIA_ENTRIES_MAX)).map((key) => cache.delete(key)),
    );
  }
  return answer;
}
