// Profiles of others, portrait included, are asked for when a bond begins and when somebody says that theirs changed.
// Who does not answer is asked again with growing pauses; whom to ask stands in a table, so that a stop loses nobody.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Consumer, Events } from '#kernel/events.ts';
import type { Job, Jobs } from '#kernel/jobs.ts';
import type { Log } from '#kernel/log.ts';
import type { Clock } from '#kernel/ports.ts';
import { AppError, isNodeId } from '#protocol';
import type { Finder } from './ports.ts';
import type { Profiles } from './profiles.ts';
import * as store from './store.ts';

/** The first pause after a failure; it doubles. */
const RETRY_MS_MIN = 5_000;
/** Then the profile waits until it changes again, or until somebody looks at it. */
const ATTEMPTS_MAX = 12;

export interface RefreshHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: Jobs;
  readonly events: Events;
  readonly finder: Pick<Finder, 'usernameOf'>;
  readonly profiles: Pick<Profiles, 'fetch'>;
}

/** Registers the job and what wakes it. */
export function registerRefresh(host: RefreshHost): void {
  const job: Job = host.jobs.register({
    name: 'people/refresh',
    firstAfterMs: 0,
    run: () => refreshNext(host),
  });
  const consumer: Consumer = {
    name: 'people/refresh',
    from: 'now',
    types: ['people.befriended', 'people.following', 'people.followed', 'people.person-changed'],
    handle: async (tx: Tx, events) => {
      for (const { subject } of events) {
        if (isNodeId(subject)) await store.putRefresh(tx, subject, host.clock.now());
      }
      tx.afterCommit(() => job.wake());
    },
  };
  host.events.consume(consumer);
}

/** Asks for one profile that is due; the pause until the next, null when none waits. */
async function refreshNext({ db, clock, log, finder, profiles }: RefreshHost): Promise<number | null> {
  const next = await store.nextRefresh(db.read);
  if (next === undefined) return null;
  const now = clock.now();
  if (next.dueAt > now) return next.dueAt - now;
  try {
    const username = await finder.usernameOf(next.nodeId);
    if (username !== undefined) await profiles.fetch(next.nodeId, username);
    await db.write((tx) => store.removeRefresh(tx, next));
  } catch (error) {
    if (!(error instanceof AppError) || error.category === 'internal') throw error;
    log.debug({ node_id: next.nodeId, code: error.code }, 'a profile was not given yet');
    const given = error.category === 'forbidden' || next.attempts >= ATTEMPTS_MAX;
    const dueAt = now + RETRY_MS_MIN * 2 ** next.attempts;
    await db.write((tx) => (given ? store.removeRefresh(tx, next) : store.postponeRefresh(tx, next, dueAt)));
  }
  return 0;
}
