// Tells the owner's clients that something has moved on its way, so that what they show of it is asked for again.
// Gathered, because a message moves often and a post moves for each of its readers: the first at once, what comes
// within the pause after it together. It costs the sending no statement: nothing is kept here but addresses, and a
// start tells of everything, because what was gathered before an end is gone with it.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Job, Jobs } from '#kernel/jobs.ts';
import type { Clock } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import { addressOf } from '../model.ts';
import type { OutboxRow } from '../store-outbox.ts';

/** Nobody sees more than two changes a second of the same thing; a stream of messages makes two events a second. */
const PAUSE_MS = 500;
/** Addresses told one by one; of more, the ledger as a whole is told. */
const ADDRESSES_MAX = 50;

export interface TidingsHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly events: Events;
  readonly self: NodeId;
}

export class Tidings {
  readonly #host: TidingsHost;
  readonly #job: Job;
  /** The node's own id among them stands for the whole ledger. */
  readonly #gathered: Set<string>;
  #pausedUntil = 0;

  constructor(host: TidingsHost) {
    this.#host = host;
    this.#gathered = new Set([host.self]);
    this.#job = host.jobs.register({ name: 'federation/tidings', firstAfterMs: 0, run: () => this.#tell() });
  }

  /** These have moved, if the transaction is committed. */
  moved(tx: Tx, rows: readonly Pick<OutboxRow, 'item' | 'id'>[]): void {
    if (rows.length === 0) return;
    tx.afterCommit(() => {
      for (const row of rows) {
        if (this.#gathered.size > ADDRESSES_MAX) break;
        this.#gathered.add(addressOf(row, this.#host.self));
      }
      this.#job.wake();
    });
  }

  /** More has moved than is worth naming. */
  allMoved(tx: Tx): void {
    tx.afterCommit(() => {
      this.#gathered.add(this.#host.self);
      this.#job.wake();
    });
  }

  async #tell(): Promise<number | null> {
    const { db, clock, events, self } = this.#host;
    if (this.#gathered.size === 0) return null;
    const now = clock.now();
    if (this.#pausedUntil > now) return this.#pausedUntil - now;
    const named = [...this.#gathered];
    const told = named.includes(self) || named.length > ADDRESSES_MAX ? [self] : named;
    this.#gathered.clear();
    this.#pausedUntil = now + PAUSE_MS;
    try {
      await db.write((tx) =>
        events.hint(
          tx,
          told.map((subject) => ({ type: 'federation.delivery', subject })),
        ),
      );
    } catch (error) {
      for (const one of told) this.#gathered.add(one);
      throw error;
    }
    return this.#gathered.size === 0 ? null : PAUSE_MS;
  }
}
