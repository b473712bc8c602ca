// Refusals of what was not authentic, counted and told to the audit trail once a while: a flood of forgeries
// makes a bounded number of lines, none of them with a payload.
import type { Events } from '#kernel/events.ts';
import type { Database } from '#kernel/db/database.ts';
import type { Jobs } from '#kernel/jobs.ts';
import type { Log } from '#kernel/log.ts';

/** Refusals are told together after this long. */
const TELL_AFTER_MS = 2_000;
/** Different (code, actor) pairs told at once; the rest is told as one sum. */
const KINDS_MAX = 100;

export class RefusalTally {
  readonly #counts = new Map<string, { code: string; actor: string; count: number }>();
  readonly #wake: () => void;
  readonly #log: Log;

  constructor(host: {
    readonly db: Database;
    readonly events: Events;
    readonly jobs: Jobs;
    readonly log: Log;
  }) {
    this.#log = host.log;
    let due = false;
    const job = host.jobs.register({
      name: 'federation/tell-refusals',
      firstAfterMs: null,
      run: async () => {
        // The first wake only starts the pause in which more are gathered.
        if (!due) {
          due = true;
          return TELL_AFTER_MS;
        }
        due = false;
        const told = [...this.#counts.values()];
        this.#counts.clear();
        if (told.length === 0) return null;
        await host.db.write((tx) =>
          host.events.append(
            tx,
            told.map(({ code, actor, count }) => ({
              type: 'federation.refused',
              subject: 'inbox',
              actor,
              new: { code, count },
            })),
          ),
        );
        return null;
      },
    });
    this.#wake = () => job.wake();
  }

  /** Notes one refusal; `actor` as actorToString writes it. */
  add(code: string, actor: string): void {
    const full = this.#counts.size >= KINDS_MAX;
    const key = full ? 'other' : `${code} ${actor}`;
    const known = this.#counts.get(key);
    if (known === undefined) {
      this.#counts.set(
        key,
        full ? { code: 'federation/refused', actor: 'anonymous', count: 1 } : { code, actor, count: 1 },
      );
      this.#log.info({ code, actor }, 'an envelope was refused');
      this.#wake();
    } else {
      known.count += 1;
    }
  }
}
