// What other nodes say about posts. Announcements stand on the message path: one statement for a batch.
// A node can only announce, change and delete its own (docs/security.md F22); answers count only where it may read.
import type { Tx } from '#kernel/db/database.ts';
import type { Outcome, Verified } from '#node/people/index.ts';
import { parseUri, type AppError, type NodeId, type Uri } from '#protocol';
import { AppError as Refusal } from '#protocol';
import { mayRead } from './answers.ts';
import { failures, HOSTED_REPLIES_MAX, ownIdIn, postIn, SPREAD_S_MANY, type Item } from '../model.ts';
import type { PostsHost } from '../ports.ts';
import { removeItem } from '../own/telling.ts';
import * as extras from '../store-extras.ts';
import * as store from '../store.ts';

export interface PostHandlers {
  shared(tx: Tx, batch: readonly Verified<'post_share'>[]): Promise<Outcome[]>;
  deleted(tx: Tx, batch: readonly Verified<'post_delete'>[]): Promise<Outcome[]>;
  replied(tx: Tx, batch: readonly Verified<'post_reply'>[]): Promise<void>;
  reacted(tx: Tx, batch: readonly Verified<'post_reaction'>[]): Promise<void>;
}

/** `wake` starts the fetching, after the commit. */
export function createHandlers(host: PostsHost, wake: () => void): PostHandlers {
  const readFrom = async (tx: Tx, batch: readonly { from: NodeId }[]): Promise<(from: NodeId) => boolean> => {
    const relations = await host.people.relationsWith(tx, [...new Set(batch.map(({ from }) => from))]);
    return (from) => {
      const relation = relations.get(from);
      return relation !== undefined && (relation.friend || relation.following);
    };
  };

  return {
    async shared(tx, batch) {
      const isRead = await readFrom(tx, batch);
      const outcomes: Outcome[] = [];
      const rows: store.Announcement[] = [];
      for (const { id: messageId, from, payload, receivedAt } of batch) {
        const id = idOrRefusal(payload.uri, from);
        if (typeof id !== 'string') outcomes.push({ id: messageId, refuse: id });
        else if (!isRead(from)) outcomes.push({ id: messageId, refuse: failures.notFollowed() });
        else rows.push(toAnnouncement(host, id, { from, payload, receivedAt }));
      }
      if (rows.length > 0) {
        await store.putAnnouncements(tx, rows);
        tx.afterCommit(wake);
      }
      return outcomes;
    },

    async deleted(tx, batch) {
      const isRead = await readFrom(tx, batch);
      const outcomes: Outcome[] = [];
      const unseen: Parameters<typeof store.buryUnseen>[1][number][] = [];
      for (const { id: messageId, from, payload, receivedAt } of batch) {
        const { nodeId, kind, id } = parseUri(payload.uri);
        if (nodeId !== from) outcomes.push({ id: messageId, refuse: failures.notYours() });
        else if (kind === 'reaction') {
          const parent = await extras.removeReaction(tx, { author: from, id });
          if (parent === undefined) continue;
          await host.events.append(tx, [
            { type: 'posts.reaction-withdrawn', subject: parent, actor: `node:${from}` },
          ]);
        } else if (await removeItem(host, tx, { author: from, id, version: payload.version })) {
          await host.events.append(tx, [
            { type: 'posts.withdrawn', subject: payload.uri, actor: `node:${from}` },
          ]);
        } else if (isRead(from)) {
          unseen.push({ author: from, id, version: payload.version, created_at: receivedAt });
        }
      }
      if (unseen.length > 0) await store.buryUnseen(tx, unseen);
      return outcomes;
    },

    async replied(tx, batch) {
      for (const { from, payload, receivedAt } of batch) {
        const id = ownIdIn(payload.uri, from, 'post');
        const parent = await answerable(host, tx, payload.parent, from);
        if ((await store.countReplies(tx, payload.parent)) >= HOSTED_REPLIES_MAX) throw failures.noParent();
        await store.putOffered(tx, {
          author: from,
          id,
          parent: payload.parent,
          object: payload.object,
          createdAt: Math.min(Date.parse(payload.created_at), receivedAt),
          visibility: parent.visibility,
          now: receivedAt,
        });
      }
      tx.afterCommit(wake);
    },

    async reacted(tx, batch) {
      for (const { from, payload, receivedAt } of batch) {
        const id = ownIdIn(payload.uri, from, 'reaction');
        await answerable(host, tx, payload.parent, from);
        await extras.putReaction(tx, {
          author: from,
          id,
          parent: payload.parent,
          value: '',
          verified: false,
          object: payload.object,
          createdAt: receivedAt,
        });
      }
      tx.afterCommit(wake);
    },
  };
}

/** The owner's post that is answered, if the answering node may read it. @throws posts/no-parent */
async function answerable(host: PostsHost, tx: Tx, parent: Uri, from: NodeId): Promise<Item> {
  const key = postIn(parent);
  const item =
    key === undefined || key.author !== host.signer().nodeId ? undefined : await store.findItem(tx, key);
  if (item === undefined || !(await mayRead(host, tx, item, from))) throw failures.noParent();
  return item;
}

function toAnnouncement(
  host: PostsHost,
  id: string,
  message: Pick<Verified<'post_share'>, 'from' | 'payload' | 'receivedAt'>,
): store.Announcement {
  const { from, payload, receivedAt } = message;
  const spreadMs = (payload.spread_s ?? SPREAD_S_MANY) * 1_000;
  return {
    author: from,
    id,
    visibility: payload.visibility,
    version: payload.version,
    cid: payload.cid,
    created_at: Math.min(Date.parse(payload.created_at), receivedAt),
    edited_at: payload.edited_at === undefined ? null : Date.parse(payload.edited_at),
    due_at: receivedAt + Math.floor(host.random.unit() * spreadMs),
  };
}

function idOrRefusal(uri: string, from: NodeId): string | AppError {
  try {
    return ownIdIn(uri, from, 'post');
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
