// Primitives on node:crypto, the server's implementation. Public keys are imported once and kept (LRU), and
// `verify` runs on the thread pool, so that every core verifies while the main thread parses (PERFORMANCE).
// The only file of the protocol that imports from node.
import {
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  hash,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { concatBytes, fromHex } from '../bytes.ts';
import { type Primitives, type SigningKey, isAcceptablePublicKey } from './primitives.ts';

/** RFC 8410: what stands before the 32 raw bytes in the DER forms. */
const SPKI_PREFIX = fromHex('302a300506032b6570032100');
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');

/** Keys kept: every contact of a large node; one costs about 1 kB. */
const KEYS_KEPT_MAX = 4096;
const keptKeys = new Map<string, KeyObject | null>();

/** The imported key, or null where the bytes are no acceptable key. */
function importPublicKey(publicKey: Uint8Array): KeyObject | null {
  if (publicKey.length !== 32) return null;
  const name = Buffer.from(publicKey.buffer, publicKey.byteOffset, 32).toString('latin1');
  let key = keptKeys.get(name);
  if (key !== undefined) {
    // Only a full cache needs the order of use; a hit in a small one costs one look-up.
    if (keptKeys.size === KEYS_KEPT_MAX) {
      keptKeys.delete(name);
      keptKeys.set(name, key);
    }
    return key;
  }
  key = isAcceptablePublicKey(publicKey)
    ? createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
    : null;
  if (keptKeys.size === KEYS_KEPT_MAX) keptKeys.delete(keptKeys.keys().next().value as string);
  keptKeys.set(name, key);
  return key;
}

function signingKey(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new Error('an Ed25519 seed has 32 bytes');
  const key = createPrivateKey({
    key: Buffer.from(concatBytes(PKCS8_PREFIX, seed)),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: Uint8Array.from(spki.subarray(SPKI_PREFIX.length)),
    sign: (message) => plain(sign(null, message, key)),
    signAside: (message) =>
      new Promise((resolve, reject) => {
        sign(null, message, key, (error, signature) =>
          error === null ? resolve(plain(signature)) : reject(error),
        );
      }),
  };
}

/** The same bytes as a bare Uint8Array: a Buffer would differ from the browser's in methods and equality. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

export const primitives: Primitives = {
  sha256: (bytes) => plain(hash('sha256', bytes, 'buffer')),
  randomBytes: (count) => plain(randomBytes(count)),
  signingKey,
  verify(publicKey, message, signature) {
    const key = importPublicKey(publicKey);
    if (key === null || signature.length !== 64) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      verify(null, message, key, signature, (error, valid) =>
        error === null ? resolve(valid) : reject(error),
      );
    });
  },
  verifySync(publicKey, message, signature) {
    const key = importPublicKey(publicKey);
    return key !== null && signature.length === 64 && verify(null, message, key, signature);
  },
};
