// Small secrets (keys, tokens) in the database, wrapped once more by a key derived from the master key.
// The name is authenticated with the value, so that a row copied under another name does not open.
import type { Reader, Tx } from '#kernel/db/database.ts';
import type { Keyring } from '#kernel/keyring.ts';
import type { Random } from '#kernel/ports.ts';
import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { failures, SECRET_BYTES_MAX, TAG_BYTES } from './model.ts';
import * as store from './store.ts';

const NONCE_BYTES = 12;

export interface Secrets {
  /** Keeps or replaces a secret in the caller's transaction. */
  put(tx: Tx, name: string, bytes: Uint8Array): Promise<void>;
  /** The secret, or undefined; inside a write pass `tx`, to see what it wrote. @throws vault/damaged */
  get(name: string, reader?: Reader): Promise<Uint8Array | undefined>;
  remove(tx: Tx, name: string): Promise<void>;
}

export function createSecrets(host: {
  readonly read: Reader;
  readonly keyring: Keyring;
  readonly random: Random;
}): Secrets {
  const key = host.keyring.derive('vault/secrets');
  return {
    async put(tx, name, bytes) {
      assert(bytes.length <= SECRET_BYTES_MAX, 'a secret is small');
      const nonce = host.random.bytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
      const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
      await store.putSecret(tx, { name, nonce: Buffer.from(nonce), ciphertext });
    },
    async get(name, reader = host.read) {
      const row = await store.findSecret(reader, name);
      if (row === undefined) return undefined;
      try {
        const split = row.ciphertext.length - TAG_BYTES;
        const decipher = createDecipheriv('aes-256-gcm', key, row.nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(name)).setAuthTag(row.ciphertext.subarray(split));
        const plain = Buffer.concat([decipher.update(row.ciphertext.subarray(0, split)), decipher.final()]);
        return new Uint8Array(plain);
      } catch (error) {
        throw failures.damaged(error);
      }
    },
    remove: (tx, name) => store.removeSecret(tx, name),
  };
}
