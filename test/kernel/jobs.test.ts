// Background jobs: one run at a time, back-off, a clean stop.
import { fakeClock } from '#kit/fake-clock.ts';
import { createJobs, type Jobs } from '#kernel/jobs.ts';
import { createLog } from '#kernel/log.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

function rig(): { jobs: Jobs; clock: ReturnType<typeof fakeClock> } {
  const clock = fakeClock();
  const random = { bytes: (n: number) => new Uint8Array(n), unit: () => 1 };
  return { clock, jobs: createJobs({ clock, random, log: createLog({ level: 'silent' }) }) };
}

describe('background jobs', () => {
  it('run when started, then at the pause that they ask for', async () => {
    const { jobs, clock } = rig();
    let runs = 0;
    jobs.register({ name: 'j', firstAfterMs: 100, run: () => Promise.resolve(((runs += 1), 1_000)) });
    await clock.advance(10_000);
    assert.equal(runs, 0);
    jobs.start();
    await clock.advance(100);
    assert.equal(runs, 1);
    await clock.advance(3_000);
    assert.equal(runs, 4);
    await jobs[Symbol.asyncDispose]();
  });

  it('never overlap; wakes during a run cause exactly one more', async () => {
    const { jobs, clock } = rig();
    let runs = 0;
    let release = (): void => undefined;
    const job = jobs.register({
      name: 'j',
      firstAfterMs: null,
      run: async () => {
        runs += 1;
        if (runs === 1) await new Promise<void>((resolve) => (release = resolve));
        return null;
      },
    });
    jobs.start();
    job.wake();
    job.wake();
    job.wake();
    assert.equal(runs, 1);
    release();
    await clock.advance(1);
    assert.equal(runs, 2);
    await jobs[Symbol.asyncDispose]();
  });

  it('try again after a failure with a growing pause, and from the start after a success', async () => {
    const { jobs, clock } = rig();
    const at: number[] = [];
    let failures = 3;
    jobs.register({
      name: 'j',
      firstAfterMs: 0,
      run: () => {
        at.push(clock.now());
        failures -= 1;
        return failures >= 0 ? Promise.reject(new Error('no')) : Promise.resolve(null);
      },
    });
    jobs.start();
    await clock.advance(60_000);
    assert.deepEqual(
      at.map((ms) => ms - (at[0] ?? 0)),
      [0, 2_000, 6_000, 14_000],
    );
    await jobs[Symbol.asyncDispose]();
  });

  it('end when stopped: the run in progress is awaited, no further one begins', async () => {
    const { jobs, clock } = rig();
    const seen: string[] = [];
    let release = (): void => undefined;
    const job = jobs.register({
      name: 'j',
      firstAfterMs: 0,
      run: async (signal) => {
        seen.push('begun');
        await new Promise<void>((resolve) => (release = resolve));
        seen.push(signal.aborted ? 'told to stop' : 'not told');
        return 0;
      },
    });
    jobs.start();
    await clock.advance(0);
    const stopped = jobs[Symbol.asyncDispose]();
    release();
    await stopped;
    job.wake();
    await clock.advance(60_000);
    assert.deepEqual(seen, ['begun', 'told to stop']);
  });
});
