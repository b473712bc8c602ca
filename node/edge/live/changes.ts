// Reads what a client has missed: the event log from its cursor on, as kinds and ids, a bounded part at a time.
// A client that is too far behind, or whose cursor this log does not know, is told to begin anew: nothing is skipped
// without saying so.
import { changesOf, type ChangeRules } from '#kernel/changes.ts';
import type { Events } from '#kernel/events.ts';
import { LIVE_BATCH_MAX, LIVE_REPLAY_MAX } from '../limits.ts';
import type { Changes } from './api.ts';

/** What comes after a cursor; without one, where the log stands. */
export type ReadChanges = (after: string | undefined) => Promise<Changes>;

/** Makes the reader of an event log. */
export function createReader(events: Pick<Events, 'since' | 'bounds'>, rules: ChangeRules): ReadChanges {
  return async (after) => {
    const { oldest, newest } = await events.bounds();
    if (after === undefined) return standing(newest, false);
    const cursor = Number(after);
    // A cursor ahead of the log comes from a node that a backup has taken back.
    const known = cursor >= oldest - 1 && cursor <= newest;
    if (!known || newest - cursor > LIVE_REPLAY_MAX) return standing(newest, true);
    const batch = await events.since(cursor, LIVE_BATCH_MAX);
    return {
      cursor: String(batch.at(-1)?.seq ?? cursor),
      reset: false,
      more: batch.length === LIVE_BATCH_MAX,
      changes: changesOf(batch, rules),
    };
  };
}

const standing = (newest: number, reset: boolean): Changes => ({
  cursor: String(newest),
  reset,
  more: false,
  changes: [],
});
