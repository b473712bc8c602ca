// Signing keys and signatures with a purpose. What is signed is never the bare document but
// "ORF/1 <purpose>" || 0x00 || canonical bytes, so that a signature made for one purpose fits no other.
// See docs/protocol.md "Keys and signatures". Keys are used, never stored: storage belongs to the vault.
import { primitives } from '#crypto';
import { base58btc } from 'multiformats/bases/base58';
import { concatBytes, utf8 } from './bytes.ts';
import type { SigningKey } from './crypto/primitives.ts';
import { invalid } from './errors.ts';

export type { SigningKey } from './crypto/primitives.ts';

/** What a signature is for; a new purpose needs a line in the specification. */
export type Purpose =
  'envelope' | 'record' | 'registration' | 'receipt' | 'ticket' | 'request' | 'introduction' | 'challenge';

const prefixByPurpose = new Map<Purpose, Uint8Array>();

function prefixOf(purpose: Purpose): Uint8Array {
  let prefix = prefixByPurpose.get(purpose);
  if (prefix === undefined) {
    prefix = utf8(`ORF/1 ${purpose}\0`);
    prefixByPurpose.set(purpose, prefix);
  }
  return prefix;
}

/** A fresh 32-byte RFC 8032 seed. */
export function generateSeed(): Uint8Array {
  return primitives.randomBytes(32);
}

/** The key pair of a 32-byte seed. */
export function signingKeyFromSeed(seed: Uint8Array): SigningKey {
  return primitives.signingKey(seed);
}

/** Whether a 64-byte Ed25519 signature over exactly these bytes holds; false for wrong keys and shapes, never an error. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return primitives.verify(publicKey, message, signature);
}

/** As `verify`, on this thread: for start-up and scripts, not for the message path. */
export function verifySync(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return primitives.verifySync(publicKey, message, signature);
}

/** SHA-256, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return primitives.sha256(bytes);
}

/** Bytes of the system's random generator; outside protocol/ use the injected port. */
export function randomBytes(count: number): Uint8Array {
  return primitives.randomBytes(count);
}

/** The 64-byte signature of canonical bytes for one purpose. */
export function signFor(purpose: Purpose, key: SigningKey, canonicalBytes: Uint8Array): Uint8Array {
  return key.sign(concatBytes(prefixOf(purpose), canonicalBytes));
}

/** As `signFor`, beside the main thread where the platform can. */
export function signAsideFor(
  purpose: Purpose,
  key: SigningKey,
  canonicalBytes: Uint8Array,
): Promise<Uint8Array> {
  return key.signAside(concatBytes(prefixOf(purpose), canonicalBytes));
}

/** Whether a signature of canonical bytes for one purpose holds. */
export function verifyFor(
  purpose: Purpose,
  publicKey: Uint8Array,
  canonicalBytes: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return primitives.verify(publicKey, concatBytes(prefixOf(purpose), canonicalBytes), signature);
}

/** Multicodec ed25519-pub as an unsigned varint. */
const ED25519_PREFIX = Uint8Array.of(0xed, 0x01);

/** `z6Mk...`: base58btc multibase of the multicodec-prefixed key, as did:key and Multikey write it. */
export function publicKeyToMultibase(publicKey: Uint8Array): string {
  if (publicKey.length !== 32) throw new Error('an Ed25519 public key has 32 bytes');
  return base58btc.encode(concatBytes(ED25519_PREFIX, publicKey));
}

/** The 32 bytes of a `z6Mk...` key. @throws key/multibase */
export function multibaseToPublicKey(text: string): Uint8Array {
  // 34 bytes from ed01 on have 48 characters that begin so; checked first, because decoding is quadratic.
  const bytes = /^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/.test(text) ? base58btc.decode(text) : new Uint8Array();
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) {
    throw invalid('key/multibase', 'This is not an Ed25519 public key in multibase form (z6Mk...).');
  }
  return Uint8Array.from(bytes.subarray(2));
}
