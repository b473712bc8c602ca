// Time-based one-time codes (RFC 6238 over RFC 4226): SHA-1, six digits, steps of thirty seconds, which is what every
// authenticator app knows. Pure. It says which step a code belongs to, so that the caller can refuse its second use.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** RFC 4226 section 4 asks for 128 bits at least and advises 160. */
export const SECRET_BYTES = 20;
const STEP_MS = 30_000;
const DIGITS = 6;
/** Steps of grace on either side, for a phone's clock and a slow hand (RFC 6238 section 5.2 advises one at most). */
const GRACE_STEPS = 1;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of one step as decimal digits. */
export function codeOfStep(secret: Uint8Array, step: number, digits: number = DIGITS): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  // Dynamic truncation, RFC 4226 section 5.3.
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The step that a code belongs to, within the grace around `nowMs` (Unix milliseconds); undefined for any other code. */
export function stepOfCode(secret: Uint8Array, code: string, nowMs: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const now = Math.floor(nowMs / STEP_MS);
  let found: number | undefined;
  // All are compared, so that the time taken tells nothing.
  for (let step = Math.max(0, now - GRACE_STEPS); step <= now + GRACE_STEPS; step += 1) {
    if (timingSafeEqual(Buffer.from(codeOfStep(secret, step)), Buffer.from(code))) found ??= step;
  }
  return found;
}

/** RFC 4648 base32 without padding, as authenticator apps take a secret. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(held >>> (bits - 5)) & 31] ?? '';
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + (BASE32[(held << (5 - bits)) & 31] ?? '');
}

/** What the QR code holds (Key Uri Format of the authenticator apps). */
export function otpauthUrl(secret: Uint8Array, account: string): string {
  const label = `O-Red:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=O-Red&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1_000}`;
}
