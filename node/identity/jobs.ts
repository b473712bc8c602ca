// Background work of identity: the record is kept fresh, and expired sessions end.
// It decides nothing: when to sign anew and what has expired is decided by the services.
import type { Host } from '#kernel/feature.ts';
import type { OwnIdentity } from './service.ts';
import type { Sessions } from './sessions/service.ts';

/** Looking costs nothing; the record's own age decides whether it is signed anew. */
const RECORD_LOOK_MS = 15 * 60_000;
const EXPIRE_MS = 3_600_000;

export function registerJobs(host: Host, identity: OwnIdentity, sessions: Sessions): void {
  host.jobs.register({
    name: 'identity/record',
    firstAfterMs: 0,
    run: async () => {
      // A closed identity has no record that holds; the last one stays as it was.
      if (identity.closed()) return null;
      await identity.record();
      return RECORD_LOOK_MS;
    },
  });
  host.jobs.register({
    name: 'identity/sessions',
    firstAfterMs: EXPIRE_MS,
    run: async () => {
      await sessions.expire();
      return EXPIRE_MS;
    },
  });
}
