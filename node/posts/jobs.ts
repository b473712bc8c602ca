// Binds the background work of posts: fetching what is due, filling in, cleaning up.
// Each runs when it is woken or due, one run at a time; what a stop leaves undone is found in its table.
import type { Host } from '#kernel/feature.ts';
import { AbsentAuthors } from './exchange/absent-authors.ts';
import { createFetching, type Fetching } from './exchange/fetching.ts';
import { backfillNext, bondConsumer, cleanUpNext } from './exchange/upkeep.ts';
import type { NodeId } from '#protocol';
import type { PostsHost } from './ports.ts';
import { emptyTrash } from './own/trash.ts';

/** Registers the jobs and gives back the fetching that they run. `onReturn` tells of nodes that are there again. */
export function registerJobs(
  { jobs, events }: Pick<Host, 'jobs' | 'events'>,
  posts: PostsHost,
  onReturn: (listener: (nodeId: NodeId) => void) => void,
): Fetching & { readonly wake: () => void; readonly wakeTrash: () => void } {
  const authors = new AbsentAuthors(posts);
  const fetchJob = jobs.register({ name: 'posts/fetch', firstAfterMs: 0, run: () => fetching.run() });
  const fetching = createFetching(posts, authors, () => fetchJob.wake());
  const backfillJob = jobs.register({
    name: 'posts/backfill',
    firstAfterMs: 0,
    run: () => backfillNext(posts, fetching, authors),
  });
  const cleanupJob = jobs.register({
    name: 'posts/cleanup',
    firstAfterMs: 0,
    run: () => cleanUpNext(posts),
  });
  const trashJob = jobs.register({ name: 'posts/trash', firstAfterMs: 0, run: () => emptyTrash(posts) });
  events.consume(
    bondConsumer(posts, { backfill: () => backfillJob.wake(), cleanup: () => cleanupJob.wake() }),
  );
  onReturn((nodeId) => {
    if (!authors.found(nodeId)) return;
    fetchJob.wake();
    backfillJob.wake();
  });
  return { ...fetching, wake: () => fetchJob.wake(), wakeTrash: () => trashJob.wake() };
}
