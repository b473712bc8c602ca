// Time and chance of a staged place: nodes that are made here have the same keys and the same dates each time, so that a
// picture of them changes only where the app did. Time can be held and moved; timers run by the machine's own clock.
import { systemClock, type Clock, type Random } from '#kernel/ports.ts';
import { createHash } from 'node:crypto';

export interface StagedClock extends Clock {
  /** It is this moment (RFC 3339), and time goes on from it. */
  set(moment: string): void;
  /** It is and stays this moment: what is made meanwhile carries it. */
  hold(moment: string): void;
}

export function stagedClock(): StagedClock {
  let from = 0;
  let since: number | undefined;
  return {
    now: () => from + (since === undefined ? 0 : systemClock.now() - since),
    after: (delayMs, run) => systemClock.after(delayMs, run),
    set(moment) {
      from = Date.parse(moment);
      since = systemClock.now();
    },
    hold(moment) {
      from = Date.parse(moment);
      since = undefined;
    },
  };
}

/** The same bytes in the same order for the same seed. Never for a node that anybody lives on. */
export function stagedRandom(seed: string): Random {
  let count = 0;
  const bytes = (length: number): Uint8Array => {
    const filled = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = createHash('sha256').update(`${seed} ${count}`).digest();
      filled.set(block.subarray(0, Math.min(32, length - at)), at);
      count += 1;
    }
    return filled;
  };
  return { bytes, unit: () => 0.5 };
}
