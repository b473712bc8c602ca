// What the doctor's checks are given, and what they answer: a verdict, what was found, and what to do about it.
// A check never throws for what is wrong with the node, and never changes anything.
import type { Config } from '#kernel/config.ts';
import type { Text } from '#protocol/errors.ts';
import type { Status } from '../http/api.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

/** One thing looked at. `next` says what to do unless it is well. */
export interface Finding {
  readonly check: string;
  readonly verdict: Verdict;
  readonly found: Text;
  readonly next?: Text;
}

export interface DoctorFacts {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
  /** Undefined: the node does not run. */
  readonly status: Status | undefined;
}
