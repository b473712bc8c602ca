// Keeping this node listed: registered at start, each twelve hours, and when its record changes.
// A registry that is down only delays; it never fails the node.
import type { Host } from '#kernel/feature.ts';
import { AppError } from '#protocol';
import type { Service } from './service.ts';

const INTERVAL_MS = 12 * 3_600_000;
const RETRY_MS_MIN = 2_000;
const RETRY_MS_MAX = 30_000;

/** Registers the job; the returned function registers anew soon. */
export function registerJobs(host: Host, service: Service): () => void {
  let failures = 0;
  const job = host.jobs.register({
    name: 'discovery/register',
    firstAfterMs: 0,
    run: async () => {
      if (service.registry === undefined) return null;
      try {
        await service.register();
        failures = 0;
        return service.closed() ? null : INTERVAL_MS;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        // A registry that has forgotten a closed node needs not be told.
        if (service.closed() && error.code === 'registry/no-such-node') return null;
        failures += 1;
        // Said once for each spell of failures: a registry that is down is no reason to fill the log.
        if (failures === 1)
          host.log.warn(
            { code: error.code, registry: service.registry.url },
            'not registered yet; trying again',
          );
        return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures - 1, 10));
      }
    },
  });
  return () => job.wake();
}
