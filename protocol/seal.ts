// Sealing: HPKE base mode (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM, one message
// a key. Who sealed is not proven here: the envelope around or inside is signed. A wrong key, a changed byte and a
// changed context all give the same refusal. See docs/protocol.md "Sealing".
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { concatBytes } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import type { Envelope } from './wire/envelope.ts';
import { type AppError, invalid } from './errors.ts';

export interface SealingKeyPair {
  /** Raw X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

const kem = new DhkemX25519HkdfSha256();
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** X25519 public keys and encapsulated keys. */
export const SEAL_ENC_BYTES = 32;
/** The AES-GCM tag at the end of every ciphertext. */
export const SEAL_TAG_BYTES = 16;

/** A fresh key pair. */
export async function generateSealingKeyPair(): Promise<SealingKeyPair> {
  return rawPair(await kem.generateKeyPair());
}

/** The key pair that DeriveKeyPair of RFC 9180 section 7.1.3 makes of at least 32 secret bytes. */
export async function sealingKeyPairFromSeed(seed: Uint8Array): Promise<SealingKeyPair> {
  if (seed.length < 32) throw new Error('a sealing seed has at least 32 bytes');
  return rawPair(await kem.deriveKeyPair(buffer(seed)));
}

/** Seals for the holder of one key. @throws seal/key where `to` is no usable X25519 key */
export async function seal(options: {
  readonly to: Uint8Array;
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  readonly plaintext: Uint8Array;
}): Promise<{ readonly enc: Uint8Array; readonly ciphertext: Uint8Array }> {
  const { to, info, aad, plaintext } = options;
  try {
    const recipientPublicKey = await kem.deserializePublicKey(buffer(to));
    const sealed = await suite.seal(
      { recipientPublicKey, info: buffer(info) },
      buffer(plaintext),
      buffer(aad),
    );
    return { enc: new Uint8Array(sealed.enc), ciphertext: new Uint8Array(sealed.ct) };
  } catch (cause) {
    throw invalid('seal/key', 'The recipient has no usable sealing key.', cause);
  }
}

/** Opens what `seal` made. @throws seal/not-opened for a wrong key, context or byte alike */
export async function open(options: {
  readonly privateKey: Uint8Array;
  readonly enc: Uint8Array;
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  readonly ciphertext: Uint8Array;
}): Promise<Uint8Array> {
  const { privateKey, enc, info, aad, ciphertext } = options;
  if (enc.length !== SEAL_ENC_BYTES || ciphertext.length < SEAL_TAG_BYTES) throw notOpened(undefined);
  try {
    const recipientKey = await kem.importKey('raw', buffer(privateKey), false);
    return new Uint8Array(
      await suite.open(
        { recipientKey, enc: buffer(enc), info: buffer(info) },
        buffer(ciphertext),
        buffer(aad),
      ),
    );
  } catch (cause) {
    throw notOpened(cause);
  }
}

/**
 * What a direct message's seal is bound to: canonical `{from, id, seq, to, type, version}` of its envelope, the
 * parties as node ids only. Addresses and names stay out, so that a message signed anew after a change of address
 * keeps its payload.
 */
export function directMessageAad(
  envelope: Pick<Envelope, 'id' | 'type' | 'seq' | 'from' | 'to'>,
): Uint8Array {
  const { id, type, seq, from, to } = envelope;
  return canonicalize({ version: '1.0', id, type, seq, from: from.node_id, to: to.node_id });
}

export function notOpened(cause: unknown): AppError {
  return invalid(
    'seal/not-opened',
    {
      en: 'This message could not be opened with the keys of this node. It is kept unread.',
      fr: "Ce message n'a pas pu être ouvert avec les clés de ce nœud. Il est conservé sans être lu.",
    },
    cause,
  );
}

async function rawPair(pair: CryptoKeyPair): Promise<SealingKeyPair> {
  return {
    publicKey: new Uint8Array(await kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await kem.serializePrivateKey(pair.privateKey)),
  };
}

/** A copy in an ArrayBuffer of its own: Web Crypto takes no shared memory, and the library no views. */
function buffer(bytes: Uint8Array): ArrayBuffer {
  return concatBytes(bytes).buffer as ArrayBuffer;
}
