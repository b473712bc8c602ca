// Sealed direct messages and mailbox boxes. Sealing draws a fresh key each time, so vectors are for opening: the ones
// that the committed file already holds are kept as long as they open, so that a second run changes nothing.
import { existsSync, readFileSync } from 'node:fs';
import {
  type SealingKeyPair,
  canonicalize,
  directMessageAad,
  envelopeSeq,
  formatTimestamp,
  fromBase64Url,
  fromUtf8,
  openFromMailbox,
  seal,
  sealForMailbox,
  sealingKeyPairFromSeed,
  toBase64Url,
  toHex,
  utf8,
} from '#protocol';
import { NOW_MS, alice, bob, messageId } from './fixtures.ts';

const file = new URL('../../protocol/vectors/seal.json', import.meta.url);

async function kept(pair: SealingKeyPair): Promise<object | undefined> {
  if (!existsSync(file)) return undefined;
  const old = JSON.parse(readFileSync(file, 'utf8')) as { mailbox: { valid: { box: string }[] } };
  for (const { box } of old.mailbox.valid) await openFromMailbox(pair.privateKey, fromBase64Url(box));
  return old;
}

export async function sealVectors(): Promise<Record<string, object>> {
  const seed = new Uint8Array(32).fill(3);
  const pair = await sealingKeyPairFromSeed(seed);
  const old = await kept(pair);
  if (old !== undefined) return { seal: old };
  const info = utf8('ORF/1 direct_message\0');
  const envelope = {
    id: messageId(8),
    type: 'direct_message',
    from: alice.party,
    to: bob.party,
    seq: envelopeSeq(1, 8),
  };
  const aad = directMessageAad(envelope);
  const plaintext = canonicalize({
    kind: 'text',
    created_at: formatTimestamp(NOW_MS),
    text: 'Entre nous 🤫',
  });
  const { enc, ciphertext } = await seal({ to: pair.publicKey, info, aad, plaintext });
  const message = {
    info: toHex(info),
    aad: fromUtf8(aad),
    enc: toBase64Url(enc),
    ciphertext: toBase64Url(ciphertext),
  };
  const small = await sealForMailbox(pair.publicKey, { kind: 'envelope', bytes: utf8('{"a":1}') });
  const receipt = await sealForMailbox(pair.publicKey, { kind: 'receipt', bytes: utf8('x'.repeat(1025)) });
  const flipped = Uint8Array.from(small);
  flipped[200] = (flipped[200] as number) ^ 1;
  const version = Uint8Array.from(small);
  version[0] = 2;
  return {
    seal: {
      description:
        'HPKE base mode, X25519, HKDF-SHA256, AES-256-GCM: bytes to open. All refusals are seal/not-opened.',
      seed: toHex(seed),
      private_key: toHex(pair.privateKey),
      public_key: toHex(pair.publicKey),
      direct_message: {
        valid: [{ name: 'a text', ...message, plaintext: fromUtf8(plaintext) }],
        invalid: [
          { name: 'another info', ...message, info: toHex(utf8('ORF/1 mailbox\0')) },
          {
            name: 'signed by another sender',
            ...message,
            aad: fromUtf8(directMessageAad({ ...envelope, from: bob.party })),
          },
          {
            name: 'another seq',
            ...message,
            aad: fromUtf8(directMessageAad({ ...envelope, seq: envelope.seq + 1 })),
          },
          { name: 'cut ciphertext', ...message, ciphertext: toBase64Url(ciphertext.subarray(1)) },
          { name: 'enc of 31 bytes', ...message, enc: toBase64Url(enc.subarray(1)) },
          { name: 'enc of all zeros', ...message, enc: toBase64Url(new Uint8Array(32)) },
        ],
      },
      mailbox: {
        valid: [
          { name: 'an envelope in 1 KiB', box: toBase64Url(small), kind: 'envelope', content: '{"a":1}' },
          {
            name: 'a receipt in 4 KiB',
            box: toBase64Url(receipt),
            kind: 'receipt',
            content: 'x'.repeat(1025),
          },
        ],
        invalid: [
          { name: 'flipped bit', box: toBase64Url(flipped) },
          { name: 'another version', box: toBase64Url(version) },
          { name: 'one byte short', box: toBase64Url(small.subarray(0, -1)) },
          { name: 'nothing', box: '' },
        ],
      },
    },
  };
}
