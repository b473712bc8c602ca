// The outside world as the code sees it: time and randomness. The network's port is in network.ts.
// Areas receive these through Host and never call Date.now, setTimeout or crypto.randomBytes themselves,
// so that a test or a simulator can replay a run exactly.
import { randomBytes } from 'node:crypto';

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels. Does not keep the process alive. */
  after(delayMs: number, run: () => void): () => void;
}

export interface Random {
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1), for jitter only. */
  unit(): number;
}

/** setTimeout fires at once for delays over 2^31-1 ms; longer ones are cut there and the caller's loop asks again. */
const TIMER_MS_MAX = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), TIMER_MS_MAX));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  unit: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};

/** RFC 3339 UTC with milliseconds, as the protocol writes every timestamp. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
