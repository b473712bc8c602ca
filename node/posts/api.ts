// HTTP contract of posts and the feed.
// Everything here is the owner’s alone; other nodes ask by signed questions.
import { defineRoute } from '#kernel/http/contract.ts';
import { PAGE_MAX } from '#kernel/paging.ts';
import { POST_MEDIA_MAX } from '#protocol/limits.ts';
import { z } from 'zod';
import { UNDO_S_MAX } from './model.ts';

/** An id, or a URI written into the path with its slashes encoded. */
const WHICH_CHARS_MAX = 200;
/** Longer texts are refused with a sentence by the service; beyond this the body itself is too large. */
const TEXT_CHARS_MAX = 100_000;
/** As with the text: the service refuses one over the protocol's limit with a sentence. */
const WARNING_CHARS_READ_MAX = 2_000;
/** One file ; the media area enforces the same limit. */
const FILE_BYTES_MAX = 50 * 1024 * 1024;
const which = z.strictObject({ id: z.string().min(1).max(WHICH_CHARS_MAX) });
/** As federation counts them (its api.ts says what each word means). */
const deliveryCounts = z.object({
  queued: z.number().int(),
  relayed: z.number().int(),
  accepted: z.number().int(),
  refused: z.number().int(),
  cancelled: z.number().int(),
});
const visibility = z.enum(['public', 'friends', 'private']);
const media = z.array(z.uuid()).max(POST_MEDIA_MAX);

const author = z.object({
  node_id: z.string(),
  username: z.string(),
  display_name: z.string(),
  /** Where the owner's node serves the portrait. */
  avatar: z.string().nullable(),
});
const cursor = z.string().max(40);

export const postSchema = z.object({
  id: z.string(),
  uri: z.string(),
  author,
  /** The owner wrote it. */
  mine: z.boolean(),
  text: z.string(),
  /** Shown alone, until the reader opens what stands behind it: text and files. */
  warning: z.string().nullable(),
  created_at: z.string(),
  edited_at: z.string().nullable(),
  visibility,
  version: z.number().int(),
  /** `waiting`: the content is still on its author's node. */
  state: z.enum(['here', 'waiting']),
  reply_to: z.string().nullable(),
  /** The address where its author says that it stood before it was imported. */
  imported_from: z.string().nullable(),
  media: z.array(
    z.object({
      index: z.number().int(),
      type: z.string(),
      size: z.number().int(),
      name: z.string().nullable(),
      alt: z.string().nullable(),
      width: z.number().int().nullable(),
      height: z.number().int().nullable(),
      /** Pictures have one of at most 320 points a side; large ones also a view of at most 1,280. */
      thumbnail: z.boolean(),
      view: z.boolean(),
      /** `#rrggbb`, to fill the place until the picture is there. */
      color: z.string().nullable(),
      duration_ms: z.number().int().nullable(),
    }),
  ),
  /** Answers that are here. */
  replies_count: z.number().int(),
  /** The most frequent first. */
  reaction_counts: z.array(z.object({ value: z.string(), count: z.number().int() })),
  my_reaction: z.string().nullable(),
  /** People whom an own post reaches now; null for posts of others and for answers. */
  audience: z.number().int().nullable(),
  /** Where an own post or answer stands with those who were told of it; null when nobody was, or 30 days ago. */
  delivery: deliveryCounts.nullable(),
});
const threadSchema = postSchema.extend({
  /** In reading order: each after what it answers. `depth` is 1 for an answer to the post itself. */
  replies: z.array(postSchema.extend({ depth: z.number().int() })),
  reactions: z.array(z.object({ author: postSchema.shape.author, value: z.string() })),
});

export const createPost = defineRoute({
  id: 'posts.create',
  method: 'POST',
  path: '/api/v1/posts',
  summary: 'Writes a post or an answer; durable, and queued for its readers, when answered',
  audience: 'owner',
  access: { kind: 'post', action: 'create' },
  body: z.strictObject({
    text: z.string().max(TEXT_CHARS_MAX),
    /** One line, at most 500 characters. */
    warning: z.string().max(WARNING_CHARS_READ_MAX).optional(),
    visibility: visibility.optional(),
    media: media.optional(),
    reply_to: z.string().min(1).max(WHICH_CHARS_MAX).optional(),
  }),
  bodyBytesMax: 512 * 1024,
  output: z.object({ id: z.string(), uri: z.string() }),
  status: 201,
  idempotent: true,
});

