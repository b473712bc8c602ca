// Posts that the owner wrote elsewhere, with their date and address there. They are announced to nobody: whoever
// becomes a friend meets them as any older post. What has been given to somebody is remembered, so that a removal
// tells those who may have it, and nobody else.
import { actorToString, systemActor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import type { NodeId } from '#protocol';
import { postUri } from '../model.ts';
import { signPost, toMediaItem } from '../objects.ts';
import type { PostsHost } from '../ports.ts';
import { audience, keep, removeItem, withdraw } from './telling.ts';
import * as extras from '../store-extras.ts';
import * as store from '../store.ts';

export interface BroughtPost {
  /** A message id of the moment at which it was written. */
  readonly id: string;
  readonly createdAt: number;
  /** Clean, and within a post's length. */
  readonly text: string;
  readonly warning: string | null;
  readonly visibility: 'public' | 'friends';
  /** The id of an own post that it answers. */
  readonly parent: string | null;
  /** Files that belong to it already, or to nothing. */
  readonly media: readonly string[];
  readonly origin: string;
}

export interface Bringing {
  /** Signs; what it returns keeps the posts, in the caller's transaction. @throws object/too-large, media/not-found */
  bring(posts: readonly BroughtPost[]): Promise<(tx: Tx) => Promise<void>>;
  /** Removes own posts that were brought, with their files; others are passed over. */
  removeBrought(tx: Tx, ids: readonly string[]): Promise<void>;
  /** The URI of an own post. */
  uriOf(id: string): string;
}

export function createBringing(host: PostsHost): Bringing {
  const self = (): NodeId => host.signer().nodeId;
  return {
    uriOf: (id) => postUri(self(), id),

    async bring(posts) {
      const at = host.clock.now();
      const items = await Promise.all(
        posts.map(async (post) => {
          const { media, parent, origin, ...words } = post;
          const uri = postUri(self(), words.id);
          const files = await host.media.describe(media, uri);
          const draft = {
            ...words,
            uri,
            version: 1,
            editedAt: null,
            parent: parent === null ? null : postUri(self(), parent),
            media: files.map(toMediaItem),
            brought: { origin, at },
          };
          const { text: object, cid } = signPost(host, draft);
          return { ...draft, cid, object, author: self(), inFeed: true, files: media };
        }),
      );
      return async (tx) => {
        for (const { text, warning, files, uri, ...item } of items) {
          await keep(host, tx, item, { text, warning });
          await host.media.attach(tx, files, uri);
        }
        await extras.putBrought(
          tx,
          items.map(({ id }) => id),
        );
        // One event for all: none of them is news.
        await host.events.append(tx, [
          {
            type: 'posts.imported',
            subject: self(),
            actor: actorToString(systemActor),
            new: { posts: items.length },
          },
        ]);
      };
    },

    async removeBrought(tx, ids) {
      const given = new Set(await extras.givenOf(tx, ids));
      const items = await store.findItems(
        tx,
        ids.map((id) => ({ author: self(), id })),
      );
      for (const item of items) {
        if (item.state === 'deleted') continue;
        const uri = postUri(item.author, item.id);
        const version = item.version + 1;
        // An edited one was announced as any post.
        const readers = given.has(item.id) || item.version > 1 ? await audience(host, tx, item) : [];
        await removeItem(host, tx, { author: item.author, id: item.id, version });
        await withdraw(host, tx, { uri, version }, readers);
      }
      await extras.removeBrought(tx, ids);
      await host.events.append(tx, [
        {
          type: 'posts.import-removed',
          subject: self(),
          actor: actorToString(systemActor),
          old: { posts: items.length },
        },
      ]);
    },
  };
}

/** Remembers that somebody was given an own post, if it was brought: a removal has to reach them then. */
export async function noteGiven(host: PostsHost, id: string, object: string): Promise<void> {
  // Inside a JSON text this can only be the member itself; and it spares nearly all the parsing.
  if (!object.includes('"imported_from":') || !(await extras.isNotGiven(host.db.read, id))) return;
  await host.db.write((tx) => extras.markGiven(tx, id));
}
