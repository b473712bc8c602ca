// Background work: one run of a job at a time, woken by an event or by its own timer, stopped cleanly.
// A job that throws is reported and tried again with a growing, jittered pause; it never ends the node by itself.
import type { Log } from './log.ts';
import type { Clock, Random } from './ports.ts';

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 5 * 60_000;

export interface JobSpec {
  readonly name: string;
  /** Pause before the first run after `start`; null: only when woken. */
  readonly firstAfterMs: number | null;
  /** Does one bounded piece of work and returns the pause until the next, 0 for more at once, null to wait for `wake`. */
  run(signal: AbortSignal): Promise<number | null>;
}

export interface Job {
  /** Runs soon; a wake during a run causes one more run after it. */
  wake(): void;
}

export interface Jobs extends AsyncDisposable {
  register(spec: JobSpec): Job;
  /** Lets the registered jobs run; before it, wakes are remembered. */
  start(): void;
}

interface Running {
  readonly spec: JobSpec;
  cancelTimer: (() => void) | undefined;
  active: Promise<void> | undefined;
  woken: boolean;
  failures: number;
}

export function createJobs(host: {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): Jobs {
  const { clock, random, log } = host;
  const jobs: Running[] = [];
  const abort = new AbortController();
  let started = false;

  const schedule = (job: Running, delayMs: number): void => {
    job.cancelTimer?.();
    job.cancelTimer = clock.after(delayMs, () => begin(job));
  };

  const begin = (job: Running): void => {
    if (!started || abort.signal.aborted) return;
    if (job.active !== undefined) {
      job.woken = true;
      return;
    }
    job.cancelTimer?.();
    job.cancelTimer = undefined;
    job.woken = false;
    job.active = runOnce(job).finally(() => {
      job.active = undefined;
      if (job.woken) begin(job);
    });
  };

  const runOnce = async (job: Running): Promise<void> => {
    try {
      const next = await job.spec.run(abort.signal);
      job.failures = 0;
      if (next !== null && !abort.signal.aborted) schedule(job, next);
    } catch (error) {
      if (abort.signal.aborted) return;
      job.failures += 1;
      const ceiling = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(job.failures, 16));
      const delayMs = Math.round(ceiling * (0.5 + random.unit() / 2));
      log.error(
        { job: job.spec.name, failures: job.failures, retry_ms: delayMs, err: error },
        'a job failed',
      );
      schedule(job, delayMs);
    }
  };

  return {
    register(spec) {
      const job: Running = { spec, cancelTimer: undefined, active: undefined, woken: false, failures: 0 };
      jobs.push(job);
      if (started && spec.firstAfterMs !== null) schedule(job, spec.firstAfterMs);
      return {
        wake: () => {
          if (started) begin(job);
          else job.woken = true;
        },
      };
    },
    start() {
      started = true;
      for (const job of jobs) {
        if (job.woken) begin(job);
        else if (job.spec.firstAfterMs !== null) schedule(job, job.spec.firstAfterMs);
      }
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      for (const job of jobs) job.cancelTimer?.();
      await Promise.all(jobs.flatMap(({ active }) => active ?? []));
    },
  };
}
