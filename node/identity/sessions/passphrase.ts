// Passphrases at rest: argon2id (RFC 9106) with a salt of its own, compared in constant time.
// Two hashes run at once, four wait: each takes 64 MiB, and a flood of guesses must not take the machine.
import { argon2, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { z } from 'zod';
import { refusals } from './model.ts';

const COST = { memory: 65_536, passes: 3, parallelism: 1, tagLength: 32 } as const;
const RUNNING_MAX = 2;
const WAITING_MAX = 4;
const RETRY_AFTER_S = 2;

const storedSchema = z.strictObject({
  kdf: z.literal('argon2id'),
  memory: z.number().int(),
  passes: z.number().int(),
  parallelism: z.number().int(),
  tagLength: z.number().int(),
  salt: z.base64(),
  hash: z.base64(),
});

let running = 0;
const waiting: (() => void)[] = [];

/** The text to store for a passphrase. `salt`: 16 random bytes. @throws session/too-many-attempts */
export async function hashPassphrase(passphrase: string, salt: Uint8Array): Promise<string> {
  const hash = await derive(passphrase, salt, COST);
  const text = { salt: Buffer.from(salt).toString('base64'), hash: hash.toString('base64') };
  return JSON.stringify({ kdf: 'argon2id', ...COST, ...text });
}

/** Whether a passphrase is the stored one. @throws session/too-many-attempts when too many are being checked */
export async function isPassphrase(stored: string, passphrase: string): Promise<boolean> {
  const { salt, hash, memory, passes, parallelism, tagLength } = storedSchema.parse(JSON.parse(stored));
  const cost = { memory, passes, parallelism, tagLength };
  const expected = Buffer.from(hash, 'base64');
  return timingSafeEqual(await derive(passphrase, Buffer.from(salt, 'base64'), cost), expected);
}

async function derive(
  passphrase: string,
  nonce: Uint8Array,
  cost: Omit<Argon2Parameters, 'message' | 'nonce'>,
): Promise<Buffer> {
  if (running >= RUNNING_MAX) {
    if (waiting.length >= WAITING_MAX) throw refusals.tooMany(RETRY_AFTER_S);
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      argon2(
        'argon2id',
        { ...cost, message: passphrase.normalize('NFKC'), nonce },
        (error: Error | null, result: Buffer) => {
          if (error === null) resolve(result);
          else reject(error);
        },
      );
    });
  } finally {
    // The place passes on to the next in line, or becomes free.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
