// Token buckets by key, with bounded memory: what forgets first is what has been quiet longest, and a bucket
// that is forgotten was full. Used wherever one party could take more than its share.
import { AppError } from '#protocol/errors.ts';
import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';
import type { Clock } from './ports.ts';

/** Buckets kept by one limiter: 50,000 quiet addresses cost about 10 MB. */
const BUCKETS_MAX = 50_000;

export interface RateLimit {
  /** What may come at once. */
  readonly burst: number;
  /** What comes back each second. */
  readonly perSecond: number;
}

export interface RateLimiter {
  /** Takes `cost` tokens if they are there. Answers 0, or the seconds after which they will be. */
  take(key: string, cost?: number): number;
  /** As `take`. @throws code of the limiter, with Retry-After */
  require(key: string, cost?: number): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Makes a limiter; `code` is what `require` throws. */
export function createRateLimiter(clock: Clock, limit: RateLimit, code: `${string}/${string}`): RateLimiter {
  const buckets = new Map<string, Bucket>();
  const refilled = (key: string): Bucket => {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: limit.burst, at: now };
    // A clock that steps back must not take tokens away.
    const elapsedS = Math.max(0, now - bucket.at) / 1_000;
    bucket.tokens = Math.min(limit.burst, bucket.tokens + elapsedS * limit.perSecond);
    bucket.at = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    const quietest = buckets.size > BUCKETS_MAX ? buckets.keys().next().value : undefined;
    if (quietest !== undefined) buckets.delete(quietest);
    return bucket;
  };
  const take = (key: string, cost = 1): number => {
    const bucket = refilled(key);
    if (bucket.tokens < cost) return (cost - bucket.tokens) / limit.perSecond;
    bucket.tokens -= cost;
    return 0;
  };
  return {
    take,
    require(key, cost) {
      const waitS = take(key, cost);
      if (waitS === 0) return;
      throw new AppError({
        category: 'limit',
        code,
        safe: {
          en: `Too many requests. Nothing was stored; try again in ${Math.ceil(waitS)} s.`,
          fr: `Trop de demandes. Rien n'a été enregistré ; réessayez dans ${Math.ceil(waitS)} s.`,
        },
        retryAfterS: waitS,
      });
    },
  };
}

/** The part of an address that one customer of a provider holds: /24 of IPv4, /64 of IPv6. */
export function addressPrefix(address: string): string {
  if (isIP(address) === 0) return 'local';
  const parsed = ipaddr.process(address);
  const bytes = parsed.toByteArray();
  return `${parsed.kind()}:${bytes.slice(0, parsed.kind() === 'ipv4' ? 3 : 8).join('.')}`;
}
