// Direct messages: always sealed end to end, there is no plaintext form. `scheme` says how; an unknown scheme is
// refused, never shown. What is inside is canonical JSON of `directMessageContent`. See docs/protocol.md "Sealing".
import { z } from 'zod';
import { canonicalize, type Json, parseCanonical } from '../canonical.ts';
import { toBase64Url, fromBase64Url, utf8 } from '../bytes.ts';
import type { Envelope } from '../wire/envelope.ts';
import { invalid } from '../errors.ts';
import { field } from '../wire/fields.ts';
import {
  DIRECT_MESSAGE_CIPHERTEXT_BYTES_MAX,
  FILE_NAME_CHARS_MAX,
  MEDIA_DURATION_MS_MAX,
  MEDIA_SIDE_PIXELS_MAX,
  MESSAGE_ATTACHMENT_BYTES_MAX,
  MESSAGE_ATTACHMENTS_MAX,
  MESSAGE_TEXT_CHARS_MAX,
} from '../limits.ts';
import { directMessageAad, notOpened, open, seal, SEAL_TAG_BYTES } from '../seal.ts';
import { checkShape } from '../wire/signed.ts';
import { isCleanText } from './text.ts';

export const directMessage = z.strictObject({
  scheme: z.literal('hpke'),
  enc: field.base64Url({ bytes: 32 }),
  ciphertext: field.base64Url({ bytesMax: DIRECT_MESSAGE_CIPHERTEXT_BYTES_MAX }),
});
type DirectMessage = z.infer<typeof directMessage>;

const side = z.number().int().min(1).max(MEDIA_SIDE_PIXELS_MAX);

const attachment = z.strictObject({
  /** Of the ciphertext. */
  cid: field.cid,
  key: field.base64Url({ bytes: 32 }),
  /** Bytes of plaintext. */
  size: field.count(MESSAGE_ATTACHMENT_BYTES_MAX),
  type: z
    .string()
    .max(127)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/, 'expected a media type'),
  name: z
    .string()
    .min(1)
    .max(FILE_NAME_CHARS_MAX)
    .refine(
      (name) => isCleanText(name, FILE_NAME_CHARS_MAX) && !/[\n\t/\\]/.test(name),
      'expected a file name',
    )
    .optional(),
  /** What the sender says of a picture, film or sound: room is kept for it, and nothing else depends on it. */
  width: side.optional(),
  height: side.optional(),
  duration_ms: field.count(MEDIA_DURATION_MS_MAX).optional(),
});

/** The sealed content: a text, files, or both. */
export const directMessageContent = z
  .strictObject({
    version: z.literal(1),
    created_at: field.timestamp,
    text: z
      .string()
      .max(MESSAGE_TEXT_CHARS_MAX)
      .refine((text) => isCleanText(text, MESSAGE_TEXT_CHARS_MAX), 'expected a clean text'),
    /** The id of the message of this conversation that it answers. */
    reply_to: field.messageId.optional(),
    attachments: z.array(attachment).min(1).max(MESSAGE_ATTACHMENTS_MAX).optional(),
  })
  .refine(({ text, attachments }) => text !== '' || attachments !== undefined, 'expected a text or a file');
export type DirectMessageContent = z.infer<typeof directMessageContent>;

type SealedFields = Pick<Envelope, 'id' | 'type' | 'seq' | 'from' | 'to'>;
const INFO = utf8('ORF/1 direct_message\0');
const CONTENT_BYTES_MAX = DIRECT_MESSAGE_CIPHERTEXT_BYTES_MAX - SEAL_TAG_BYTES;

/** The plaintext that is sealed. @throws message/content, message/too-long */
export function directMessagePlaintext(content: DirectMessageContent): Uint8Array {
  // The schema's input and output are JSON by construction: absent members are not there at all.
  const checked = checkShape(directMessageContent, content as unknown as Json, 'message/content');
  const bytes = canonicalize(checked as unknown as Json);
  if (bytes.length <= CONTENT_BYTES_MAX) return bytes;
  throw invalid('message/too-long', {
    en: `This message is over ${CONTENT_BYTES_MAX} bytes. Nothing was sent; shorten it, or attach it as a file.`,
    fr: `Ce message dépasse ${CONTENT_BYTES_MAX} octets. Rien n'a été envoyé ; raccourcissez-le ou joignez-le en fichier.`,
  });
}

/** The payload of the one envelope whose fields are given. @throws message/content, message/too-long, seal/key */
export async function sealDirectMessage(
  fields: SealedFields,
  content: DirectMessageContent,
  to: Uint8Array,
): Promise<DirectMessage> {
  const plaintext = directMessagePlaintext(content);
  const sealed = await seal({ to, info: INFO, aad: directMessageAad(fields), plaintext });
  return { scheme: 'hpke', enc: toBase64Url(sealed.enc), ciphertext: toBase64Url(sealed.ciphertext) };
}

/**
 * The content of a payload, tried with each private key in turn (older sealing keys live on for a while).
 * @throws seal/not-opened, canonical/*, message/content
 */
export async function openDirectMessage(
  fields: SealedFields,
  payload: DirectMessage,
  privateKeys: readonly Uint8Array[],
): Promise<DirectMessageContent> {
  const sealed = {
    enc: fromBase64Url(payload.enc, 32),
    ciphertext: fromBase64Url(payload.ciphertext),
    info: INFO,
    aad: directMessageAad(fields),
  };
  let failure: unknown = notOpened(undefined);
  for (const privateKey of privateKeys) {
    let plaintext: Uint8Array;
    try {
      plaintext = await open({ privateKey, ...sealed });
    } catch (error) {
      failure = error;
      continue;
    }
    return checkShape(directMessageContent, parseCanonical(plaintext), 'message/content');
  }
  throw failure;
}
