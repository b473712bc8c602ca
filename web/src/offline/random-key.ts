// Keys that nobody guesses and no two devices share, also where `crypto.randomUUID` is missing: it needs a secure
// context, and a node on a home network is often opened over plain http.

const KEY_BYTES = 16;

/** 32 hexadecimal digits. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
