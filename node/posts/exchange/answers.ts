// What this node gives of its posts to other nodes: a post with its thread, the list of what they may read, and what
// of theirs is kept here. Who may read is decided when it is answered, never when it was announced.
import type { AccessRequest, Decision } from '#kernel/actor.ts';
import type { Reader } from '#kernel/db/database.ts';
import { AppError, isNodeId, isUri, parseUri, type Json, type NodeId, type Uri } from '#protocol';
import type { Payload, Visibility } from '#protocol/messages';
import {
  NEWEST_ID,
  postIn,
  postUri,
  THREAD_CHARS_MAX,
  THREAD_REACTIONS_MAX,
  THREAD_REPLIES_MAX,
  type Item,
} from '../model.ts';
import { ownObject } from '../objects.ts';
import type { PostsHost } from '../ports.ts';
import { noteGiven } from '../own/bringing.ts';
import { announcementOf } from '../own/telling.ts';
import * as extras from '../store-extras.ts';
import * as store from '../store.ts';

export interface Question<T extends 'content_get' | 'content_sync'> {
  readonly from: NodeId;
  readonly payload: Payload<T>;
}

export interface Answers {
  content(question: Question<'content_get'>): Promise<Json>;
  sync(question: Question<'content_sync'>): Promise<Json>;
  decide(request: AccessRequest): Promise<Decision>;
}

/** Whether a node may read an item kept here: what the owner wrote, or what was answered to it here. */
export async function mayRead(host: PostsHost, reader: Reader, item: Item, nodeId: NodeId): Promise<boolean> {
  if (item.state === 'deleted' || item.held === 0) return false;
  const self = host.signer().nodeId;
  const relation = (await host.people.relationsWith(reader, [nodeId])).get(nodeId);
  if (relation === undefined || relation.blocked) return false;
  if (item.author !== self) {
    const root = item.parent === null ? undefined : postIn(item.parent);
    if (root?.author !== self) return false;
    const parent = await store.findItem(reader, root);
    return parent !== undefined && mayRead(host, reader, parent, nodeId);
  }
  if (item.visibility === 'public') return true;
  // An answer to somebody else's post is read from that somebody, who knows their friends.
  if (item.parent !== null && parseUri(item.parent).nodeId !== self) {
    return parseUri(item.parent).nodeId === nodeId;
  }
  return item.visibility === 'friends' && relation.friend;
}

/** Whether a node may ask for lists at all; what they hold is what it may read one by one. */
async function mayList(host: PostsHost, nodeId: NodeId): Promise<Decision> {
  const relation = (await host.people.relationsWith(host.db.read, [nodeId])).get(nodeId);
  const allow = relation !== undefined && !relation.blocked;
  return { allow, why: allow ? 'may ask for lists' : 'blocked' };
}

export function createAnswers(host: PostsHost): Answers {
  const read = host.db.read;

  const decide = async ({ actor, action, resource }: AccessRequest): Promise<Decision> => {
    if (actor.kind !== 'node' || !isNodeId(actor.node_id)) {
      return { allow: false, why: 'posts are read by nodes' };
    }
    if (action === 'sync') return mayList(host, actor.node_id);
    if (action !== 'read' || resource.id === undefined || !isUri(resource.id))
      return { allow: false, why: 'no such post' };
    const key = postIn(resource.id);
    const item = key === undefined ? undefined : await store.findItem(read, key);
    const allow = item !== undefined && (await mayRead(host, read, item, actor.node_id));
    return { allow, why: allow ? 'may read this post' : 'may not read this post' };
  };

  return {
    decide,

    async content({ from, payload: { uri } }) {
      const key = postIn(uri);
      const actor = { kind: 'node', node_id: from } as const;
      const decision = await host.decide({ actor, action: 'read', resource: { kind: 'post', id: uri } });
      const item = key === undefined || !decision.allow ? undefined : await store.findItem(read, key);
      // The same answer for what is not there and for what may not be read.
      if (item === undefined || item.object === null) {
        throw new AppError({
          category: 'not-found',
          code: 'access/not-found',
          safe: 'There is nothing at this address for you.',
        });
      }
      if (item.author === host.signer().nodeId) await noteGiven(host, item.id, item.object);
      return { object: item.object, ...(await thread(read, uri, item.object.length)) };
    },

    async sync({ from, payload }) {
      if (payload.kind === 'range') {
        throw new AppError({
          category: 'invalid',
          code: 'posts/kind-unprocessable',
          safe: 'Missing envelopes are not asked of posts.',
        });
      }
      const actor = { kind: 'node', node_id: from } as const;
      const { allow } = await host.decide({ actor, action: 'sync', resource: { kind: 'post' } });
      if (!allow) return { items: [], next_cursor: null };
      const page = { beforeId: payload.cursor ?? NEWEST_ID, limit: payload.limit };
      if (payload.kind === 'mine') {
        const items = await store.answersBy(read, { author: from, ...page });
        return {
          items: items.map((item) => ({ uri: postUri(item.author, item.id), object: item.object })),
          next_cursor: items.length < page.limit ? null : (items.at(-1)?.id ?? null),
        };
      }
      const relation = (await host.people.relationsWith(read, [from])).get(from);
      const visibilities: Visibility[] = relation?.friend === true ? ['public', 'friends'] : ['public'];
      const author = host.signer().nodeId;
      const items = await store.postsOf(read, { author, visibilities, ...page });
      return {
        items: items.map((item) => {
          const object = item.object ?? '';
          const media = object === '' ? 0 : (ownObject(object).media?.length ?? 0);
          return announcementOf({ ...item, cid: item.cid ?? '' }, object.length, media);
        }),
        next_cursor: items.length < page.limit ? null : (items.at(-1)?.id ?? null),
      };
    },
  };
}

/** The newest replies and the reactions that fit into one answer, as exact objects. */
async function thread(
  read: Reader,
  uri: Uri,
  used: number,
): Promise<{ replies: string[]; reactions: string[] }> {
  const answer: { replies: string[]; reactions: string[] } = { replies: [], reactions: [] };
  let chars = used;
  const fits = (text: string | null): text is string => {
    if (text === null || chars + text.length > THREAD_CHARS_MAX) return false;
    chars += text.length;
    return true;
  };
  for (const { object } of (await store.repliesTo(read, uri, THREAD_REPLIES_MAX)).reverse()) {
    if (fits(object)) answer.replies.push(object);
  }
  for (const { object } of await extras.reactionsTo(read, uri, THREAD_REACTIONS_MAX)) {
    if (fits(object)) answer.reactions.push(object);
  }
  return answer;
}
