// Denials become audit events: one for each actor, action and kind, at most once a minute, with a count.
// Only the kind is kept of what was asked for, never an id that a stranger tried, and never content.
import { actorToString, type AccessRequest } from '#kernel/actor.ts';
import type { Database } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Jobs } from '#kernel/jobs.ts';
import type { Clock } from '#kernel/ports.ts';
import { DENIALS_INTERVAL_MS, DENIALS_TOLD_APART_MAX } from './model.ts';

const ACTION_CHARS_MAX = 64;

interface Denial {
  readonly actor: string;
  readonly kind: string;
  readonly action: string;
  readonly why: string;
  count: number;
}

export interface Denials {
  note(request: AccessRequest, why: string): void;
  /** Writes what was noted. */
  flush(): Promise<void>;
}

export function createDenials(host: {
  readonly db: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly jobs: Jobs;
}): Denials {
  const { clock } = host;
  let noted = new Map<string, Denial>();
  let flushedAt = Number.NEGATIVE_INFINITY;

  const flush = async (): Promise<void> => {
    if (noted.size === 0) return;
    const taken = noted;
    noted = new Map();
    flushedAt = clock.now();
    await host.db.write((tx) =>
      host.events.append(
        tx,
        [...taken.values()].map(({ actor, kind, action, why, count }) => ({
          type: 'access.denied',
          subject: kind,
          actor,
          new: { action, why, count },
        })),
      ),
    );
  };

  const job = host.jobs.register({
    name: 'access/denials',
    firstAfterMs: null,
    run: async () => {
      const waitMs = flushedAt + DENIALS_INTERVAL_MS - clock.now();
      if (waitMs > 0) return waitMs;
      await flush();
      return null;
    },
  });

  return {
    flush,
    note(request, why) {
      const actor = actorToString(request.actor);
      const key = JSON.stringify([actor, request.resource.kind, request.action, why]);
      const known = noted.get(key);
      if (known !== undefined) {
        known.count += 1;
        return;
      }
      if (noted.size < DENIALS_TOLD_APART_MAX) {
        const action = request.action.slice(0, ACTION_CHARS_MAX);
        noted.set(key, { actor, kind: request.resource.kind, action, why, count: 1 });
      } else {
        const others = noted.get('others') ?? {
          actor: 'various',
          kind: 'various',
          action: 'various',
          why: 'various',
          count: 0,
        };
        others.count += 1;
        noted.set('others', others);
      }
      job.wake();
    },
  };
}
