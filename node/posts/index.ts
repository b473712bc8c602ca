// Posts: what the owner writes and what those they read have written; replies, reactions, the feed.
// Puts the parts together and registers who may read a post; the rules themselves are in exchange/answers.ts.
import { defineFeature } from '#kernel/feature.ts';
import { access } from '#node/access/index.ts';
import { discovery } from '#node/discovery/index.ts';
import { federation } from '#node/federation/index.ts';
import { identity } from '#node/identity/index.ts';
import { media } from '#node/media/index.ts';
import { people } from '#node/people/index.ts';
import { search } from '#node/search/index.ts';
import { AppError, publicKeyToMultibase, type NodeId } from '#protocol';
import { createBringing } from './own/bringing.ts';
import { reachOf } from './cards.ts';
import { createAnswers } from './exchange/answers.ts';
import { createHandlers } from './exchange/incoming.ts';
import { createPublicPosts } from './exchange/public.ts';
import { withdrawAll } from './exchange/farewell.ts';
import { postRoutes } from './http.ts';
import { registerJobs } from './jobs.ts';
import { migrations } from './migrations/index.ts';
import { changes } from './model.ts';
import type { PostsHost } from './ports.ts';
import { createReading } from './reading.ts';
import { createPosts } from './service.ts';
import * as store from './store.ts';
import { bindMessages } from './wire.ts';

export type { PublicPost, PublicPosts } from './exchange/public.ts';
export type { BroughtPost } from './own/bringing.ts';

/** One's own signed object; null for what is not here. */
export interface Written {
  readonly id: string;
  readonly object: string | null;
}

export const posts = defineFeature({
  name: 'posts',
  needs: { identity, access, discovery, federation, search, media, people },
  migrations,
  start(host, doors) {
    const { db, events, clock, random, log } = host;
    const { federation: mail } = doors;
    const postsHost: PostsHost = {
      db,
      events,
      clock,
      random,
      log,
      mail,
      people: doors.people,
      media: doors.media,
      search: doors.search,
      signer: () => doors.identity.self(),
      decide: (request) => doors.access.decide(request),
      keyOf: (nodeId, method) => keyOf(doors, nodeId, method),
    };
    const answers = createAnswers(postsHost);
    doors.access.register('post', { decide: (request) => answers.decide(request) });

    const fetching = registerJobs(host, postsHost, mail.onReturn);
    const reading = createReading(postsHost, fetching);
    const service = createPosts(postsHost, (which) => reading.find(which), fetching.wakeTrash);
    doors.search.provide('post', (uris) => reading.hits(uris));

    bindMessages(mail, createHandlers(postsHost, fetching.wake), answers);

    return {
      changes,
      door: {
        ...service,
        ...reading,
        /** What anybody may read. */
        publicPosts: createPublicPosts(postsHost),
        ...createBringing(postsHost),
        /** Asks everybody who was shown the owner's posts and answers to erase them; the last message to each. */
        withdrawAll: () => withdrawAll(postsHost),
        /** The owner's own posts and answers as they were signed, newest first, from before an id. */
        written: async (page: { beforeId: string; limit: number }): Promise<Written[]> => {
          const wanted = { author: postsHost.signer().nodeId, ...page };
          const visibilities = ['public', 'friends', 'private'] as const;
          const items = [
            ...(await store.postsOf(db.read, { ...wanted, visibilities })),
            ...(await store.answersBy(db.read, wanted)),
          ];
          return items
            .map(({ id, object }) => ({ id, object }))
            .toSorted((a, b) => (a.id < b.id ? 1 : -1))
            .slice(0, page.limit);
        },
      },
      routes: postRoutes({
        posts: service,
        reading,
        media: doors.media,
        reach: () => reachOf(postsHost),
        nodeOf: async (who) => {
          const { nodeId, username } = doors.identity.self();
          return who === nodeId || who === username ? nodeId : doors.people.nodeOf(who);
        },
      }),
    };
  },
});

/** A key of somebody's log that a proof names; somebody unknown is looked up first. */
async function keyOf(
  doors: {
    readonly identity: {
      verified(): { keys: readonly { publicKey: Uint8Array }[] };
      self(): { nodeId: NodeId };
    };
    readonly discovery: {
      resolve(query: string): Promise<{ identity: { keys: readonly { publicKey: Uint8Array }[] } }>;
    };
  },
  nodeId: NodeId,
  method: string,
): Promise<Uint8Array | undefined> {
  if (!method.startsWith(`did:webvh:${nodeId}:`)) return undefined;
  const name = method.slice(method.indexOf('#') + 1);
  const keys =
    nodeId === doors.identity.self().nodeId
      ? doors.identity.verified().keys
      : await doors.discovery.resolve(nodeId).then(
          ({ identity: found }) => found.keys,
          (error: unknown) => {
            if (error instanceof AppError && error.category === 'not-found') return [];
            throw error;
          },
        );
  return keys.find(({ publicKey }) => publicKeyToMultibase(publicKey) === name)?.publicKey;
}
