// Who was seen when, in memory, written down together every few seconds: a heartbeat costs no transaction.
// A crash loses seconds of presence, and nothing else.
import type { Jobs } from '#kernel/jobs.ts';
import type { Clock } from '#kernel/ports.ts';
import { SEEN_FLUSH_MS } from './limits.ts';
import type { RegistryStore } from './store/store.ts';

export interface Presence {
  seen(nodeId: string): void;
  /** The newest sign of life not yet written, or 0. */
  lastSeen(nodeId: string): number;
  flush(): Promise<void>;
}

export function createPresence(options: {
  readonly store: RegistryStore;
  readonly clock: Clock;
  readonly jobs: Jobs;
}): Presence {
  const { store, clock, jobs } = options;
  const pending = new Map<string, number>();
  const flush = async (): Promise<void> => {
    const batch = new Map(pending);
    await store.seen(batch);
    // Only what is written is forgotten: a full disk must not show everybody as gone.
    for (const [nodeId, at] of batch) if (pending.get(nodeId) === at) pending.delete(nodeId);
  };
  jobs.register({
    name: 'registry/flush-presence',
    firstAfterMs: SEEN_FLUSH_MS,
    run: async () => {
      await flush();
      return SEEN_FLUSH_MS;
    },
  });
  return {
    seen: (nodeId) => void pending.set(nodeId, clock.now()),
    lastSeen: (nodeId) => pending.get(nodeId) ?? 0,
    flush,
  };
}
