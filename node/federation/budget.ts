// Token buckets with bounded memory: who may cost this node how much.
// A bucket is only charged for what was proven to come from its owner; looking is free.
import type { Clock } from '#kernel/ports.ts';
import { BUCKETS_KEPT_MAX } from './model.ts';

export interface Budget {
  readonly ratePerS: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Buckets of one budget, one for each key. */
export class Buckets {
  readonly #budget: Budget;
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Bucket>();

  constructor(budget: Budget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
  }

  /** Whether `cost` tokens are there, without taking them. */
  has(key: string, cost = 1): boolean {
    return this.#refill(key).tokens >= cost;
  }

  /** Takes `cost` tokens; what was let in together may overdraw once, and is paid back before the next. */
  take(key: string, cost = 1): void {
    const bucket = this.#refill(key);
    bucket.tokens = Math.max(-this.#budget.burst, bucket.tokens - cost);
  }

  /** Takes `cost` tokens if they are there. */
  tryTake(key: string, cost = 1): boolean {
    const bucket = this.#refill(key);
    if (bucket.tokens < cost) return false;
    bucket.tokens -= cost;
    return true;
  }

  /** Seconds until `cost` tokens are there, at least 1. */
  retryAfterS(key: string, cost = 1): number {
    const missing = cost - this.#refill(key).tokens;
    return Math.max(1, Math.ceil(missing / this.#budget.ratePerS));
  }

  #refill(key: string): Bucket {
    const now = this.#clock.now();
    let bucket = this.#byKey.get(key);
    if (bucket === undefined) {
      bucket = { tokens: this.#budget.burst, at: now };
      if (this.#byKey.size >= BUCKETS_KEPT_MAX) {
        const oldest = this.#byKey.keys().next().value;
        if (oldest !== undefined) this.#byKey.delete(oldest);
      }
      this.#byKey.set(key, bucket);
      return bucket;
    }
    // A clock that was set back gives nothing and takes nothing.
    const elapsedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(this.#budget.burst, bucket.tokens + (elapsedMs / 1000) * this.#budget.ratePerS);
    bucket.at = now;
    return bucket;
  }
}
