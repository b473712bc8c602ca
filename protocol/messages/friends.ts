// Friendship: asking, answering, ending. An acceptance counts only when the asked node itself signed it.
// Nobody becomes a friend by the other side's claim (docs/security.md F23).
import { z } from 'zod';
import { field } from '../wire/fields.ts';
import { DISPLAY_NAME_CHARS_MAX, INVITE_CHARS_MAX, NOTE_CHARS_MAX } from '../limits.ts';

/** A friend reads and is read; a follower only reads what is public, and needs no answer. Absent: friend. */
const relationship = z.enum(['friend', 'follower']);

export const friendRequest = z.strictObject({
  created_at: field.timestamp,
  relationship: relationship.optional(),
  note: field.text(NOTE_CHARS_MAX).optional(),
  profile: z.strictObject({ display_name: field.text(DISPLAY_NAME_CHARS_MAX) }),
  invite: z
    .string()
    .max(INVITE_CHARS_MAX)
    .regex(/^[A-Za-z0-9_-]+$/, 'expected an invite code')
    .optional(),
});

export const friendResponse = z.strictObject({
  created_at: field.timestamp,
  /** The id of the `friend_request` that is answered. */
  request_id: field.messageId,
  accepted: z.boolean(),
});

/** The sender no longer holds the connection; without `relationship`: any connection, whatever it was. */
export const connectionEnd = z.strictObject({
  created_at: field.timestamp,
  relationship: relationship.optional(),
});
