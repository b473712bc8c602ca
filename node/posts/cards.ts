// What a card shows of a post, for a page at once: names, pictures, files, answers, reactions, who is reached, where it
// has arrived. A page costs the same few queries however many posts it holds.
import { isoTime } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import { postUri, type Item } from './model.ts';
import { ownObject } from './objects.ts';
import type { DeliveryCounts, PostsHost } from './ports.ts';
import * as extras from './store-extras.ts';
import * as store from './store.ts';

export interface ShownAuthor {
  node_id: string;
  username: string;
  display_name: string;
  /** Where the owner's node serves the portrait. */
  avatar: string | null;
}

export interface ShownPost {
  id: string;
  uri: string;
  author: ShownAuthor;
  /** The owner wrote it. */
  mine: boolean;
  text: string;
  /** Text and files are folded behind it. */
  warning: string | null;
  created_at: string;
  edited_at: string | null;
  visibility: 'public' | 'friends' | 'private';
  version: number;
  /** `waiting`: the content is still on its author's node. */
  state: 'here' | 'waiting';
  reply_to: string | null;
  /** Where it was before an import. */
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
    /** Its average, `#rrggbb`: what stands there while it loads. */
    color: string | null;
    duration_ms: number | null;
  }[];
  /** Answers that are here. */
  replies_count: number;
  reaction_counts: { value: string; count: number }[];
  my_reaction: string | null;
  /** People whom an own post reaches now; null for posts of others and for answers. */
  audience: number | null;
  /** Where an own post or answer stands with those who were told of it; null when nobody was, or too long ago. */
  delivery: DeliveryCounts | null;
}

/** Shows items in their order. */
export async function showAll(host: PostsHost, items: readonly Item[]): Promise<ShownPost[]> {
  if (items.length === 0) return [];
  const { read } = host.db;
  const self = host.signer().nodeId;
  const uris = items.map(({ author, id }) => postUri(author, id));
  const own = items.filter(({ author }) => author === self);
  const [names, replies, reactions, counts, reach] = await Promise.all([
    host.people.names(items.map(({ author }) => author)),
    store.countRepliesTo(read, uris),
    extras.countReactionsTo(read, uris, self),
    host.mail.deliveryCounts(own.map(({ author, id }) => postUri(author, id))),
    own.length === 0 ? undefined : reachOf(host),
  ]);
  return items.map((item) => {
    const uri = postUri(item.author, item.id);
    const mine = item.author === self;
    const reacted = reactions.filter(({ parent }) => parent === uri);
    return {
      ...content(item),
      author: showAuthor(item.author, names.get(item.author)),
      mine,
      replies_count: replies.get(uri) ?? 0,
      reaction_counts: reacted.map(({ value, count }) => ({ value, count })),
      my_reaction: reacted.find((reaction) => reaction.mine)?.value ?? null,
      audience: mine && item.parent === null ? (reach?.[item.visibility] ?? null) : null,
      delivery: mine ? (counts.get(uri) ?? null) : null,
    };
  });
}

/** How many people each visibility reaches now. */
export async function reachOf(host: PostsHost): Promise<Record<Item['visibility'], number>> {
  const friends = await host.people.friends(host.db.read);
  return {
    private: 0,
    friends: friends.length,
    public: (await host.people.readers(host.db.read)).length,
  };
}

export function showAuthor(
  nodeId: NodeId,
  names: { username: string; display_name: string; avatar: string | null } | undefined,
): ShownAuthor {
  return {
    node_id: nodeId,
    username: names?.username ?? '',
    display_name: names?.display_name ?? '',
    avatar: names?.avatar ?? null,
  };
}

function content(item: Item) {
  const object = item.held === 0 || item.object === null ? undefined : ownObject(item.object);
  return {
    id: item.id,
    uri: postUri(item.author, item.id),
    text: object?.text ?? '',
    warning: object?.warning ?? null,
    created_at: isoTime(item.createdAt),
    edited_at: item.editedAt === null ? null : isoTime(item.editedAt),
    visibility: item.visibility,
    version: item.held === 0 ? item.version : item.held,
    state: item.held === 0 ? ('waiting' as const) : ('here' as const),
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
