// Direct messages: always sealed end to end, there is no plaintext form. `scheme` says how; an unknown scheme is
// refused, never shown. What is inside is canonical JSON of `directMessageContent`.
import { z } from 'zod';
import { field } from '../wire/fields.ts';
import { DIRECT_MESSAGE_CIPHERTEXT_BYTES_MAX, MESSAGE_TEXT_CHARS_MAX } from '../limits.ts';

export const directMessage = z.strictObject({
  scheme: z.literal('hpke'),
  enc: field.base64Url({ bytes: 32 }),
  ciphertext: field.base64Url({ bytesMax: DIRECT_MESSAGE_CIPHERTEXT_BYTES_MAX }),
});

/** The sealed content. */
export const directMessageContent = z.strictObject({
  kind: z.literal('text'),
  created_at: field.timestamp,
  text: z.string().min(1).max(MESSAGE_TEXT_CHARS_MAX),
});
export type DirectMessageContent = z.infer<typeof directMessageContent>;
