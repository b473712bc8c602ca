// Background work of notifications: reminders that fall due, devices that are to be woken.
// When is decided here; what happens is in service.ts and push/waking.ts.
import type { Job, Jobs } from '#kernel/jobs.ts';

/** The jobs, to be woken after the commit that gave them something to do. */
export function registerJobs(
  jobs: Jobs,
  work: {
    readonly remind: () => Promise<number | null>;
    readonly wake: (signal: AbortSignal) => Promise<number | null>;
  },
): { readonly reminders: Job; readonly waking: Job } {
  return {
    reminders: jobs.register({ name: 'notifications/remind', firstAfterMs: 0, run: () => work.remind() }),
    waking: jobs.register({
      name: 'notifications/wake',
      firstAfterMs: 0,
      run: (signal) => work.wake(signal),
    }),
  };
}
