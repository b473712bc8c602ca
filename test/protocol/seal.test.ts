// Sealing: held against a second HPKE written here from RFC 9180 on node:crypto, which itself is held against the
// RFC's own vector (the RFC has none for X25519 with AES-256-GCM).
import assert from 'node:assert/strict';
import { createCipheriv, createPrivateKey, createPublicKey, diffieHellman, createHmac } from 'node:crypto';
import { test } from 'node:test';
import {
  MAILBOX_BUCKETS,
  MAILBOX_OVERHEAD_BYTES,
  concatBytes,
  fromBase64Url,
  fromHex,
  fromUtf8,
  generateSealingKeyPair,
  open,
  openFromMailbox,
  seal,
  sealForMailbox,
  sealingKeyPairFromSeed,
  toHex,
  utf8,
} from '#protocol';
import { readVectors, withCode } from './vectors.ts';

const EMPTY = new Uint8Array();

/** Key schedule and first ciphertext of HPKE base mode (RFC 9180 sections 4.1 and 5.1), X25519 and HKDF-SHA256. */
function referenceSeal(options: {
  readonly aead: { id: number; keyBytes: number; cipher: 'aes-128-gcm' | 'aes-256-gcm' };
  readonly skE: Uint8Array;
  readonly pkE: Uint8Array;
  readonly pkR: Uint8Array;
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  readonly plaintext: Uint8Array;
}): { key: string; ciphertext: Uint8Array } {
  const { aead, skE, pkE, pkR } = options;
  const extract = (suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array =>
    hmac(
      salt.length === 0 ? new Uint8Array(32) : salt,
      concatBytes(utf8('HPKE-v1'), suite, utf8(label), ikm),
    );
  const expand = (
    suite: Uint8Array,
    prk: Uint8Array,
    label: string,
    info: Uint8Array,
    length: number,
  ): Uint8Array => {
    const labeled = concatBytes(Uint8Array.of(0, length), utf8('HPKE-v1'), suite, utf8(label), info);
    return hmac(prk, concatBytes(labeled, Uint8Array.of(1))).subarray(0, length); // one block: length <= 32
  };
  const kemSuite = concatBytes(utf8('KEM'), Uint8Array.of(0, 0x20));
  const suite = concatBytes(utf8('HPKE'), Uint8Array.of(0, 0x20, 0, 1, 0, aead.id));
  const dh = diffieHellman({
    privateKey: createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), skE]),
      format: 'der',
      type: 'pkcs8',
    }),
    publicKey: createPublicKey({
      key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), pkR]),
      format: 'der',
      type: 'spki',
    }),
  });
  const eaePrk = extract(kemSuite, EMPTY, 'eae_prk', dh);
  const shared = expand(kemSuite, eaePrk, 'shared_secret', concatBytes(pkE, pkR), 32);
  const context = concatBytes(
    Uint8Array.of(0),
    extract(suite, EMPTY, 'psk_id_hash', EMPTY),
    extract(suite, EMPTY, 'info_hash', options.info),
  );
  const secret = extract(suite, shared, 'secret', EMPTY);
  const key = expand(suite, secret, 'key', context, aead.keyBytes);
  const cipher = createCipheriv(aead.cipher, key, expand(suite, secret, 'base_nonce', context, 12));
  cipher.setAAD(options.aad);
  const body = cipher.update(options.plaintext);
  return { key: toHex(key), ciphertext: concatBytes(body, cipher.final(), cipher.getAuthTag()) };
}

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(data).digest();
}

const AES_128 = { id: 1, keyBytes: 16, cipher: 'aes-128-gcm' } as const;
const AES_256 = { id: 2, keyBytes: 32, cipher: 'aes-256-gcm' } as const;

interface Published {
  readonly aes128gcm: Record<
    'info' | 'pkEm' | 'skEm' | 'pkRm' | 'skRm' | 'key' | 'plaintext' | 'aad' | 'ciphertext',
    string
  >;
  readonly keys: { ikm: string; privateKey: string; publicKey: string }[];
}

test('opens what an independent HPKE sealed, which itself computes the RFC 9180 vector', async () => {
  const rfc = readVectors<Published>('published/hpke-rfc9180').aes128gcm;
  const input = {
    skE: fromHex(rfc.skEm),
    pkE: fromHex(rfc.pkEm),
    pkR: fromHex(rfc.pkRm),
    info: fromHex(rfc.info),
    aad: fromHex(rfc.aad),
    plaintext: fromHex(rfc.plaintext),
  };
  const check = referenceSeal({ aead: AES_128, ...input });
  assert.equal(check.key, rfc.key);
  assert.equal(toHex(check.ciphertext), rfc.ciphertext);
  const { ciphertext } = referenceSeal({ aead: AES_256, ...input });
  const { info, aad } = input;
  const opened = await open({ privateKey: fromHex(rfc.skRm), enc: input.pkE, info, aad, ciphertext });
  assert.equal(toHex(opened), rfc.plaintext);
});

test('derives key pairs as RFC 9180 does', async () => {
  for (const { ikm, privateKey, publicKey } of readVectors<Published>('published/hpke-rfc9180').keys) {
    const pair = await sealingKeyPairFromSeed(fromHex(ikm));
    assert.equal(toHex(pair.privateKey), privateKey);
    assert.equal(toHex(pair.publicKey), publicKey);
  }
  await assert.rejects(sealingKeyPairFromSeed(new Uint8Array(31)), /32 bytes/);
});

