// HTTP contract of conversations: messages, message requests, files of messages, reports.
// Every input is bounded here; texts are judged by the service, which says why it refuses one.
import { defineRoute } from '#kernel/http/contract.ts';
import { PAGE_MAX } from '#kernel/paging.ts';
import { MESSAGE_ATTACHMENTS_MAX } from '#protocol/limits.ts';
import { z } from 'zod';
import { REASON_CHARS_MAX, WHO_CHARS_MAX } from './model.ts';

/** Twice the longest text: what is over it is refused with a sentence, what is far over it is not read at all. */
const TEXT_CHARS_READ_MAX = 40_000;
/** As for a post: media takes no larger file. */
const FILE_BYTES_MAX = 50 * 1024 * 1024;
const TEXT_BODY_BYTES_MAX = 256 * 1024;

const access = (action: string): { kind: string; action: string } => ({ kind: 'message', action });
const who = z.string().trim().min(1).max(WHO_CHARS_MAX);
const limit = z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX);
const timeCursor = z
  .string()
  .max(40)
  .regex(/^\d{1,16}\.\d{1,16}$/);
const author = z.object({ node_id: z.string(), username: z.string() });
/** Where the owner's node serves somebody's portrait. */
const avatar = z.string().nullable();

export const messageSchema = z.object({
  id: z.string(),
  uri: z.string(),
  author,
  /** With whom the conversation is. */
  with: z.string(),
  /** Empty where `state` is `unreadable`. */
  text: z.string(),
  created_at: z.string(),
  /** `unreadable`: no key of this node opens it. */
  state: z.enum(['shown', 'unreadable']),
  reply_to: z.string().optional(),
  attachments: z
    .array(
      z.object({
        position: z.number().int(),
        name: z.string().nullable(),
        type: z.string(),
        size: z.number(),
        /** As its sender says. */
        width: z.number().int().nullable(),
        height: z.number().int().nullable(),
        duration_ms: z.number().int().nullable(),
      }),
    )
    .optional(),
  /** Files of a request that were not taken. */
  withheld: z.number().int().optional(),
  /** Of one's own message: queued, sent, relayed, held, accepted, refused, cancelled. */
  delivery: z.string().optional(),
  reason: z.string().optional(),
});
export type ShownMessage = z.output<typeof messageSchema>;

const threadSchema = z.object({
  node_id: z.string(),
  username: z.string(),
  display_name: z.string(),
  avatar,
  unread: z.number().int(),
  last_at: z.string(),
  newest: messageSchema.nullable(),
});
export type ShownThread = z.output<typeof threadSchema>;

export const reportSchema = z.object({
  id: z.string(),
  about: z.string(),
  node_id: z.string(),
  reason: z.string(),
  created_at: z.string(),
});

export const sendMessage = defineRoute({
  id: 'conversations.send',
  method: 'POST',
  path: '/api/v1/messages',
  summary: 'Sends a message, sealed so that only the two nodes can read it; durable when answered',
  audience: 'owner',
  access: access('create'),
  body: z.strictObject({
    who,
    text: z.string().max(TEXT_CHARS_READ_MAX).default(''),
    reply_to: z.string().max(64).optional(),
    /** Ids of uploaded files; friends only. */
    files: z.array(z.uuid()).max(MESSAGE_ATTACHMENTS_MAX).optional(),
  }),
  bodyBytesMax: TEXT_BODY_BYTES_MAX,
  output: messageSchema,
  status: 201,
  idempotent: true,
});

const uploadedSchema = z.object({
  id: z.string(),
  type: z.string(),
  size: z.number().int(),
  name: z.string().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
});
export type UploadedFile = z.output<typeof uploadedSchema>;

export const uploadFile = defineRoute({
  id: 'conversations.upload',
  method: 'POST',
  path: '/api/v1/messages/files',
  summary: 'Uploads one file as the raw body, for a message that is sent next',
  audience: 'owner',
  access: access('create'),
  query: z.strictObject({ name: z.string().max(1_000).optional() }),
  rawBody: { contentType: 'application/octet-stream', bytesMax: FILE_BYTES_MAX },
  output: uploadedSchema,
  status: 201,
});

export const listMessages = defineRoute({
  id: 'conversations.messages',
  method: 'GET',
  path: '/api/v1/messages',
  summary: 'Messages in both directions, newest first; with one person, or of all conversations',
  audience: 'owner',
  access: access('list'),
  query: z.strictObject({ who: who.optional(), limit, cursor: timeCursor.optional() }),
  output: z.object({
    items: z.array(messageSchema),
    next_cursor: z.string().nullable(),
    /** Who takes part in the conversation with that person; null where there is none, and without a person. */
    conversation: z
      .object({ status: z.enum(['open', 'request', 'declined', 'left']), they_left: z.boolean() })
      .nullable(),
  }),
});

export const listThreads = defineRoute({
  id: 'conversations.threads',
  method: 'GET',
  path: '/api/v1/conversations',
  summary: 'Conversations, or requests of people who are no friends, most recent first',
  audience: 'owner',
  access: access('list'),
  query: z.strictObject({
    status: z.enum(['open', 'request']).default('open'),
    limit,
    cursor: z
      .string()
      .max(80)
      .regex(/^\d{1,16}\.[A-Za-z0-9]{46}$/)
      .optional(),
  }),
  output: z.object({
    items: z.array(threadSchema),
    next_cursor: z.string().nullable(),
    /** Of all conversations with this status, for the number beside the menu. */
    unread: z.number().int(),
  }),
});

export const threadActions = ['accept', 'decline', 'read', 'leave', 'reopen'] as const;
export type ThreadAction = (typeof threadActions)[number];

export const changeThread = defineRoute({
  id: 'conversations.change',
  method: 'POST',
  path: '/api/v1/conversations/:action',
  summary: 'Accepts or declines a message request, marks a conversation as read, leaves it or comes back',
  audience: 'owner',
  access: access('update'),
  params: z.strictObject({ action: z.enum(threadActions) }),
  body: z.strictObject({ who }),
  output: z.object({ node_id: z.string(), username: z.string(), done: z.enum(threadActions) }),
  idempotent: true,
});

export const readAttachment = defineRoute({
  id: 'conversations.attachment',
  method: 'GET',
  path: '/api/v1/messages/:author/:id/files/:position',
  summary: 'A file of a message, fetched from its author’s node when it is not here',
  audience: 'owner',
  access: access('read'),
  params: z.strictObject({
    author: z.string().length(46),
    id: z.uuid(),
    position: z.coerce.number().int().min(0).max(MESSAGE_ATTACHMENTS_MAX),
  }),
});

export const createReport = defineRoute({
  id: 'conversations.report',
  method: 'POST',
  path: '/api/v1/reports',
  summary: 'Keeps a complaint about a person, or about the post or message that an address names',
  audience: 'owner',
  access: { kind: 'report', action: 'create' },
  body: z.strictObject({ about: who, reason: z.string().trim().min(1).max(REASON_CHARS_MAX) }),
  output: reportSchema,
  status: 201,
  idempotent: true,
});

export const listReports = defineRoute({
  id: 'conversations.reports',
  method: 'GET',
  path: '/api/v1/reports',
  summary: 'The owner’s complaints, oldest first',
  audience: 'owner',
  access: { kind: 'report', action: 'list' },
  query: z.strictObject({ limit, cursor: z.uuid().optional() }),
  output: z.object({ items: z.array(reportSchema), next_cursor: z.string().nullable() }),
});
