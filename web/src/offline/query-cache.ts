// The cache of queries, kept in this browser so that the app opens with what was last seen, also without network.
// Under the account and the version of the app: another account never sees it, another version starts empty.
// Wiped at sign-out with everything else.
import { dehydrate, hydrate, type DehydratedState } from '@tanstack/react-query';
import { queryClient } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { ownDatabase, readAccount, type OwnDatabase } from './database.ts';

/** Changes rest this long before they are written: a page of a feed comes in several steps. */
const REST_MS = 1_500;
/** Older copies are of no use, and a risk. */
const AGE_MS_MAX = 14 * 24 * 3_600_000;
/** Pages of a list that are kept: the newest are what one opens with. */
const PAGES_MAX = 3;

interface Kept {
  readonly version: string;
  readonly at: number;
  readonly state: DehydratedState;
}

interface Shelf {
  readonly db: OwnDatabase;
  readonly account: string;
}
// Kept open: a page that is being closed has no time to look anything up.
let shelf: Shelf | undefined;

/** Takes up what `account` left, before the first screen is shown. */
export async function restoreQueries(account: string): Promise<void> {
  const db = await ownDatabase();
  shelf = { db, account };
  const kept = (await db.get('cache', account)) as Kept | undefined;
  if (kept === undefined) return;
  if (kept.version === APP_VERSION && Date.now() - kept.at < AGE_MS_MAX) hydrate(queryClient, kept.state);
  else await db.delete('cache', account);
}

/** Keeps the cache from now on: when changes rest, when the page goes out of sight, and when it is left. */
export function keepQueries(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = (): boolean => {
    const isDue = timer !== undefined;
    clearTimeout(timer);
    timer = undefined;
    return isDue;
  };
  queryClient.getQueryCache().subscribe(({ type }) => {
    if (type !== 'updated' && type !== 'removed') return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void keepNow();
    }, REST_MS);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && settle()) void keepNow();
  });
  window.addEventListener('pagehide', () => {
    if (settle() && shelf !== undefined) void put(shelf);
  });
}

async function keepNow(): Promise<void> {
  // Asked each time: another tab may have signed out.
  const [db, account] = await Promise.all([ownDatabase(), readAccount()]);
  shelf = account === undefined ? undefined : { db, account };
  if (shelf !== undefined) await put(shelf);
}

async function put({ db, account }: Shelf): Promise<void> {
  // After a sign-out nothing is written any more.
  if (session.get() !== 'in') return;
  const state = dehydrate(queryClient, {
    shouldDehydrateMutation: () => false,
    // What could not be asked again without network is exactly what must not be lost.
    shouldDehydrateQuery: ({ state: { data } }) => data !== undefined,
  });
  for (const query of state.queries) {
    const data = firstPages(query.state.data);
    query.state = { ...query.state, data, status: 'success', error: null, fetchFailureReason: null };
  }
  const tx = db.transaction('cache', 'readwrite');
  const written = tx.store.put({ version: APP_VERSION, at: Date.now(), state } satisfies Kept, account);
  // Said at once: a page that is being closed hears no answer, and what was not committed is taken back.
  tx.commit();
  await Promise.all([written, tx.done]);
}

function firstPages(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('pages' in data) || !('pageParams' in data)) return data;
  const { pages, pageParams } = data as { pages: unknown[]; pageParams: unknown[] };
  return { pages: pages.slice(0, PAGES_MAX), pageParams: pageParams.slice(0, PAGES_MAX) };
}
