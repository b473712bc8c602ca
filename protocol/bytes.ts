// Bytes and their text forms, one spelling each: a decoder refuses what its encoder would not write.
// base64url is RFC 4648 section 5 without padding and with zero trailing bits; UTF-8 is fatal on errors.
// Nothing here is constant-time except `equalBytes` for equal lengths.
import { invalid } from './errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a string; lone surrogates become U+FFFD, so check `isWellFormed` where that matters. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The string of UTF-8 bytes; a byte order mark is kept. @throws bytes/utf8 */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw invalid('bytes/utf8', 'These bytes are not valid UTF-8.', cause);
  }
}

/** One new array that holds the parts one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether both hold the same bytes; the time depends on the lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** An unsigned integer of at most 53 bits as eight bytes, the highest first. */
export function u64(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`not an unsigned safe integer: ${value}`);
  const out = new Uint8Array(8);
  const view = new DataView(out.buffer);
  view.setUint32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value % 2 ** 32);
  return out;
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0');
  return out;
}

/** Bytes of lower-case hexadecimal. @throws bytes/hex */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw invalid('bytes/hex', 'This is not lower-case hexadecimal.');
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(i * 2, i * 2 + 2), 16),
  );
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CODES = utf8(ALPHABET);
const VALUES = new Uint8Array(256).fill(255);
CODES.forEach((code, value) => (VALUES[code] = value));

/** base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const word =
      ((bytes[i] as number) << 16) | (((bytes[i + 1] as number) | 0) << 8) | ((bytes[i + 2] as number) | 0);
    for (let shift = 18; shift >= 0 && at < out.length; shift -= 6) {
      out[at++] = CODES[(word >> shift) & 63] as number;
    }
    if (at === out.length) break;
  }
  return decoder.decode(out);
}

/** Bytes of base64url, of exactly `length` bytes where given. @throws bytes/base64url for padding, foreign characters, non-zero trailing bits or another length */
export function fromBase64Url(text: string, length?: number): Uint8Array {
  const size = Math.floor((text.length * 3) / 4);
  if (text.length % 4 === 1 || (length !== undefined && size !== length)) throw badBase64Url();
  const out = new Uint8Array(size);
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 256 ? (VALUES[code] as number) : 255;
    if (value === 255) throw badBase64Url();
    word = (word << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (word >> bits) & 255;
      word &= (1 << bits) - 1;
    }
  }
  if (word !== 0) throw badBase64Url();
  return out;
}

function badBase64Url(): Error {
  return invalid('bytes/base64url', 'This is not unpadded base64url of the expected length.');
}
