// Primitives for browsers, on @noble/ed25519 and @noble/hashes. noble's own `verify` multiplies by the cofactor
// even with `zip215: false`, and then accepts signatures under keys of mixed order that OpenSSL refuses; two
// nodes would disagree. So the equation is checked here on its points, as RFC 8032 section 5.1.7 without cofactor.
import { Point, etc, getPublicKey, hashes, sign } from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes } from '../bytes.ts';
import { type Primitives, type SigningKey, isAcceptablePublicKey } from './primitives.ts';

hashes.sha512 = sha512;

const ORDER = Point.CURVE().n;

/** getRandomValues gives at most this many bytes at once (Web Crypto). */
const RANDOM_CHUNK = 65536;

function randomBytes(count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let at = 0; at < count; at += RANDOM_CHUNK)
    crypto.getRandomValues(out.subarray(at, at + RANDOM_CHUNK));
  return out;
}

function signingKey(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new Error('an Ed25519 seed has 32 bytes');
  const kept = Uint8Array.from(seed);
  return {
    publicKey: getPublicKey(kept),
    sign: (message) => sign(message, kept),
    signAside: (message) => Promise.resolve(sign(message, kept)),
  };
}

function verifySync(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || !isAcceptablePublicKey(publicKey)) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= ORDER) return false;
  const a = pointOf(publicKey);
  if (a === null) return false;
  const h = littleEndian(sha512(concatBytes(r, publicKey, message))) % ORDER;
  const expected = Point.BASE.multiply(s, false).subtract(a.multiply(h, false));
  return equalBytes(expected.toBytes(), r);
}

function pointOf(publicKey: Uint8Array): Point | null {
  try {
    return Point.fromBytes(publicKey, false);
  } catch {
    return null; // not on the curve: a wrong key, which is an answer and not a failure
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt('0x' + etc.bytesToHex(Uint8Array.from(bytes).reverse()));
}

export const primitives: Primitives = {
  sha256: (bytes) => sha256(bytes),
  randomBytes,
  signingKey,
  verify: async (publicKey, message, signature) => verifySync(publicKey, message, signature),
  verifySync,
};
