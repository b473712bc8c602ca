// The registry's own secrets: one 32-byte seed in a 0600 file, from which its signing key and its MAC keys derive.
// A seed that is missing beside an existing database stops the start: nodes remember the registry's key.
import { AppError, signingKeyFromSeed, type SigningKey } from '#protocol';
import { hkdfSync } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '#kernel/ports.ts';

const SEED_BYTES = 32;

export interface OwnSecrets {
  readonly signingKey: SigningKey;
  readonly challengeKey: Uint8Array;
  readonly pseudonymKey: Uint8Array;
}

/** Reads the seed, or makes it for a new registry. @throws registry/key-missing, registry/key-permissions, registry/key-damaged */
export function loadOwnSecrets(options: {
  readonly dataDir: string;
  readonly isNew: boolean;
  readonly random: Random;
}): OwnSecrets {
  const file = join(options.dataDir, 'registry.key');
  if (!existsSync(file)) {
    if (!options.isNew)
      throw unusable(
        'missing',
        file,
        `"${file}" is missing. Restore it from a backup: nodes remember this key.`,
      );
    const seed = Buffer.from(options.random.bytes(SEED_BYTES)).toString('base64');
    writeFileSync(file, `${seed}\n`, { mode: 0o600, flag: 'wx', flush: true });
  }
  if ((statSync(file).mode & 0o077) !== 0) {
    throw unusable(
      'permissions',
      file,
      `"${file}" can be read by others. Run "chmod 600 ${file}", then start again.`,
    );
  }
  const seed = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (seed.length !== SEED_BYTES)
    throw unusable('damaged', file, `"${file}" is damaged. Restore it from a backup.`);
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', seed, '', `O-Red registry 1 ${purpose}`, 32));
  return {
    signingKey: signingKeyFromSeed(derive('signing')),
    challengeKey: derive('challenge'),
    pseudonymKey: derive('pseudonym'),
  };
}

function unusable(problem: string, _file: string, safe: string): AppError {
  return new AppError({ category: 'unavailable', code: `registry/key-${problem}`, safe });
}
