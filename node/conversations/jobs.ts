// Background work of conversations: opening what came, and following the bonds that people tells of.
// When and how often is decided here; what happens is in opening.ts.
import type { Consumer } from '#kernel/events.ts';
import type { Job, Jobs } from '#kernel/jobs.ts';
import { noteBonds, type Opening } from './opening.ts';

/** The job that opens what came; wake it after each commit that stored something. */
export function registerOpening(jobs: Jobs, opening: Opening): Job {
  return jobs.register({
    name: 'conversations/open',
    firstAfterMs: 0,
    run: async () => ((await opening.step()) ? 0 : null),
  });
}

export const bondConsumer: Consumer = {
  name: 'conversations/bonds',
  from: 'oldest',
  types: ['people.befriended', 'people.blocked'],
  handle: (tx, events) => noteBonds(tx, events),
};
