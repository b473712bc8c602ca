// Challenges that cost nothing to give: each carries its own expiry under a MAC, so a flood of questions fills no
// memory. Only one that was answered with a valid signature is remembered, until it expires, so that it counts once.
import type { Clock, Random } from '#kernel/ports.ts';
import { AppError, fromBase64Url, toBase64Url, utf8 } from '#protocol';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { CHALLENGE_MS, SEEN_IDS_MAX } from './limits.ts';
import { createSeenIds } from './seen-ids.ts';

const NONCE_BYTES = 16;
const TIME_BYTES = 8;
const MAC_BYTES = 32;

export interface Challenges {
  issue(nodeId: string): { readonly challenge: string; readonly expiresAt: number };
  /** Marks an answered challenge as used. @throws registry/challenge when it is foreign, expired or used */
  redeem(nodeId: string, challenge: string): void;
  /** As redeem, but only looks. */
  check(nodeId: string, challenge: string): void;
}

export function createChallenges(options: {
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
}): Challenges {
  const { key, clock, random } = options;
  const used = createSeenIds(clock, CHALLENGE_MS, SEEN_IDS_MAX);
  const mac = (nodeId: string, head: Uint8Array): Buffer =>
    createHmac('sha256', key).update(utf8(nodeId)).update(head).digest();

  const check = (nodeId: string, challenge: string): void => {
    const bytes = decode(challenge);
    const head = bytes.subarray(0, NONCE_BYTES + TIME_BYTES);
    if (!timingSafeEqual(mac(nodeId, head), bytes.subarray(head.length))) throw refused();
    const expiresAt = Number(new DataView(head.buffer, head.byteOffset + NONCE_BYTES).getBigUint64(0));
    if (expiresAt <= clock.now() || used.has(challenge)) throw refused();
  };

  return {
    issue(nodeId) {
      const expiresAt = clock.now() + CHALLENGE_MS;
      const head = new Uint8Array(NONCE_BYTES + TIME_BYTES);
      head.set(random.bytes(NONCE_BYTES));
      new DataView(head.buffer).setBigUint64(NONCE_BYTES, BigInt(expiresAt));
      return { challenge: toBase64Url(Buffer.concat([head, mac(nodeId, head)])), expiresAt };
    },
    check,
    redeem(nodeId, challenge) {
      check(nodeId, challenge);
      used.add(challenge);
    },
  };
}

function decode(challenge: string): Uint8Array {
  try {
    return fromBase64Url(challenge, NONCE_BYTES + TIME_BYTES + MAC_BYTES);
  } catch (error) {
    throw refused(error);
  }
}

function refused(cause?: unknown): AppError {
  return new AppError({
    category: 'unauthorized',
    code: 'registry/challenge',
    safe: {
      en: 'The challenge is not one of this registry, has expired, or was used. Ask for a new one.',
      fr: "Le défi n'est pas de ce registre, a expiré ou a déjà servi. Demandez-en un nouveau.",
    },
    cause,
  });
}
