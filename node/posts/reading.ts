// What the owner reads: the feed, one post with its thread, and the words that search shows.
// A post that has not come yet is fetched when it is opened; what its author refuses is not shown.
import { AppError, isMessageId, parseUri, type NodeId, type Uri } from '#protocol';
import type { MediaItem, Visibility } from '#protocol/messages';
import { isoTime } from '#kernel/ports.ts';
import type { SearchHit } from '#node/search/index.ts';
import { showAll, showAuthor, type ShownAuthor, type ShownPost } from './cards.ts';
import type { Fetching } from './exchange/fetching.ts';
import {
  failures,
  FETCH_BATCH_MAX,
  formatCursor,
  OPEN_WAIT_MS,
  parseCursor,
  postIn,
  postUri,
  THREAD_FRESH_MS,
  THREAD_REACTIONS_MAX,
  THREAD_DEPTH_MAX,
  THREAD_SHOWN_MAX,
  NEW_POSTS_COUNTED_MAX,
  NEWEST_ID,
  type Item,
} from './model.ts';
import { ownObject } from './objects.ts';
import type { PostsHost } from './ports.ts';
import * as extras from './store-extras.ts';
import * as store from './store.ts';

export interface ShownThread extends ShownPost {
  /** Answers, and answers to those: each after what it answers, oldest first. */
  replies: (ShownPost & { depth: number })[];
  reactions: { author: ShownAuthor; value: string }[];
}
export interface ShownFeed {
  items: ShownPost[];
  next_cursor: string | null;
  /** The place of the first post: what is newer is counted from there. */
  newest_cursor: string | null;
}
export interface ShownVersion {
  version: number;
  text: string;
  warning: string | null;
  media: number;
  visibility: Visibility;
  created_at: string;
}

export interface Reading {
  feed(page: { limit: number; cursor?: string | undefined }): Promise<ShownFeed>;
  /** How many posts of others have come above a place of the feed, up to NEW_POSTS_COUNTED_MAX. */
  newer(cursor: string): Promise<number>;
  /** What is here of one author, newest first. */
  postsBy(
    author: NodeId,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: ShownPost[]; next_cursor: string | null }>;
  /** What an own post said before, newest first. @throws posts/not-own */
  history(which: string): Promise<ShownVersion[]>;
  /** An item by id or URI that the owner may read, with its content. @throws posts/not-found, posts/waiting */
  find(which: string): Promise<Item>;
  show(which: string): Promise<ShownPost>;
  thread(which: string): Promise<ShownThread>;
  /** One file of a post. @throws posts/not-found */
  file(which: string, index: number): Promise<{ item: MediaItem; author: NodeId; uri: Uri }>;
  hits(uris: readonly string[]): Promise<ReadonlyMap<string, SearchHit>>;
}

