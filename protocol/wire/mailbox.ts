// Mailbox boxes: what a relay stores. An outer seal around one envelope or receipt, padded to one of four sizes, so
// that the relay sees neither sender, type nor length. See docs/protocol.md "Sealing".
// Layout: 0x01 || enc (32) || ciphertext of (kind (1) || u32 length || content || zeros to the bucket).
import { concatBytes, utf8 } from '../bytes.ts';
import { AppError } from '../errors.ts';
import { MAILBOX_BUCKETS } from '../limits.ts';
import { SEAL_ENC_BYTES, SEAL_TAG_BYTES, notOpened, open, seal } from '../seal.ts';

export interface MailboxContent {
  readonly kind: 'envelope' | 'receipt';
  readonly bytes: Uint8Array;
}

const VERSION = Uint8Array.of(1);
const INFO = utf8('ORF/1 mailbox\0');
const KINDS = ['envelope', 'receipt'] as const;
const HEADER_BYTES = 5;

/** What a box is larger than its bucket: version, encapsulated key, header, tag. */
export const MAILBOX_OVERHEAD_BYTES = VERSION.length + SEAL_ENC_BYTES + HEADER_BYTES + SEAL_TAG_BYTES;

/** A box for the holder of a sealing key. @throws seal/too-large above the largest bucket, seal/key */
export async function sealForMailbox(to: Uint8Array, content: MailboxContent): Promise<Uint8Array> {
  const { bytes } = content;
  const bucket = MAILBOX_BUCKETS.find((size) => bytes.length <= size);
  if (bucket === undefined) {
    throw new AppError({
      category: 'limit',
      code: 'seal/too-large',
      safe: 'This does not fit a mailbox: 64 KiB at most.',
    });
  }
  const plaintext = new Uint8Array(HEADER_BYTES + bucket);
  plaintext[0] = KINDS.indexOf(content.kind) + 1;
  new DataView(plaintext.buffer).setUint32(1, bytes.length);
  plaintext.set(bytes, HEADER_BYTES);
  const { enc, ciphertext } = await seal({ to, info: INFO, aad: VERSION, plaintext });
  return concatBytes(VERSION, enc, ciphertext);
}

/**
 * The content of a box, tried with each private key in turn (old sealing keys live on for a while).
 * @throws seal/not-opened for a wrong key, size, version, kind or padding alike
 */
export async function openFromMailbox(
  privateKeys: Uint8Array | readonly Uint8Array[],
  box: Uint8Array,
): Promise<MailboxContent> {
  const bucket = box.length - MAILBOX_OVERHEAD_BYTES;
  if (box[0] !== VERSION[0] || !MAILBOX_BUCKETS.some((size) => size === bucket)) throw notOpened(undefined);
  const enc = box.subarray(1, 1 + SEAL_ENC_BYTES);
  const ciphertext = box.subarray(1 + SEAL_ENC_BYTES);
  const keys = privateKeys instanceof Uint8Array ? [privateKeys] : privateKeys;
  let failure: unknown;
  for (const privateKey of keys) {
    let plaintext: Uint8Array;
    try {
      plaintext = await open({ privateKey, enc, info: INFO, aad: VERSION, ciphertext });
    } catch (error) {
      failure = error;
      continue;
    }
    return unpack(plaintext);
  }
  throw notOpened(failure);
}

function unpack(plaintext: Uint8Array): MailboxContent {
  const kind = KINDS[(plaintext[0] as number) - 1];
  const length = new DataView(plaintext.buffer, plaintext.byteOffset).getUint32(1);
  const end = HEADER_BYTES + length;
  const bucket = MAILBOX_BUCKETS.find((size) => length <= size);
  // One spelling here too: the smallest bucket and nothing but zeros, so that padding carries no hidden channel.
  if (
    kind === undefined ||
    bucket !== plaintext.length - HEADER_BYTES ||
    plaintext.subarray(end).some((byte) => byte !== 0)
  ) {
    throw notOpened(undefined);
  }
  return { kind, bytes: plaintext.slice(HEADER_BYTES, end) };
}