interface SealVectors {
  readonly seed: string;
  readonly private_key: string;
  readonly public_key: string;
  readonly direct_message: Record<
    'valid' | 'invalid',
    { name: string; info: string; aad: string; enc: string; ciphertext: string; plaintext?: string }[]
  >;
  readonly mailbox: {
    valid: { box: string; kind: string; content: string }[];
    invalid: { name: string; box: string }[];
  };
}

test('opens the valid vectors and refuses the others, all alike', async () => {
  const vectors = readVectors<SealVectors>('seal');
  const privateKey = fromHex(vectors.private_key);
  assert.equal(toHex((await sealingKeyPairFromSeed(fromHex(vectors.seed))).publicKey), vectors.public_key);
  const opening = (vector: SealVectors['direct_message']['valid'][0]): Promise<Uint8Array> =>
    open({
      privateKey,
      info: fromHex(vector.info),
      aad: utf8(vector.aad),
      enc: fromBase64Url(vector.enc),
      ciphertext: fromBase64Url(vector.ciphertext),
    });
  for (const vector of vectors.direct_message.valid) {
    assert.equal(fromUtf8(await opening(vector)), vector.plaintext);
  }
  assert.equal(vectors.direct_message.invalid.length, 6);
  for (const vector of vectors.direct_message.invalid) {
    await assert.rejects(opening(vector), withCode('seal/not-opened'), vector.name);
  }
  for (const { box, kind, content } of vectors.mailbox.valid) {
    const opened = await openFromMailbox(privateKey, fromBase64Url(box));
    assert.deepEqual([opened.kind, fromUtf8(opened.bytes)], [kind, content]);
  }
  assert.equal(vectors.mailbox.invalid.length, 4);
  for (const { name, box } of vectors.mailbox.invalid) {
    await assert.rejects(openFromMailbox(privateKey, fromBase64Url(box)), withCode('seal/not-opened'), name);
  }
});

test('a box has one of four sizes, whatever it holds', async () => {
  const { publicKey, privateKey } = await generateSealingKeyPair();
  for (const [length, bucket] of [
    [0, 0],
    [1024, 0],
    [1025, 1],
    [4096, 1],
    [16_384, 2],
    [16_385, 3],
    [65_536, 3],
  ] as const) {
    const bytes = new Uint8Array(length).fill(7);
    const box = await sealForMailbox(publicKey, { kind: 'envelope', bytes });
    assert.equal(box.length, MAILBOX_BUCKETS[bucket] + MAILBOX_OVERHEAD_BYTES);
    assert.deepEqual(await openFromMailbox(privateKey, box), { kind: 'envelope', bytes });
  }
  await assert.rejects(
    sealForMailbox(publicKey, { kind: 'receipt', bytes: new Uint8Array(65_537) }),
    withCode('seal/too-large'),
  );
});

test('refuses boxes whose inside is padded in a second way', async () => {
  const { publicKey, privateKey } = await generateSealingKeyPair();
  const info = utf8('ORF/1 mailbox\0');
  const box = async (bucket: number, change: (plaintext: Uint8Array) => void): Promise<Uint8Array> => {
    const plaintext = new Uint8Array(5 + bucket);
    plaintext.set([1, 0, 0, 0, 3, 9, 9, 9]);
    change(plaintext);
    const { enc, ciphertext } = await seal({ to: publicKey, info, aad: Uint8Array.of(1), plaintext });
    return concatBytes(Uint8Array.of(1), enc, ciphertext);
  };
  const opening = async (made: Promise<Uint8Array>): Promise<unknown> =>
    openFromMailbox(privateKey, await made);
  assert.deepEqual(await opening(box(1024, () => undefined)), {
    kind: 'envelope',
    bytes: Uint8Array.of(9, 9, 9),
  });
  const changes: Record<string, Promise<Uint8Array>> = {
    'padding that is not zero': box(1024, (p) => (p[1028] = 1)),
    'unknown kind': box(1024, (p) => (p[0] = 3)),
    'kind zero': box(1024, (p) => (p[0] = 0)),
    'larger bucket than needed': box(4096, () => undefined),
    'length beyond the bucket': box(1024, (p) => (p[3] = 5)),
  };
  for (const [name, made] of Object.entries(changes)) {
    await assert.rejects(opening(made), withCode('seal/not-opened'), name);
  }
});

test('opens a box with any of several keys, and with no other', async () => {
  const [current, old, stranger] = await Promise.all([1, 2, 3].map(() => generateSealingKeyPair()));
  assert.ok(current && old && stranger);
  const box = await sealForMailbox(old.publicKey, { kind: 'receipt', bytes: utf8('x') });
  const opened = await openFromMailbox([current.privateKey, old.privateKey], box);
  assert.equal(opened.kind, 'receipt');
  await assert.rejects(
    openFromMailbox([current.privateKey, stranger.privateKey], box),
    withCode('seal/not-opened'),
  );
  await assert.rejects(openFromMailbox([], box), withCode('seal/not-opened'));
});

test('refuses to seal to bytes that are no key', async () => {
  const sealing = (to: Uint8Array): Promise<unknown> =>
    seal({ to, info: EMPTY, aad: EMPTY, plaintext: EMPTY });
  await assert.rejects(sealing(new Uint8Array(31)), withCode('seal/key'));
  await assert.rejects(sealing(new Uint8Array(32)), withCode('seal/key')); // small order: a shared secret of zeros
});
