// What anybody may read of the owner: public posts that stand, for the public pages. No answers, nothing in the trash,
// nothing that was ever narrower and is so now. What is not public looks like what is not there.
import { isMessageId } from '#protocol';
import type { MediaItem } from '#protocol/messages';
import { failures, NEWEST_ID, type Item } from '../model.ts';
import { ownObject } from '../objects.ts';
import type { PostsHost } from '../ports.ts';
import * as store from '../store.ts';

export interface PublicPost {
  readonly id: string;
  readonly uri: string;
  readonly text: string;
  /** Text and files are folded behind it. */
  readonly warning: string | null;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly media: readonly MediaItem[];
}

export interface PublicPosts {
  /** Newest first, before an id. */
  list(page: {
    readonly beforeId?: string | undefined;
    readonly limit: number;
  }): Promise<{ items: PublicPost[]; next: string | null }>;
  /** @throws posts/not-found */
  find(id: string): Promise<PublicPost>;
}

export function createPublicPosts(host: PostsHost): PublicPosts {
  const { read } = host.db;
  return {
    async list({ beforeId = NEWEST_ID, limit }) {
      const author = host.signer().nodeId;
      const items = await store.postsOf(read, { author, visibilities: ['public'], beforeId, limit });
      return {
        items: items.flatMap((item) => publicPost(item) ?? []),
        next: items.length < limit ? null : (items.at(-1)?.id ?? null),
      };
    },

    async find(id) {
      const author = host.signer().nodeId;
      const item = isMessageId(id) ? await store.findItem(read, { author, id }) : undefined;
      const post = item === undefined ? undefined : publicPost(item);
      if (post === undefined) throw failures.notFound();
      return post;
    },
  };
}

function publicPost(item: Item): PublicPost | undefined {
  const isOpen = item.visibility === 'public' && item.state === 'here' && !item.trashed;
  if (!isOpen || item.parent !== null || item.object === null) return undefined;
  const { uri, text, warning = null, media = [] } = ownObject(item.object);
  return { id: item.id, uri, text, warning, media, createdAt: item.createdAt, editedAt: item.editedAt };
}
