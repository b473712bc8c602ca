// What contacts are told of a person: online state (seq 0, never queued) and changes of the profile.
// Presence is worth nothing late, so it stands outside the chain; a profile change is kept until delivered.
import { z } from 'zod';
import { field } from '../wire/fields.ts';
import { BIO_CHARS_MAX, DISPLAY_NAME_CHARS_MAX, LANGUAGE_TAG_CHARS_MAX } from '../limits.ts';

export const activityUpdate = z.discriminatedUnion('kind', [
  z.strictObject({ created_at: field.timestamp, kind: z.literal('presence'), online: z.boolean() }),
  z.strictObject({
    created_at: field.timestamp,
    kind: z.literal('profile'),
    display_name: field.text(DISPLAY_NAME_CHARS_MAX),
    bio: field.text(BIO_CHARS_MAX).optional(),
    avatar: field.cid.optional(),
    /** A BCP 47 tag: `fr`, `en-GB`. */
    language: z
      .string()
      .max(LANGUAGE_TAG_CHARS_MAX)
      .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'expected a language tag')
      .optional(),
  }),
]);
