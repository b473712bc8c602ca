// Posts: announcements of content that stays on its author's node, and replies and reactions that travel as the
// exact text of their signed objects.
import { z } from 'zod';
import { field } from '../wire/fields.ts';
import {
  FETCH_SPREAD_S_MAX,
  OBJECT_BYTES_MAX,
  OBJECT_TEXT_MAX,
  POST_MEDIA_MAX,
  POST_VERSION_MAX,
} from '../limits.ts';

export const visibility = z.enum(['public', 'friends', 'private']);
export type Visibility = z.infer<typeof visibility>;

const version = z.number().int().min(1).max(POST_VERSION_MAX);

/** Metadata only; the content is fetched by those who may. A higher version replaces a lower one. */
export const postShare = z.strictObject({
  created_at: field.timestamp,
  uri: field.uri,
  cid: field.cid,
  version,
  visibility,
  /** Bytes of the object behind `cid`. */
  size: field.count(OBJECT_BYTES_MAX),
  /** Number of media that go with it. */
  media: field.count(POST_MEDIA_MAX),
  edited_at: field.timestamp.optional(),
  /** Whoever fetches the content ahead waits a random part of this: the author knows how many were told. */
  spread_s: field.count(FETCH_SPREAD_S_MAX).optional(),
});

export const postDelete = z.strictObject({
  created_at: field.timestamp,
  uri: field.uri,
  /** The last version that is deleted, with all before it. */
  version,
});

const answer = {
  created_at: field.timestamp,
  uri: field.uri,
  /** What it answers: a post or a reply. */
  parent: field.uri,
  /** The exact bytes of the signed object, as text. */
  object: z.string().min(2).max(OBJECT_TEXT_MAX),
};

export const postReply = z.strictObject(answer);
export const postReaction = z.strictObject(answer);
