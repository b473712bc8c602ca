// What follows for posts when a bond begins or ends: filling in, and removing what it gave access to, step by step.
// Every step is bounded and repeatable: a stop in the middle loses nothing.
import type { Consumer } from '#kernel/events.ts';
import type { Tx } from '#kernel/db/database.ts';
import { AppError, isNodeId, type NodeId } from '#protocol';
import { isSilence } from '#node/federation/index.ts';
import type { AbsentAuthors } from './absent-authors.ts';
import { isBusy, type Fetching } from './fetching.ts';
import { CLEANUP_ROWS_MAX, FETCH_ATTEMPTS_MAX, fetchRetryMs, postUri } from '../model.ts';
import type { PostsHost } from '../ports.ts';
import * as extras from '../store-extras.ts';
import * as store from '../store.ts';

/** The list is asked for twice: whoever accepts a friend is heard by the other node a moment later. */
const BACKFILL_AGAIN_MS = 5_000;

/** Fills in for one node whose bond has begun; returns the pause until the next, null when there is none. */
export async function backfillNext(
  host: PostsHost,
  fetching: Fetching,
  authors: AbsentAuthors,
): Promise<number | null> {
  const { db, clock } = host;
  const next = await extras.nextBackfill(db.read, authors.paused());
  const absentMs = authors.pauseMs();
  if (next === undefined) return absentMs;
  if (next.dueAt > clock.now()) return Math.min(next.dueAt - clock.now(), absentMs ?? Infinity);
  try {
    await fetching.backfill(next.nodeId);
    await db.write((tx) =>
      next.attempts === 0
        ? extras.postponeBackfill(tx, next.nodeId, clock.now() + BACKFILL_AGAIN_MS)
        : extras.removeBackfill(tx, next.nodeId),
    );
  } catch (error) {
    host.log.debug({ err: error, node_id: next.nodeId }, 'recent posts were not filled in yet');
    // Stays due: asked for when the pause of its author ends.
    if (isSilence(error) || isBusy(error)) return 0;
    const final = error instanceof AppError && ['forbidden', 'not-found'].includes(error.category);
    await db.write(async (tx) => {
      if (final || next.attempts >= FETCH_ATTEMPTS_MAX) await extras.removeBackfill(tx, next.nodeId);
      else {
        const pause = fetchRetryMs(next.attempts, host.random.unit());
        await extras.postponeBackfill(tx, next.nodeId, clock.now() + pause);
      }
    });
  }
  return 0;
}

/** Removes one bounded part of what an ended bond gave access to; null when nothing is left. */
export async function cleanUpNext(host: PostsHost): Promise<number | null> {
  const next = await extras.nextCleanup(host.db.read);
  if (next === undefined) return null;
  await host.db.write(async (tx) => {
    const { nodeId, scope } = next;
    const removed = await store.removeOf(tx, nodeId, scope, CLEANUP_ROWS_MAX);
    const refs = removed.map(({ author, id }) => ({ kind: 'post', ref: postUri(author, id) }));
    await host.search.remove(tx, refs);
    if (removed.length === CLEANUP_ROWS_MAX) return;
    if (scope === 'everything') await extras.removeReactionsBy(tx, nodeId);
    await extras.removeCleanup(tx, nodeId, scope);
  });
  return 0;
}

/** What the beginning and the end of a bond mean for posts. */
export function bondConsumer(host: PostsHost, wake: { backfill: () => void; cleanup: () => void }): Consumer {
  const begin = async (tx: Tx, nodeId: NodeId): Promise<void> => {
    await extras.putBackfill(tx, nodeId, host.clock.now());
    tx.afterCommit(wake.backfill);
  };
  const end = async (tx: Tx, nodeId: NodeId, scope: extras.CleanupScope): Promise<void> => {
    await extras.putCleanup(tx, nodeId, scope);
    tx.afterCommit(wake.cleanup);
  };
  return {
    name: 'posts/bonds',
    from: 'now',
    types: ['people.befriended', 'people.following', 'people.blocked', 'people.ended'],
    async handle(tx, events) {
      for (const { type, subject } of events) {
        if (!isNodeId(subject)) continue;
        if (type === 'people.befriended' || type === 'people.following') await begin(tx, subject);
        if (type === 'people.blocked') await end(tx, subject, 'everything');
        if (type === 'people.ended') {
          // As it stands now: the bond may have begun again meanwhile.
          const relation = (await host.people.relationsWith(tx, [subject])).get(subject);
          if (relation?.friend === true) continue;
          await end(tx, subject, relation?.following === true ? 'friends' : 'posts');
        }
      }
    },
  };
}
