// HTTP contract of posts and the feed.
// Everything here is the owner’s alone; other nodes ask by signed questions.
import { defineRoute } from '#kernel/http/contract.ts';
import { PAGE_MAX } from '#kernel/paging.ts';
import { POST_MEDIA_MAX } from '#protocol/limits.ts';
import { z } from 'zod';

/** An id, or a URI written into the path with its slashes encoded. */
const WHICH_CHARS_MAX = 200;
/** Longer texts are refused with a sentence by the service; beyond this the body itself is too large. */
const TEXT_CHARS_MAX = 100_000;
/** One file ; the media area enforces the same limit. */
const FILE_BYTES_MAX = 50 * 1024 * 1024;
const which = z.strictObject({ id: z.string().min(1).max(WHICH_CHARS_MAX) });
const visibility = z.enum(['public', 'friends', 'private']);
const media = z.array(z.uuid()).max(POST_MEDIA_MAX);

export const postSchema = z.object({
  id: z.string(),
  uri: z.string(),
  author: z.object({ node_id: z.string(), username: z.string(), display_name: z.string() }),
  text: z.string(),
  created_at: z.string(),
  edited_at: z.string().nullable(),
  visibility,
  version: z.number().int(),
  /** `waiting`: the content is still on its author's node. */
  state: z.enum(['here', 'waiting']),
  reply_to: z.string().nullable(),
  media: z.array(
    z.object({
      index: z.number().int(),
      type: z.string(),
      size: z.number().int(),
      name: z.string().nullable(),
      alt: z.string().nullable(),
      width: z.number().int().nullable(),
      height: z.number().int().nullable(),
      thumbnail: z.boolean(),
    }),
  ),
});
const threadSchema = postSchema.extend({
  replies: z.array(postSchema),
  reactions: z.array(z.object({ author: postSchema.shape.author, value: z.string() })),
});

export const createPost = defineRoute({
  id: 'posts.create',
  method: 'POST',
  path: '/api/v1/posts',
  summary: 'Writes a post or an answer; durable, and queued for its readers, when answered',
  audience: 'owner',
  idempotent: true,
  access: { kind: 'post', action: 'create' },
  body: z.strictObject({
    text: z.string().max(TEXT_CHARS_MAX),
    visibility: visibility.optional(),
    media: media.optional(),
    reply_to: z.string().min(1).max(WHICH_CHARS_MAX).optional(),
  }),
  bodyBytesMax: 512 * 1024,
  output: z.object({ id: z.string(), uri: z.string() }),
  status: 201,
});

export const uploadFile = defineRoute({
  id: 'posts.upload',
  method: 'POST',
  path: '/api/v1/posts/files',
  summary: 'Uploads one file as the raw body, for a post that is written next',
  audience: 'owner',
  access: { kind: 'post', action: 'create' },
  query: z.strictObject({ name: z.string().max(1_000).optional(), alt: z.string().max(2_000).optional() }),
  rawBody: { contentType: 'application/octet-stream', bytesMax: FILE_BYTES_MAX },
  output: z.object({
    id: z.string(),
    type: z.string(),
    size: z.number().int(),
    name: z.string().nullable(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
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
  idempotent: true,
  access: { kind: 'post', action: 'update', idFrom: 'id' },
  params: which,
  body: z.strictObject({
    text: z.string().max(TEXT_CHARS_MAX).optional(),
    visibility: visibility.optional(),
    media: media.optional(),
  }),
  bodyBytesMax: 512 * 1024,
  output: z.object({ id: z.string(), uri: z.string(), version: z.number().int() }),
});

export const deletePost = defineRoute({
  id: 'posts.delete',
  method: 'DELETE',
  path: '/api/v1/posts/:id',
  summary: 'Deletes an own post everywhere, or an answer to an own post here',
  audience: 'owner',
  idempotent: true,
  access: { kind: 'post', action: 'delete', idFrom: 'id' },
  params: which,
  status: 204,
});

export const react = defineRoute({
  id: 'posts.react',
  method: 'PUT',
  path: '/api/v1/posts/:id/reaction',
  summary: 'Sets the owner’s reaction to a post, or takes it back',
  audience: 'owner',
  idempotent: true,
  access: { kind: 'post', action: 'react', idFrom: 'id' },
  params: which,
  body: z.strictObject({ value: z.string().max(64).nullable() }),
  status: 204,
});

export const readPostMedia = defineRoute({
  id: 'posts.media',
  method: 'GET',
  path: '/api/v1/posts/:id/media/:index',
  summary: 'The bytes of one file of a post; fetched from its author’s node when it is not here',
  audience: 'owner',
  access: { kind: 'post', action: 'read', idFrom: 'id' },
  params: which.extend({ index: z.coerce.number().int().min(0).max(POST_MEDIA_MAX) }),
  query: z.strictObject({ size: z.enum(['full', 'thumbnail']).default('full') }),
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
    cursor: z.string().max(40).optional(),
  }),
  output: z.object({ items: z.array(postSchema), next_cursor: z.string().nullable() }),
});
