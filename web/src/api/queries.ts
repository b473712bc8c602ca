// Server state lives here and nowhere else: one client of TanStack Query, and keys made from routes, so that an event
// can name what it makes stale. A key is [root, path, input]; its root is the first word of the path below /api/v1/:
// `posts` for /api/v1/posts/:id/thread. The live table of an area names such roots.
import {
  infiniteQueryOptions,
  QueryClient,
  queryOptions,
  type InfiniteData,
  type UseInfiniteQueryOptions,
  type UseQueryOptions,
} from '@tanstack/react-query';
import { call } from './call.ts';
import { isPassing } from './problem.ts';
import type { InputOf, OutputOf, Route } from './route.ts';

/** What is on the screen counts as fresh for this long; events of the node make it stale earlier. */
const FRESH_MS = 30_000;
/** Data of screens that were left stays for the whole visit, for going back without waiting. */
const KEPT_MS = 24 * 3_600_000;
const RETRIES_MAX = 2;
const PAGE_ITEMS = 30;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      gcTime: KEPT_MS,
      retry: (failures, error) => failures < RETRIES_MAX && isPassing(error),
      // Cached data is shown while there is no network; the request itself finds out.
      networkMode: 'offlineFirst',
    },
  },
});

export type QueryRoot = string;
export type RouteKey = readonly [root: QueryRoot, path: string, input: unknown];

/** The root of a route's keys. */
export function rootOf(path: string): QueryRoot {
  return path.split('/')[3] ?? '';
}

function keyOf(target: Route<unknown>, input: unknown): RouteKey {
  return [rootOf(target.path), target.path, input];
}

/** `useQuery(read(readProfile, {}))`. */
export function read<R extends Route<unknown>>(
  target: R,
  input: InputOf<R>,
): UseQueryOptions<OutputOf<R>, Error, OutputOf<R>, RouteKey> & { queryKey: RouteKey } {
  return queryOptions({
    queryKey: keyOf(target, input),
    queryFn: ({ signal }) => call(target, input, { signal }),
  });
}

interface PageShape {
  readonly items: readonly unknown[];
  readonly next_cursor: string | null;
}

/** The root of lists that are held still while they are read: events do not touch them, own changes do. */
export const heldRoot = (root: QueryRoot): QueryRoot => `held:${root}`;

/**
 * `useInfiniteQuery(readPages(readFeed, {}))`: every `{items, next_cursor}` route, page after page.
 * `held`: the list stays as it is while it is read; its root is `heldRoot(root)`.
 */
export function readPages<R extends Route<unknown>>(
  target: R,
  input: InputOf<R>,
  { held = false }: { readonly held?: boolean } = {},
): UseInfiniteQueryOptions<
  OutputOf<R>,
  Error,
  InfiniteData<OutputOf<R>, string | null>,
  RouteKey,
  string | null
> {
  const [root, path, given] = keyOf(target, input);
  return infiniteQueryOptions({
    // Never the key of a single read of the same route: its answer has another shape.
    queryKey: [held ? heldRoot(root) : root, `${path} by pages`, given] as RouteKey,
    queryFn: ({ signal, pageParam }) => {
      const asked = input as { readonly query?: object };
      const query = {
        limit: PAGE_ITEMS,
        ...asked.query,
        ...(pageParam === null ? {} : { cursor: pageParam }),
      };
      return call(target, { ...asked, query } as InputOf<R>, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page as PageShape).next_cursor,
  });
}

/** The items of all pages that are here, in order. */
export function itemsOf<Item>(
  data: { readonly pages: readonly { readonly items: readonly Item[] }[] } | undefined,
): Item[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** Everything under these roots is asked again when it is next looked at, at once where it is on the screen. */
export async function makeStale(...roots: readonly QueryRoot[]): Promise<void> {
  await Promise.all(roots.map((root) => queryClient.invalidateQueries({ queryKey: [root] })));
}
