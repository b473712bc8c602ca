// How long to wait before a node is started again: exponential with jitter, bounded, so that a node that cannot
// start costs nearly nothing and one that can is back within 30 s of its fault being mended.
import { RESTART_MS_MAX, RESTART_MS_MIN } from '../limits.ts';

/**
 * Milliseconds before start number `failures + 1`, after `failures` >= 1 ends in a row; between half and all of
 * the doubled delay. `unit` is a random number in [0, 1).
 */
export function restartDelayMs(failures: number, unit: number): number {
  const exponent = Math.min(Math.max(failures, 1) - 1, 16);
  const ceiling = Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** exponent);
  return Math.round(ceiling / 2 + (ceiling / 2) * unit);
}
