// Encryption of push messages for one browser (RFC 8291, over RFC 8188 aes128gcm, one record).
// The push service that carries them can neither read nor make them.
import { concatBytes, utf8 } from '#protocol';
import { createCipheriv, createECDH, ECDH, hkdfSync } from 'node:crypto';

const CURVE = 'prime256v1';
export const POINT_BYTES = 65;
export const AUTH_BYTES = 16;
export const SALT_BYTES = 16;
export const PRIVATE_KEY_BYTES = 32;
const RECORD_BYTES = 4_096;
/** RFC 8188: the delimiter of the last record, before its padding. */
const LAST_RECORD = new Uint8Array([2]);

/** What a browser gave when it subscribed. */
export interface BrowserKeys {
  /** Uncompressed P-256 point, 65 bytes. */
  readonly p256dh: Uint8Array;
  readonly auth: Uint8Array;
}

/** The body of a push request; `senderPrivate` (32 bytes) and `salt` (16) are fresh for each message. */
export function encryptPush(
  plaintext: Uint8Array,
  keys: BrowserKeys,
  fresh: { readonly senderPrivate: Uint8Array; readonly salt: Uint8Array },
): Uint8Array {
  const sender = createECDH(CURVE);
  sender.setPrivateKey(fresh.senderPrivate);
  const senderPublic = new Uint8Array(sender.getPublicKey());
  const shared = sender.computeSecret(keys.p256dh);
  const keyInfo = concatBytes(utf8('WebPush: info\0'), keys.p256dh, senderPublic);
  const material = new Uint8Array(hkdfSync('sha256', shared, keys.auth, keyInfo, 32));
  const derive = (info: string, length: number): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', material, fresh.salt, utf8(`Content-Encoding: ${info}\0`), length));
  const cipher = createCipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  const sealed = [cipher.update(concatBytes(plaintext, LAST_RECORD)), cipher.final(), cipher.getAuthTag()];
  const sizes = new DataView(new ArrayBuffer(5));
  sizes.setUint32(0, RECORD_BYTES);
  sizes.setUint8(4, POINT_BYTES);
  return concatBytes(fresh.salt, new Uint8Array(sizes.buffer), senderPublic, ...sealed);
}

/** Whether these bytes are an uncompressed point of the curve. */
export function isPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== POINT_BYTES || bytes[0] !== 4) return false;
  try {
    ECDH.convertKey(bytes, CURVE);
    return true;
  } catch {
    return false; // Not on the curve: OpenSSL's word for it says no more.
  }
}

/** A private key and its public point from 32 random bytes; undefined for the few that are no key (one in 2^32). */
export function keyPairFrom(
  bytes: Uint8Array,
): { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array } | undefined {
  const pair = createECDH(CURVE);
  try {
    pair.setPrivateKey(bytes);
  } catch {
    return undefined; // Zero, or not below the order of the curve.
  }
  return { privateKey: bytes, publicKey: new Uint8Array(pair.getPublicKey()) };
}
