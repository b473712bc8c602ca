// Ids seen within a span of time, in bounded memory: two generations, of which the older is dropped whole.
// Under a flood the span shrinks; callers put only what a valid signature carried in here.
import type { Clock } from '#kernel/ports.ts';

export interface SeenIds {
  has(id: string): boolean;
  add(id: string): void;
}

/** Remembers each id for at least `keptMs`, unless more than `idsMax` come within it. */
export function createSeenIds(clock: Clock, keptMs: number, idsMax: number): SeenIds {
  let younger = new Set<string>();
  let older = new Set<string>();
  let turnedAt = clock.now();
  const turn = (): void => {
    if (clock.now() - turnedAt < keptMs && younger.size < idsMax / 2) return;
    older = clock.now() - turnedAt < 2 * keptMs ? younger : new Set();
    younger = new Set();
    turnedAt = clock.now();
  };
  return {
    has(id) {
      turn();
      return younger.has(id) || older.has(id);
    },
    add(id) {
      turn();
      younger.add(id);
    },
  };
}
