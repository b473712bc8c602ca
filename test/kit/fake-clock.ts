// A clock that stands still until a test moves it. Timers fire in order of time, then of creation.
import type { Clock } from '#kernel/ports.ts';

export interface FakeClock extends Clock {
  /** Moves time forward, firing every timer that falls due on the way; awaits what they start between them. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock without firing timers: a step, as NTP or a person makes it. */
  step(toMs: number): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Starts at `startMs`, Unix milliseconds. */
export function fakeClock(startMs = Date.UTC(2026, 10, 21)): FakeClock {
  let now = startMs;
  const timers = new Set<Timer>();
  const dueBy = (until: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + Math.max(0, delayMs), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let timer = dueBy(until); timer !== undefined; timer = dueBy(until)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.run();
        await settle();
      }
      now = until;
    },
    step(toMs) {
      now = toMs;
    },
  };
}

/** Lets promises and group commits that are under way come to rest. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
}
