// What the owner reads: the feed, one post with its thread, and the words that search shows.
// A post that has not come yet is fetched when it is opened; what its author refuses is not shown.
import { AppError, isMessageId, parseUri, type NodeId, type Uri } from '#protocol';
import type { MediaItem } from '#protocol/messages';
import { isoTime } from '#kernel/ports.ts';
import type { SearchHit } from '#node/search/index.ts';
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
  THREAD_REPLIES_MAX,
  type Item,
} from './model.ts';
import { ownObject } from './objects.ts';
import type { PostsHost } from './ports.ts';
import * as extras from './store-extras.ts';
import * as store from './store.ts';

export interface ShownPost {
  id: string;
  uri: string;
  author: { node_id: string; username: string; display_name: string };
  text: string;
  created_at: string;
  edited_at: string | null;
  visibility: 'public' | 'friends' | 'private';
  version: number;
  /** `waiting`: the content is still on its author's node. */
  state: 'here' | 'waiting';
  reply_to: string | null;
  imported_from: string | null;
  media: {
    index: number;
    type: string;
    size: number;
    name: string | null;
    alt: string | null;
    width: number | null;
    height: number | null;
    thumbnail: boolean;
    view: boolean;
    color: string | null;
    duration_ms: number | null;
  }[];
}
export interface ShownThread extends ShownPost {
  replies: ShownPost[];
  reactions: { author: ShownPost['author']; value: string }[];
}

export interface Reading {
  feed(page: {
    limit: number;
    cursor?: string | undefined;
  }): Promise<{ items: ShownPost[]; next_cursor: string | null }>;
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

  const showAll = async (items: readonly Item[]): Promise<ShownPost[]> => {
    const names = await host.people.names(items.map(({ author }) => author));
    return items.map((item) => shown(item, names.get(item.author)));
  };

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
      return { items: await showAll(items), next_cursor: last === undefined ? null : formatCursor(last) };
    },

    async show(which) {
      const [post] = await showAll([await find(which)]);
      if (post === undefined) throw failures.notFound();
      return post;
    },

    async thread(which) {
      let item = await find(which);
      await refreshThread(item);
      item = (await known(postUri(item.author, item.id))) ?? item;
      const uri = postUri(item.author, item.id);
      const replies = await store.repliesTo(db.read, uri, THREAD_REPLIES_MAX);
      const reactions = await extras.reactionsTo(db.read, uri, THREAD_REACTIONS_MAX);
      const names = await host.people.names([item, ...replies, ...reactions].map(({ author }) => author));
      return {
        ...shown(item, names.get(item.author)),
        replies: replies.map((reply) => shown(reply, names.get(reply.author))),
        reactions: reactions.map(({ author, value }) => ({
          author: shownAuthor(author, names.get(author)),
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
        (await showAll(items)).map(({ uri, author, text, created_at }) => [
          uri,
          { uri, author, text, created_at },
        ]),
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

function shown(item: Item, names: { username: string; display_name: string } | undefined): ShownPost {
  const object = item.held === 0 || item.object === null ? undefined : ownObject(item.object);
  return {
    id: item.id,
    uri: postUri(item.author, item.id),
    author: shownAuthor(item.author, names),
    text: object?.text ?? '',
    created_at: isoTime(item.createdAt),
    edited_at: item.editedAt === null ? null : isoTime(item.editedAt),
    visibility: item.visibility,
    version: item.held === 0 ? item.version : item.held,
    state: item.held === 0 ? 'waiting' : 'here',
    reply_to: item.parent,
    imported_from: object?.imported_from ?? null,
    media: (object?.media ?? []).map((file, index) => ({
      index,
      type: file.type,
      size: file.size,
      name: file.name ?? null,
      alt: file.alt ?? null,
      width: file.width ?? null,
      height: file.height ?? null,
      thumbnail: file.thumbnail !== undefined,
      view: file.view !== undefined,
      color: file.color ?? null,
      duration_ms: file.duration_ms ?? null,
    })),
  };
}

function shownAuthor(
  nodeId: NodeId,
  names: { username: string; display_name: string } | undefined,
): ShownPost['author'] {
  return { node_id: nodeId, username: names?.username ?? '', display_name: names?.display_name ?? '' };
}
