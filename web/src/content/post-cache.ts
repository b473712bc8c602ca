// One post, changed in every list of posts that is here: after an own act, or when the node tells of it. Lists are not
// asked for anew: what one is reading does not move, and nothing comes in between.
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { signal } from '../api/signal.ts';
import { queryClient } from '../api/queries.ts';
import { readPost, type Post } from './routes.ts';

/** Posts that are being deleted: out of sight, and still here while it can be undone. */
export const hiddenPosts = signal<ReadonlySet<string>>(new Set());

export function hidePost(uri: string): void {
  hiddenPosts.set(new Set([...hiddenPosts.get(), uri]));
}

export function unhidePost(uri: string): void {
  hiddenPosts.set(new Set([...hiddenPosts.get()].filter((other) => other !== uri)));
}

type Change = (post: Post) => Post | undefined;

function isPost(value: unknown): value is Post {
  return typeof value === 'object' && value !== null && 'uri' in value && 'reaction_counts' in value;
}

/** The same value with the post changed wherever it stands; the very same where it does not. */
function changedIn(value: unknown, uri: string, change: Change): unknown {
  if (Array.isArray(value)) {
    const next = value.flatMap((item: unknown) => {
      const after = changedIn(item, uri, change);
      return after === undefined ? [] : [after];
    });
    return next.length === value.length && next.every((item, at) => item === value[at]) ? value : next;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isPost(value) && value.uri === uri) {
    const after = change(value);
    // A thread is a post with more around it, which stays.
    return after === undefined ? undefined : { ...value, ...after };
  }
  const within = Object.entries(value).filter(([key]) => ['pages', 'items', 'replies'].includes(key));
  const next = within.map(([key, part]) => [key, changedIn(part, uri, change)] as const);
  return next.every(([, part], at) => part === within[at]?.[1])
    ? value
    : { ...value, ...Object.fromEntries(next) };
}

/** Changes a post wherever it is shown; undefined takes it away. */
export function changePost(uri: string, change: Change): void {
  const isOfPosts = ({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean =>
    ['feed', 'feed-pages', 'posts', 'posts-pages'].includes(String(queryKey[0]));
  for (const query of queryClient.getQueryCache().findAll({ predicate: isOfPosts })) {
    const before: unknown = query.state.data;
    const after = changedIn(before, uri, change);
    // A page of its own keeps its last words: its screen leads away.
    if (after !== before && after !== undefined) {
      queryClient.setQueryData(query.queryKey, after, { updatedAt: query.state.dataUpdatedAt });
    }
  }
}

/** Asks the node for a post and shows it as it is now; one that is gone leaves the lists. */
export async function refreshPost(uri: string): Promise<void> {
  try {
    const now = await call(readPost, { params: { id: uri } });
    changePost(uri, () => now);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 404 || error.status === 410) changePost(uri, () => undefined);
  }
}

const HELD = ['feed-pages'];

/** Asks anew for those of these posts that stand in a list that is held still, one after the other. */
export async function refreshHeld(ids: ReadonlySet<string>): Promise<void> {
  // A page that is on its way may bring one of them as it was before.
  await atRest(HELD);
  const held = queryClient.getQueryCache().findAll({ queryKey: HELD });
  const shown = new Set(held.flatMap(({ state }) => [...urisIn(state.data)]));
  for (const uri of shown) if (ids.has(uri)) await refreshPost(uri);
}

/** Settles once nothing is asked for under a key. */
function atRest(queryKey: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    let stop = (): void => undefined;
    const look = (): void => {
      if (queryClient.isFetching({ queryKey }) > 0) return;
      stop();
      resolve();
    };
    stop = queryClient.getQueryCache().subscribe(look);
    look();
  });
}

function urisIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(urisIn);
  if (typeof value !== 'object' || value === null) return [];
  if (isPost(value)) return [value.uri];
  return Object.entries(value).flatMap(([key, part]) =>
    key === 'pages' || key === 'items' ? urisIn(part) : [],
  );
}