export const uploadFile = defineRoute({
  id: 'posts.upload',
  method: 'POST',
  path: '/api/v1/posts/files',
  summary: 'Uploads one file as the raw body, for a post that is written next',
  audience: 'owner',
  access: { kind: 'post', action: 'create' },
  query: z.strictObject({
    name: z.string().max(1_000).optional(),
    alt: z.string().max(2_000).optional(),
    duration_ms: z.coerce.number().int().min(0).max(86_400_000).optional(),
  }),
  rawBody: { contentType: 'application/octet-stream', bytesMax: FILE_BYTES_MAX },
  output: z.object({
    id: z.string(),
    type: z.string(),
    size: z.number().int(),
    name: z.string().nullable(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    color: z.string().nullable(),
    duration_ms: z.number().int().nullable(),
  }),
  status: 201,
});

export const readPost = defineRoute({
  id: 'posts.read',
  method: 'GET',
  path: '/api/v1/posts/:id',
  summary: 'One post, by id or URI; fetched from its author’s node when it is not here',
  audience: 'owner',
  access: { kind: 'post', action: 'read', idFrom: 'id' },
  params: which,
  output: postSchema,
});

export const readThread = defineRoute({
  id: 'posts.thread',
  method: 'GET',
  path: '/api/v1/posts/:id/thread',
  summary: 'One post with its answers and reactions',
  audience: 'owner',
  access: { kind: 'post', action: 'read', idFrom: 'id' },
  params: which,
  output: threadSchema,
});

export const editPost = defineRoute({
  id: 'posts.edit',
  method: 'PATCH',
  path: '/api/v1/posts/:id',
  summary: 'Makes a new version of an own post; whoever may no longer read it is told to forget it',
  audience: 'owner',
  access: { kind: 'post', action: 'update', idFrom: 'id' },
  params: which,
  body: z.strictObject({
    text: z.string().max(TEXT_CHARS_MAX).optional(),
    /** null or empty takes it away. */
    warning: z.string().max(WARNING_CHARS_READ_MAX).nullable().optional(),
    visibility: visibility.optional(),
    media: media.optional(),
  }),
  bodyBytesMax: 512 * 1024,
  output: z.object({ id: z.string(), uri: z.string(), version: z.number().int() }),
  idempotent: true,
});

export const deletePost = defineRoute({
  id: 'posts.delete',
  method: 'DELETE',
  path: '/api/v1/posts/:id',
  summary: 'Deletes an own post everywhere, or an answer to an own post here',
  audience: 'owner',
  access: { kind: 'post', action: 'delete', idFrom: 'id' },
  params: which,
  status: 204,
  idempotent: true,
});

export const trashPost = defineRoute({
  id: 'posts.trash',
  method: 'POST',
  path: '/api/v1/posts/:id/trash',
  summary: 'Deletes as posts.delete does, but with time to take it back, in which others are not told yet',
  audience: 'owner',
  access: { kind: 'post', action: 'delete', idFrom: 'id' },
  params: which,
  body: z.strictObject({ undo_s: z.number().int().min(1).max(UNDO_S_MAX).default(10) }),
  status: 204,
  idempotent: true,
});

export const restorePost = defineRoute({
  id: 'posts.restore',
  method: 'POST',
  path: '/api/v1/posts/:id/restore',
  summary: 'Takes a deletion back while its time runs',
  audience: 'owner',
  access: { kind: 'post', action: 'delete', idFrom: 'id' },
  params: which,
  status: 204,
  idempotent: true,
});

export const readHistory = defineRoute({
  id: 'posts.history',
  method: 'GET',
  path: '/api/v1/posts/:id/history',
  summary: 'What an own post said before it was edited, newest first',
  audience: 'owner',
  access: { kind: 'post', action: 'read', idFrom: 'id' },
  params: which,
  output: z.object({
    items: z.array(
      z.object({
        version: z.number().int(),
        text: z.string(),
        warning: z.string().nullable(),
        media: z.number().int(),
        visibility,
        created_at: z.string(),
      }),
    ),
  }),
});

export const listPosts = defineRoute({
  id: 'posts.list',
  method: 'GET',
  path: '/api/v1/posts',
  summary: 'The posts of one person that are here, newest first',
  audience: 'owner',
  access: { kind: 'post', action: 'read' },
  query: z.strictObject({
    author: z.string().trim().min(1).max(600),
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
    cursor: z.uuid().optional(),
  }),
  output: z.object({ items: z.array(postSchema), next_cursor: z.string().nullable() }),
});

export const readAudience = defineRoute({
  id: 'posts.audience',
  method: 'GET',
  path: '/api/v1/audience',
  summary: 'How many people a post of each visibility would reach now',
  audience: 'owner',
  access: { kind: 'post', action: 'read' },
  output: z.object({
    people: z.object({
      public: z.number().int(),
      friends: z.number().int(),
      private: z.number().int(),
    }),
  }),
});

export const react = defineRoute({
  id: 'posts.react',
  method: 'PUT',
  path: '/api/v1/posts/:id/reaction',
  summary: 'Sets the owner’s reaction to a post, or takes it back',
  audience: 'owner',
  access: { kind: 'post', action: 'react', idFrom: 'id' },
  params: which,
  body: z.strictObject({ value: z.string().max(64).nullable() }),
  status: 204,
  idempotent: true,
});

export const readPostMedia = defineRoute({
  id: 'posts.media',
  method: 'GET',
  path: '/api/v1/posts/:id/media/:index',
  summary: 'The bytes of one file of a post; fetched from its author’s node when it is not here',
  audience: 'owner',
  access: { kind: 'post', action: 'read', idFrom: 'id' },
  params: which.extend({ index: z.coerce.number().int().min(0).max(POST_MEDIA_MAX) }),
  query: z.strictObject({ size: z.enum(['full', 'view', 'thumbnail']).default('full') }),
});

export const readFeed = defineRoute({
  id: 'posts.feed',
  method: 'GET',
  path: '/api/v1/feed',
  summary: 'What the owner and those they read have posted, newest first',
  audience: 'owner',
  access: { kind: 'post', action: 'read' },
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
    cursor: cursor.optional(),
  }),
  output: z.object({
    items: z.array(postSchema),
    next_cursor: z.string().nullable(),
    /** The place of the first post, for `posts.new`. */
    newest_cursor: z.string().nullable(),
  }),
});

export const countNewPosts = defineRoute({
  id: 'posts.new',
  method: 'GET',
  path: '/api/v1/feed/new',
  summary: 'How many posts of others stand above a place of the feed, up to 100',
  audience: 'owner',
  access: { kind: 'post', action: 'read' },
  query: z.strictObject({ cursor }),
  output: z.object({ count: z.number().int() }),
});
