// Guessing is slow: failed attempts are counted for each address and in all, in memory, over a sliding quarter hour.
// A whole /64 counts as one IPv6 address, since a household or a virtual server has that many.
import { shareOf } from '#kernel/http/connections.ts';
import type { Clock } from '#kernel/ports.ts';
import { refusals } from './model.ts';

const WINDOW_MS = 15 * 60_000;
/** A person mistypes a few times; a guesser needs thousands. */
const FAILURES_PER_ADDRESS_MAX = 5;
/** From all addresses together: a botnet's guesses stay under 10,000 a day. */
const FAILURES_MAX = 100;
/** Addresses remembered; when full, the oldest is forgotten, and the bound on all still holds. */
const ADDRESSES_MAX = 5_000;

export interface Attempts {
  /** @throws session/too-many-attempts */
  check(address: string): void;
  failed(address: string): void;
  /** Takes the newest failure back: it was none. */
  forgive(address: string): void;
  /** Forgets the failures of this address; the newest was none. */
  succeeded(address: string): void;
}

export function createAttempts(clock: Clock): Attempts {
  const failuresByAddress = new Map<string, number[]>();
  let failures: number[] = [];
  const recent = (times: readonly number[]): number[] => {
    const since = clock.now() - WINDOW_MS;
    return times.filter((at) => at > since);
  };
  const refuseOver = (times: readonly number[], max: number): void => {
    const oldest = times[0];
    if (oldest === undefined || times.length < max) return;
    throw refusals.tooMany(Math.max(1, Math.ceil((oldest + WINDOW_MS - clock.now()) / 1_000)));
  };
  return {
    check(address) {
      failures = recent(failures);
      refuseOver(failures, FAILURES_MAX);
      refuseOver(recent(failuresByAddress.get(shareOf(address)) ?? []), FAILURES_PER_ADDRESS_MAX);
    },
    failed(address) {
      const key = shareOf(address);
      const own = [...recent(failuresByAddress.get(key) ?? []), clock.now()];
      failuresByAddress.delete(key);
      failuresByAddress.set(key, own);
      failures = [...recent(failures), clock.now()];
      const oldest = failuresByAddress.keys().next().value;
      if (failuresByAddress.size > ADDRESSES_MAX && oldest !== undefined) failuresByAddress.delete(oldest);
    },
    forgive(address) {
      failuresByAddress.get(shareOf(address))?.pop();
      failures.pop();
    },
    succeeded(address) {
      failuresByAddress.delete(shareOf(address));
      failures.pop();
    },
  };
}
