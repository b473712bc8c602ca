// Authors whose nodes do not answer, and when they are asked again: one pause for each author, however many of their
// posts wait, ended at once when they show themselves. In memory only: after a start everybody is asked.
import type { Clock, Random } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import { ABSENT_AUTHORS_MAX, absentPauseMs } from '../model.ts';

/** The longest that a busy author is left alone, whatever they say. */
const BUSY_MS_MAX = 20_000;

interface Absence {
  readonly since: number;
  readonly failures: number;
  readonly until: number;
}

export class AbsentAuthors {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #absences = new Map<NodeId, Absence>();

  constructor(host: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = host.clock;
    this.#random = host.random;
  }

  /** Those who are not asked now. */
  paused(): NodeId[] {
    const now = this.#clock.now();
    return [...this.#absences].flatMap(([nodeId, { until }]) => (until > now ? nodeId : []));
  }

  isPaused(author: NodeId): boolean {
    return (this.#absences.get(author)?.until ?? 0) > this.#clock.now();
  }

  /** How often they have not answered, one after the other. */
  failuresOf(author: NodeId): number {
    return this.#absences.get(author)?.failures ?? 0;
  }

  /** Milliseconds until the next of them may be asked; null when nobody is paused. */
  pauseMs(): number | null {
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const { until } of this.#absences.values()) if (until > now) next = Math.min(next, until);
    return next === Number.POSITIVE_INFINITY ? null : next - now;
  }

  /** They did not answer. Attempts that failed side by side count as one. */
  miss(author: NodeId): void {
    if (this.isPaused(author)) return;
    const now = this.#clock.now();
    const { since = now, failures = 0 } = this.#absences.get(author) ?? {};
    const pauseMs = absentPauseMs(failures, now - since, this.#random.unit());
    this.#keep(author, { since, failures: failures + 1, until: now + pauseMs });
  }

  #keep(author: NodeId, absence: Absence): void {
    // The longest absent first in the map, so that it is the one which a full map forgets.
    if (this.#absences.size >= ABSENT_AUTHORS_MAX && !this.#absences.has(author)) {
      const [oldest] = this.#absences.keys();
      if (oldest !== undefined) this.#absences.delete(oldest);
    }
    this.#absences.set(author, absence);
  }

  /** They answer, but not so much at once: asked again when they say, which counts as no failure. */
  postpone(author: NodeId, pauseMs: number): void {
    const now = this.#clock.now();
    this.#keep(author, { since: now, failures: 0, until: now + Math.min(pauseMs, BUSY_MS_MAX) });
  }

  /** They are there; whether they had been missed. */
  found(author: NodeId): boolean {
    return this.#absences.delete(author);
  }
}
