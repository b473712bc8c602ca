// Waits for something that happens elsewhere, by looking again, and fails by name when it never does.
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 25;
const WAIT_MS_MAX = 30_000;

/** The first value of `look` that is neither undefined nor false; what `look` throws is tried again until the end. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  waitMsMax = WAIT_MS_MAX,
): Promise<Value> {
  const deadline = performance.now() + waitMsMax;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`never happened: ${what}`, { cause: last });
}
