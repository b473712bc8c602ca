// The outside world as the code sees it: time and randomness. The network's port is in network.ts.
// Areas receive these through Host and never call Date.now, setTimeout or crypto.randomBytes themselves,
// so that a test or a simulator can replay a run exactly.
import { randomFillSync } from 'node:crypto';

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

/** Asking the system costs as much for 16 bytes as for a page: small requests are cut from a block that is refilled. */
const RANDOM_BLOCK_BYTES = 4_096;
/** Larger ones are rare. */
const RANDOM_CUT_BYTES_MAX = 64;

function createRandom(): Random {
  const block = new Uint8Array(RANDOM_BLOCK_BYTES);
  let used = block.length;
  const bytes = (length: number): Uint8Array => {
    if (length > RANDOM_CUT_BYTES_MAX) return randomFillSync(new Uint8Array(length));
    if (used + length > block.length) {
      randomFillSync(block);
      used = 0;
    }
    const cut = block.slice(used, used + length);
    // Handed out once: a key that was cut from here is in no other place of this memory.
    block.fill(0, used, used + length);
    used += length;
    return cut;
  };
  return { bytes, unit: () => new DataView(bytes(4).buffer).getUint32(0) / 2 ** 32 };
}

export const systemRandom: Random = createRandom();

/** RFC 3339 UTC with milliseconds, as the protocol writes every timestamp. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
