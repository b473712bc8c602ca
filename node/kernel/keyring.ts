// The master key: everything secret at rest is wrapped by keys derived from it (HKDF-SHA256, RFC 5869).
// It comes from a passphrase (argon2id, RFC 9106), a systemd credential, or a 0600 file, in that order of strength.
// A missing, damaged, foreign or world-readable key stops the start; a new key is only ever made by `create`.
import { AppError, type Text } from '#protocol/errors.ts';
import { argon2Sync, createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** argon2id as OWASP and RFC 9106 advise for one core and 1 GB machines: 64 MiB, 3 passes, about 0.2 s. */
const ARGON2 = { memory: 65_536, passes: 3, parallelism: 1, tagLength: 32 } as const;
const MASTER_KEY_BYTES = 32;
const CREDENTIAL_NAME = 'ored-master-key';

export type KeySource = 'file' | 'passphrase' | 'credential';

export interface Keyring {
  readonly source: KeySource;
  /** A 32-byte key for one purpose, for example `db` or `vault/keys`. */
  derive(purpose: string): Uint8Array;
}

const wrappedSchema = z.strictObject({
  version: z.literal(1),
  kdf: z.literal('argon2id'),
  salt: z.base64(),
  nonce: z.base64(),
  ciphertext: z.base64(),
  tag: z.base64(),
});

export interface KeyringOptions {
  readonly dataDir: string;
  /** Given: the master key is (or will be) wrapped by it. */
  readonly passphrase?: string;
  /** systemd's $CREDENTIALS_DIRECTORY. */
  readonly credentialsDir?: string;
}

const keyFile = (dataDir: string): string => join(dataDir, 'keys', 'master.key');
const wrappedFile = (dataDir: string): string => join(dataDir, 'keys', 'master.wrapped.json');

/** True when the key of this folder opens only with a passphrase. */
export function isLockedByPassphrase(dataDir: string): boolean {
  return existsSync(wrappedFile(dataDir));
}

/** Makes a new master key for a new node. @throws keyring/exists */
export function createKeyring(options: KeyringOptions): Keyring {
  const { dataDir, passphrase } = options;
  const credential = readCredential(options);
  if (credential !== undefined) return keyring('credential', credential);
  for (const file of [keyFile(dataDir), wrappedFile(dataDir)]) {
    if (existsSync(file)) {
      throw new AppError({
        category: 'conflict',
        code: 'keyring/exists',
        safe: {
          en: `There is a key already (${file}). Nothing was changed.`,
          fr: `Il y a déjà une clé (${file}). Rien n'a été modifié.`,
        },
      });
    }
  }
  const master = randomBytes(MASTER_KEY_BYTES);
  const file = passphrase === undefined ? keyFile(dataDir) : wrappedFile(dataDir);
  const content =
    passphrase === undefined ? master.toString('base64') : JSON.stringify(wrap(master, passphrase));
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${content}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return keyring(passphrase === undefined ? 'file' : 'passphrase', master);
}

/**
 * Opens the key of an existing node.
 * @throws keyring/missing, keyring/permissions, keyring/damaged, keyring/passphrase-needed, keyring/wrong-passphrase
 */
export function openKeyring(options: KeyringOptions): Keyring {
  const credential = readCredential(options);
  if (credential !== undefined) return keyring('credential', credential);
  const { dataDir, passphrase } = options;
  if (existsSync(wrappedFile(dataDir))) {
    refuseLoosePermissions(wrappedFile(dataDir));
    if (passphrase === undefined) {
      throw failure('unauthorized', 'keyring/passphrase-needed', {
        en: 'This node is locked by a passphrase. Give it in ORED_PASSPHRASE_FILE (a 0600 file) or at the prompt.',
        fr: 'Ce nœud est verrouillé par une phrase de passe. Donnez-la par ORED_PASSPHRASE_FILE (un fichier 0600) ou à l’invite.',
      });
    }
    return keyring('passphrase', unwrap(wrappedFile(dataDir), passphrase));
  }
  const file = keyFile(dataDir);
  if (!existsSync(file)) {
    throw failure('unavailable', 'keyring/missing', {
      en: `The key file ${file} is missing, and without it this data cannot be read. Nothing was changed, and no new identity was made. Put the file back (from a backup), then start again.`,
      fr: `Le fichier de clé ${file} manque ; sans lui ces données sont illisibles. Rien n'a été modifié et aucune identité n'a été créée. Remettez le fichier (depuis une sauvegarde), puis relancez.`,
    });
  }
  refuseLoosePermissions(file);
  const master = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (master.length !== MASTER_KEY_BYTES) throw damaged(file);
  return keyring('file', master);
}

function keyring(source: KeySource, master: Uint8Array): Keyring {
  return {
    source,
    derive: (purpose) =>
      new Uint8Array(hkdfSync('sha256', master, '', `O-Red 1 ${purpose}`, MASTER_KEY_BYTES)),
  };
}

function readCredential(options: KeyringOptions): Uint8Array | undefined {
  if (options.credentialsDir === undefined) return undefined;
  const file = join(options.credentialsDir, CREDENTIAL_NAME);
  if (!existsSync(file)) return undefined;
  const master = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (master.length !== MASTER_KEY_BYTES) throw damaged(file);
  return master;
}

function wrap(master: Uint8Array, passphrase: string): z.infer<typeof wrappedSchema> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', passphraseKey(passphrase, salt), nonce);
  const ciphertext = Buffer.concat([cipher.update(master), cipher.final()]);
  return {
    version: 1,
    kdf: 'argon2id',
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

function unwrap(file: string, passphrase: string): Uint8Array {
  const parsed = wrappedSchema.safeParse(readJson(file));
  if (!parsed.success) throw damaged(file, parsed.error);
  const { salt, nonce, ciphertext, tag } = parsed.data;
  const key = passphraseKey(passphrase, Buffer.from(salt, 'base64'));
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'));
    decipher.setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64')), decipher.final()]);
  } catch (error) {
    throw failure(
      'unauthorized',
      'keyring/wrong-passphrase',
      {
        en: 'The passphrase is not the right one. Nothing was changed; try again.',
        fr: "La phrase de passe n'est pas la bonne. Rien n'a été modifié ; réessayez.",
      },
      error,
    );
  }
}

function passphraseKey(passphrase: string, nonce: Uint8Array): Buffer {
  return argon2Sync('argon2id', { ...ARGON2, message: passphrase.normalize('NFKC'), nonce });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw damaged(file, error);
  }
}

function refuseLoosePermissions(file: string): void {
  const { mode, uid } = statSync(file);
  const foreign = process.getuid !== undefined && uid !== process.getuid();
  if ((mode & 0o077) === 0 && !foreign) return;
  throw failure('unavailable', 'keyring/permissions', {
    en: `The key file ${file} can be read by others. Run "chmod 600 ${file}" as its owner, then start again.`,
    fr: `Le fichier de clé ${file} est lisible par d'autres. Faites « chmod 600 ${file} » en tant que son propriétaire, puis relancez.`,
  });
}

function damaged(file: string, cause?: unknown): AppError {
  const safe = {
    en: `The key file ${file} is damaged. Nothing was changed. Restore it from a backup.`,
    fr: `Le fichier de clé ${file} est abîmé. Rien n'a été modifié. Restaurez-le depuis une sauvegarde.`,
  };
  return failure('unavailable', 'keyring/damaged', safe, cause);
}

function failure(
  category: 'unauthorized' | 'unavailable',
  code: `keyring/${string}`,
  safe: Text,
  cause?: unknown,
): AppError {
  return new AppError({ category, code, safe, cause });
}
