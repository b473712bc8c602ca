// The few cryptographic primitives of the protocol, as a port with two implementations: crypto/node.ts and
// crypto/browser.ts. Both give the same answer to every input (test/protocol/crypto holds them together).
// Signatures: Ed25519, RFC 8032 section 5.1.7 without cofactor: canonical S, R compared byte by byte, and
// public keys that are canonical points of large order; see docs/protocol.md "Keys and signatures".
import { fromHex, toHex } from '../bytes.ts';

/** An Ed25519 key pair that stays inside; `publicKey` has 32 bytes, a signature 64. */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
  /** As `sign`, beside the main thread where the platform can: for what is signed by the thousand. */
  signAside(message: Uint8Array): Promise<Uint8Array>;
}

export interface Primitives {
  /** SHA-256, 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** Bytes of the system's random generator. */
  randomBytes(count: number): Uint8Array;
  /** The key pair of a 32-byte RFC 8032 seed. */
  signingKey(seed: Uint8Array): SigningKey;
  /** Never throws for wrong keys or signatures of any shape: answers false. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  verifySync(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * y coordinates (little-endian) of the points whose order divides 8. A signature under such a key can fit
 * every message (docs/security.md F6).
 */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);
const FIELD = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');

/** Whether 32 bytes may serve as a public key: y below the field's prime, and not a point of small order. */
export function isAcceptablePublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const y = Uint8Array.from(publicKey);
  y[31] = (y[31] as number) & 0x7f;
  return isBelowField(y) && !SMALL_ORDER.has(toHex(y));
}

function isBelowField(y: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (y[i] as number) - (FIELD[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
