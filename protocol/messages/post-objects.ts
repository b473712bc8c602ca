// What a signed post, reply or reaction holds (docs/protocol.md "Objects"). The key of each file stands in the
// object itself: whoever may read the post may open its files, and nobody else can.
import { z } from 'zod';
import { field } from '../wire/fields.ts';
import {
  FILE_NAME_CHARS_MAX,
  MEDIA_DURATION_MS_MAX,
  MEDIA_SIDE_PIXELS_MAX,
  POST_MEDIA_MAX,
  POST_TEXT_CHARS_MAX,
  POST_VERSION_MAX,
  POST_WARNING_CHARS_MAX,
} from '../limits.ts';
import { isCleanText } from './text.ts';
import { visibility } from './posts.ts';

const MEDIA_TYPE_CHARS_MAX = 100;
const ALT_CHARS_MAX = 2000;
const ORIGIN_CHARS_MAX = 2_048;

const version = z.number().int().min(1).max(POST_VERSION_MAX);
/** 128 random bits in what is not public: its content address cannot be guessed from its content. */
const salt = field.base64Url({ bytes: 16 });

const sealedFile = {
  /** Address of the ciphertext. */
  cid: field.cid,
  key: field.base64Url({ bytes: 32 }),
  /** Plaintext bytes. */
  size: field.count(Number.MAX_SAFE_INTEGER),
  type: z
    .string()
    .max(MEDIA_TYPE_CHARS_MAX)
    .regex(/^[a-z]+\/[a-z0-9.+-]+$/, 'expected a media type'),
};
/** What is shown beside a file: as clean as the text above it. */
const shown = (charsMax: number): z.ZodType<string> =>
  field.text(charsMax).refine((text) => isCleanText(text, charsMax), 'expected clean text');
const side = z.number().int().min(1).max(MEDIA_SIDE_PIXELS_MAX);

export const mediaItem = z.strictObject({
  ...sealedFile,
  name: shown(FILE_NAME_CHARS_MAX).optional(),
  alt: shown(ALT_CHARS_MAX).optional(),
  width: side.optional(),
  height: side.optional(),
  thumbnail: z.strictObject(sealedFile).optional(),
  /** A picture between the thumbnail and the whole. */
  view: z.strictObject(sealedFile).optional(),
  /** The average colour, shown until the picture is there. */
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/, 'expected #rrggbb')
    .optional(),
  /** Of a sound or film, as its author says. */
  duration_ms: field.count(MEDIA_DURATION_MS_MAX).optional(),
});
export type MediaItem = z.infer<typeof mediaItem>;

/** A post, or, with `parent`, a reply. */
export const postObject = z
  .strictObject({
    type: z.literal('post'),
    version,
    uri: field.uri,
    author: field.nodeId,
    created_at: field.timestamp,
    edited_at: field.timestamp.optional(),
    visibility,
    text: z
      .string()
      .max(POST_TEXT_CHARS_MAX)
      .refine((text) => isCleanText(text, POST_TEXT_CHARS_MAX), 'expected clean text'),
    /** One line: text and files are shown to who chooses to see them. */
    warning: shown(POST_WARNING_CHARS_MAX)
      .refine((line) => line.trim() !== '' && !/[\n\t]/.test(line), 'expected one line')
      .optional(),
    parent: field.uri.optional(),
    media: z.array(mediaItem).min(1).max(POST_MEDIA_MAX).optional(),
    /** Where its author says that it stood before; nobody has checked it, nor the date that came with it. */
    imported_from: shown(ORIGIN_CHARS_MAX)
      .refine((url) => /^https?:\/\/[^\s]+$/.test(url), 'expected an http address')
      .optional(),
    salt: salt.optional(),
  })
  .refine(
    (post) => (post.visibility === 'public') === (post.salt === undefined),
    'salt: all but public posts',
  )
  .refine((post) => post.text !== '' || post.media !== undefined, 'text or media');
export type PostObject = z.infer<typeof postObject>;

/** One emoji can have a dozen code points. */
const REACTION_CHARS_MAX = 32;

export const reactionObject = z.strictObject({
  type: z.literal('reaction'),
  uri: field.uri,
  author: field.nodeId,
  created_at: field.timestamp,
  parent: field.uri,
  value: z
    .string()
    .min(1)
    .max(REACTION_CHARS_MAX)
    .regex(
      /^(?=.*[\p{Extended_Pictographic}\p{Regional_Indicator}])[\p{Emoji}\p{Emoji_Component}]+$/u,
      'expected an emoji',
    ),
  salt,
});
export type ReactionObject = z.infer<typeof reactionObject>;
