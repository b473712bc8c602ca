// Background work of the vault.
// Each run is bounded, and a missed one loses nothing.
import type { Jobs } from '#kernel/jobs.ts';
import type { Vault } from './service.ts';

/** Abandoned uploads and orphans are found within an hour; the first look waits until the node has started. */
const TIDY_MS = 3_600_000;
const FIRST_TIDY_MS = 30_000;

export function registerJobs(jobs: Jobs, vault: Vault): void {
  jobs.register({
    name: 'vault/tidy',
    firstAfterMs: FIRST_TIDY_MS,
    run: async () => {
      await vault.tidy();
      return TIDY_MS;
    },
  });
}
