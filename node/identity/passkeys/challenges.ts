// Challenges of passkeys without a table of them: each carries its end and a MAC under a key of this process, so that
// nobody can push another's challenge out by asking for many. Only used ones are remembered, until they end anyway;
// they are few, since a challenge counts as used when a right signature came with it. A restart voids all.
import { equalBytes, fromBase64Url, toBase64Url } from '#protocol';
import type { Clock, Random } from '#kernel/ports.ts';
import { createHmac } from 'node:crypto';
import { CHALLENGE_MS } from './model.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 16;
const TIME_BYTES = 6;
const HEAD_BYTES = NONCE_BYTES + TIME_BYTES;
const MAC_BYTES = 16;
const TOTAL_BYTES = HEAD_BYTES + MAC_BYTES;
const CHARS = Math.ceil((TOTAL_BYTES * 4) / 3);

export interface Challenges {
  /** A challenge for one purpose, base64url. */
  make(purpose: string): string;
  /** Whether it was made here for this purpose, has not ended, and was not used. */
  isGood(purpose: string, challenge: string): boolean;
  /** As `isGood`; from then on it is used. */
  take(purpose: string, challenge: string): boolean;
}

export function createChallenges({ clock, random }: { clock: Clock; random: Random }): Challenges {
  const key = random.bytes(KEY_BYTES);
  const endByUsed = new Map<string, number>();

  const macOf = (purpose: string, head: Uint8Array): Uint8Array =>
    new Uint8Array(createHmac('sha256', key).update(head).update(purpose).digest().subarray(0, MAC_BYTES));
  const endOf = (purpose: string, challenge: string): number | undefined => {
    if (challenge.length !== CHARS || !/^[\w-]+$/.test(challenge)) return undefined;
    const bytes = fromBase64Url(challenge, TOTAL_BYTES);
    const head = bytes.subarray(0, HEAD_BYTES);
    if (!equalBytes(bytes.subarray(HEAD_BYTES), macOf(purpose, head))) return undefined;
    const end = Buffer.from(head).readUIntBE(NONCE_BYTES, TIME_BYTES);
    // Before its beginning the clock was set back: it would live too long.
    return end > clock.now() && end <= clock.now() + CHALLENGE_MS ? end : undefined;
  };
  const isGood = (purpose: string, challenge: string): boolean =>
    endOf(purpose, challenge) !== undefined && !endByUsed.has(challenge);

  return {
    make(purpose) {
      const head = Buffer.alloc(HEAD_BYTES);
      head.set(random.bytes(NONCE_BYTES));
      head.writeUIntBE(clock.now() + CHALLENGE_MS, NONCE_BYTES, TIME_BYTES);
      return toBase64Url(new Uint8Array(Buffer.concat([head, macOf(purpose, head)])));
    },
    isGood,
    take(purpose, challenge) {
      const end = endOf(purpose, challenge);
      if (end === undefined || !isGood(purpose, challenge)) return false;
      for (const [used, over] of endByUsed) if (over <= clock.now()) endByUsed.delete(used);
      endByUsed.set(challenge, end);
      return true;
    },
  };
}
