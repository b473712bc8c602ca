// Whether this machine's clock is wrong, by what contacts say of the time in what they sign. Nobody alone, and no two,
// can raise the alarm: three must agree with one another, and be more than those who agree with this clock.
// Nothing is set by it; the owner is told (docs/security.md F16).
import type { Log } from '#kernel/log.ts';
import type { Jobs } from '#kernel/jobs.ts';
import type { Clock } from '#kernel/ports.ts';
import type { NodeId } from '#protocol';
import { FUTURE_MS_MAX } from '../model.ts';

/** Contacts who must agree: one can lie, two can share a machine. */
const AGREEING_MIN = 3;
/** How far apart those may be who agree: their own drift, and the time on the way. */
const AGREE_MS = 60_000;
/** Contacts whose time is remembered, the latest heard of. */
const SAMPLES_MAX = 100;
/** What somebody said longer ago counts no more. */
const SAMPLE_MS_MAX = 3_600_000;
/** While the clock seems wrong, those who said so are asked again, so that the alarm ends when it was set right. */
const ASK_AGAIN_MS = 60_000;

export interface ClockAlarm {
  /** What to add to this clock to get theirs. */
  readonly offsetMs: number;
  readonly peers: number;
}

interface Sample {
  readonly offsetMs: number;
  readonly at: number;
}

export class PeerClocks {
  readonly #clock: Clock;
  readonly #samples = new Map<NodeId, Sample>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes a contact's time, signed by it just now. */
  note(nodeId: NodeId, theirMs: number): void {
    const now = this.#clock.now();
    this.#samples.delete(nodeId);
    this.#samples.set(nodeId, { offsetMs: theirMs - now, at: now });
    if (this.#samples.size <= SAMPLES_MAX) return;
    const [oldest] = this.#samples.keys();
    if (oldest !== undefined) this.#samples.delete(oldest);
  }

  /** Who disagrees with this clock, and by how much; undefined while it passes for right. */
  alarm(): ClockAlarm | undefined {
    const now = this.#clock.now();
    const offsets = [...this.#samples.values()]
      .filter(({ at }) => Math.abs(now - at) <= SAMPLE_MS_MAX)
      .map(({ offsetMs }) => offsetMs)
      .sort((a, b) => a - b);
    const agreeWithUs = offsets.filter((offset) => Math.abs(offset) <= FUTURE_MS_MAX).length;
    const apart = offsets.filter((offset) => Math.abs(offset) > FUTURE_MS_MAX);
    let largest: readonly number[] = [];
    for (const first of apart) {
      const agreeing = apart.filter((offset) => offset >= first && offset <= first + AGREE_MS);
      if (agreeing.length > largest.length) largest = agreeing;
    }
    if (largest.length < AGREEING_MIN || largest.length <= agreeWithUs) return undefined;
    return { offsetMs: largest[Math.floor(largest.length / 2)] ?? 0, peers: largest.length };
  }

  /** Those whose time is known. */
  known(): NodeId[] {
    return [...this.#samples.keys()];
  }
}

/** Tells the log when the alarm begins and ends, and asks again while it lasts. Returns what notes a contact's time. */
export function watchClock(host: {
  readonly clocks: PeerClocks;
  readonly jobs: Jobs;
  readonly log: Log;
  /** Sends something to a node that it answers with its time. */
  readonly greet: (nodeId: NodeId) => Promise<unknown>;
}): (nodeId: NodeId, theirMs: number) => void {
  const { clocks, log } = host;
  let raised = false;
  const look = (): void => {
    const alarm = clocks.alarm();
    if ((alarm !== undefined) === raised) return;
    raised = alarm !== undefined;
    if (alarm === undefined) log.info('contacts agree with this machine’s clock again');
    else {
      log.error(
        { code: 'federation/clock-wrong', off_by_s: Math.round(alarm.offsetMs / 1000), peers: alarm.peers },
        'this machine’s clock is wrong: contacts agree on another time; switch network time on (timedatectl set-ntp true)',
      );
      job.wake();
    }
  };
  let due = false;
  const job = host.jobs.register({
    name: 'federation/ask-time',
    firstAfterMs: null,
    run: async (signal) => {
      if (!raised) return null;
      // The first wake only begins the pause.
      if (due) for (const nodeId of clocks.known()) if (!signal.aborted) await host.greet(nodeId);
      due = true;
      look();
      if (raised) return ASK_AGAIN_MS;
      due = false;
      return null;
    },
  });
  return (nodeId, theirMs) => {
    clocks.note(nodeId, theirMs);
    look();
  };
}
