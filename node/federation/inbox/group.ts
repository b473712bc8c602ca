// The group that commits together: whatever is authentic joins it, and is told its line once the commit is durable.
// One group at a time; a failing commit fails all of it, and nothing in memory has moved then.
import type { Database } from '#kernel/db/database.ts';
import { GROUP_ENVELOPES_MAX, WAITING_ENVELOPES_MAX } from '../model.ts';
import type { Peers } from '../peers.ts';
import type { Applier } from './apply.ts';
import type { Arrival } from './order.ts';

/** A group of this size commits at once: its share of a commit is below the cost of parsing one envelope. */
const GATHER_ENVELOPES = 32;
/** The longest that a smaller group waits for signatures that are being checked. */
const GATHER_MS_MAX = 5;

interface Waiting {
  readonly arrivals: readonly Arrival[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Group {
  readonly #host: { readonly db: Database; readonly peers: Peers; readonly applier: Applier };
  readonly #waiting: Waiting[] = [];
  #waitingEnvelopes = 0;
  #waitingSince = 0;
  #expected = 0;
  #committing = false;

  constructor(host: { readonly db: Database; readonly peers: Peers; readonly applier: Applier }) {
    this.#host = host;
  }

  /** Whether this many more fit between arrival and commit. */
  hasRoom(count: number): boolean {
    return this.#waitingEnvelopes + count <= WAITING_ENVELOPES_MAX;
  }

  /** Waits for a check whose envelope will probably join. */
  async expect<Result>(check: Promise<Result>): Promise<Result> {
    this.#expected += 1;
    try {
      return await check;
    } finally {
      this.#expected -= 1;
      // After those that wait for this result have joined.
      if (this.#waiting.length > 0) setImmediate(() => this.#commitWhenDue());
    }
  }

  /** Resolves once the arrivals' lines are set and durable. @throws db/* */
  join(arrivals: readonly Arrival[]): Promise<void> {
    this.#waitingEnvelopes += arrivals.length;
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#waitingSince = performance.now();
      this.#waiting.push({ arrivals, resolve, reject });
      this.#commitWhenDue();
    });
  }

  /**
   * A commit costs the same for one message as for fifty. So a small group waits while signatures are being checked,
   * whose messages come along, but never longer than GATHER_MS_MAX. The last check that ends always finds it due.
   */
  #commitWhenDue(): void {
    if (this.#committing || this.#waiting.length === 0) return;
    const due =
      this.#expected === 0 ||
      this.#waitingEnvelopes >= GATHER_ENVELOPES ||
      performance.now() - this.#waitingSince > GATHER_MS_MAX;
    if (due) void this.#commit();
  }

  async #commit(): Promise<void> {
    this.#committing = true;
    const group: Waiting[] = [];
    let size = 0;
    // The group is taken when the transaction begins, so that what arrived while it waited comes along.
    const take = (): Arrival[] => {
      while (this.#waiting[0] !== undefined && size < GROUP_ENVELOPES_MAX) {
        const next = this.#waiting.shift();
        if (next === undefined) break;
        group.push(next);
        size += next.arrivals.length;
      }
      return group.flatMap(({ arrivals }) => arrivals);
    };
    try {
      const changes = await this.#host.db.write((tx) => this.#host.applier.apply(tx, take()));
      this.#host.peers.install(changes);
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 0) take();
      for (const { reject } of group) reject(error);
    }
    this.#waitingEnvelopes -= size;
    this.#waitingSince = performance.now();
    this.#committing = false;
    this.#commitWhenDue();
  }
}
