// Recovery codes: how they are written, and what is stored of them. Pure.
// A code has 80 random bits, so that a plain hash of it tells nothing.
import { sha256, utf8 } from '#protocol';
import { toBase32 } from './totp.ts';

/** `abcd-efgh-ijkl-mnop`. `bytes`: RECOVERY_CODE_BYTES random bytes. */
export function formatRecoveryCode(bytes: Uint8Array): string {
  return (toBase32(bytes).toLowerCase().match(/.{4}/g) ?? []).join('-');
}

/** What is stored of a recovery code; dashes, spaces and case do not count. */
export function recoveryCodeHash(code: string): Uint8Array {
  return sha256(utf8(code.toLowerCase().replaceAll(/[^a-z2-7]/g, '')));
}