export function createReading(host: PostsHost, fetching: Fetching): Reading {
  const { db, clock } = host;
  const threadFetchedAt = new Map<string, number>();

  const show = (items: readonly Item[]): Promise<ShownPost[]> => showAll(host, items);

  const known = async (which: string): Promise<Item | undefined> => {
    if (isMessageId(which)) {
      const own = await store.findItem(db.read, { author: host.signer().nodeId, id: which });
      return own ?? (await store.findById(db.read, which));
    }
    const key = postIn(which);
    return key === undefined ? undefined : store.findItem(db.read, key);
  };

  const find = async (which: string): Promise<Item> => {
    const item = await known(which);
    if (item?.trashed === true) throw failures.notFound();
    if (item !== undefined && item.held > 0 && item.state !== 'deleted') return item;
    const uri = item === undefined ? uriOrNothing(which) : postUri(item.author, item.id);
    const own = uri !== undefined && parseUri(uri).nodeId === host.signer().nodeId;
    if (uri === undefined || own || item?.state === 'deleted') throw failures.notFound();
    await fetchOrExplain(fetching, uri);
    const fetched = await known(uri);
    if (fetched === undefined || fetched.held === 0) throw failures.notFound();
    return fetched;
  };

  /** The thread of somebody else's post is on their node: asked for anew when it is opened, if they answer. */
  const refreshThread = async (item: Item): Promise<void> => {
    const uri = postUri(item.author, item.id);
    const last = threadFetchedAt.get(uri) ?? 0;
    if (item.author === host.signer().nodeId || clock.now() - last < THREAD_FRESH_MS) return;
    threadFetchedAt.set(uri, clock.now());
    if (threadFetchedAt.size > THREADS_REMEMBERED_MAX) threadFetchedAt.clear();
    try {
      await fetching.fetchWhole(uri);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      host.log.debug({ err: error, uri }, 'a thread was not refreshed; what is here is shown');
    }
  };

  return {
    find,
    async feed({ limit, cursor }) {
      const before =
        cursor === undefined ? { createdAt: Number.MAX_SAFE_INTEGER, n: 0 } : parseCursor(cursor);
      const muted = await host.people.muted(db.read);
      const page = { before, limit, muted };
      let items = await store.feedPage(db.read, page);
      const missing = items.filter(({ held, attempts }) => held === 0 && attempts < ATTEMPTS_WHEN_OPENED_MAX);
      if (missing.length > 0) {
        await fetching.fetchNow(missing.slice(0, FETCH_BATCH_MAX), OPEN_WAIT_MS);
        items = await store.feedPage(db.read, page);
      }
      const last = items.length === limit ? items.at(-1) : undefined;
      const first = items[0];
      return {
        items: await show(items),
        next_cursor: last === undefined ? null : formatCursor(last),
        newest_cursor: first === undefined ? null : formatCursor(first),
      };
    },

    async newer(cursor) {
      // One's own posts are no news.
      const without = [...(await host.people.muted(db.read)), host.signer().nodeId];
      return store.countNewer(db.read, { after: parseCursor(cursor), limit: NEW_POSTS_COUNTED_MAX, without });
    },

    async postsBy(author, { limit, cursor }) {
      const visibilities = ['public', 'friends', 'private'] as const;
      const beforeId = cursor ?? NEWEST_ID;
      const items = await store.postsOf(db.read, { author, visibilities, beforeId, limit });
      return {
        items: await show(items.filter(({ trashed }) => !trashed)),
        next_cursor: items.length < limit ? null : (items.at(-1)?.id ?? null),
      };
    },

    async history(which) {
      const item = await find(which);
      if (item.author !== host.signer().nodeId) throw failures.notOwn();
      const versions = await extras.versionsOf(db.read, postUri(item.author, item.id));
      return versions.map(({ at, ...version }) => ({ ...version, created_at: isoTime(at) }));
    },

    async show(which) {
      const [post] = await show([await find(which)]);
      if (post === undefined) throw failures.notFound();
      return post;
    },

    async thread(which) {
      let item = await find(which);
      await refreshThread(item);
      item = (await known(postUri(item.author, item.id))) ?? item;
      const uri = postUri(item.author, item.id);
      const under = await store.threadUnder(db.read, uri, {
        depth: THREAD_DEPTH_MAX,
        limit: THREAD_SHOWN_MAX,
      });
      const reactions = await extras.reactionsTo(db.read, uri, THREAD_REACTIONS_MAX);
      const names = await host.people.names(reactions.map(({ author }) => author));
      const [post, ...answers] = await show([item, ...under.map((one) => one.item)]);
      if (post === undefined) throw failures.notFound();
      return {
        ...post,
        replies: inThreadOrder(
          uri,
          answers.map((answer, at) => ({ ...answer, depth: under[at]?.depth ?? 1 })),
        ),
        reactions: reactions.map(({ author, value }) => ({
          author: showAuthor(author, names.get(author)),
          value,
        })),
      };
    },

    async file(which, index) {
      const item = await find(which);
      const media = item.object === null ? undefined : ownObject(item.object).media?.[index];
      if (media === undefined) throw failures.notFound();
      return { item: media, author: item.author, uri: postUri(item.author, item.id) };
    },

    async hits(uris) {
      const keys = uris.flatMap((uri) => postIn(uri) ?? []);
      const muted = new Set(await host.people.muted(db.read));
      const items = (await store.findItems(db.read, keys)).filter(
        ({ held, state, author }) => held > 0 && state !== 'deleted' && !muted.has(author),
      );
      return new Map(
        (await show(items)).map(
          ({ uri, author: { avatar: _avatar, ...author }, text, warning, created_at }) => [
            uri,
            // What is folded in the feed is not laid open by a search.
            { uri, author, text: warning ?? text, created_at },
          ],
        ),
      );
    },
  };
}

/** A feed that is opened asks again for what has failed only a few times; the job keeps trying the rest. */
const ATTEMPTS_WHEN_OPENED_MAX = 3;
const THREADS_REMEMBERED_MAX = 1_000;

function uriOrNothing(which: string): Uri | undefined {
  try {
    return postIn(which) === undefined ? undefined : (which as Uri);
  } catch {
    return undefined; // Neither an id nor a URI: there is no such post.
  }
}

async function fetchOrExplain(fetching: Fetching, uri: Uri): Promise<void> {
  try {
    await fetching.fetchWhole(uri);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.category === 'unavailable') throw failures.waiting();
    if (error.category === 'not-found' || error.category === 'forbidden') throw failures.notFound();
    throw error;
  }
}

/** Each answer after what it answers; those of one post in the order that they have. */
function inThreadOrder<Answer extends ShownPost>(root: string, answers: readonly Answer[]): Answer[] {
  const byParent = Map.groupBy(answers, ({ reply_to }) => reply_to);
  const ordered: Answer[] = [];
  const waiting = [...(byParent.get(root) ?? [])].reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    ordered.push(next);
    waiting.push(...(byParent.get(next.uri) ?? []).toReversed());
  }
  return ordered;
}
