// HTTP contract of notifications and of the devices that are woken for them. The owner's alone.
// Names of people come along; texts are made by the client from the kind.
import { defineRoute } from '#kernel/http/contract.ts';
import { PAGE_MAX } from '#kernel/paging.ts';
import { z } from 'zod';
import { ENDPOINT_CHARS_MAX, kinds } from './model.ts';

const kind = z.enum(kinds);
const position = z.string().regex(/^\d{1,15}$/, 'expected a cursor that this node gave');
const person = z.object({
  node_id: z.string(),
  username: z.string(),
  display_name: z.string(),
  avatar: z.string().nullable(),
});

export const noticeSchema = z.object({
  id: z.string(),
  kind,
  /** Newest first; some of those meant by `people`. */
  actors: z.array(person),
  people: z.number().int(),
  count: z.number().int(),
  /** What it is about, a node id or URI: a conversation, a post, a person. */
  target: z.string(),
  /** Of a reply: the owner's post that it answers. */
  about: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  read: z.boolean(),
  /** Its place in the list; up to here can be marked as read. */
  cursor: z.string(),
});
export type NoticeView = z.output<typeof noticeSchema>;
const unreadSchema = z.object({ unread: z.number().int() });

export const listNotices = defineRoute({
  id: 'notifications.list',
  method: 'GET',
  path: '/api/v1/notifications',
  summary: 'Notifications, newest first, with how many are unread in all',
  audience: 'owner',
  access: { kind: 'notification', action: 'list' },
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
    cursor: position.optional(),
    unread: z.enum(['true', 'false']).default('false').describe('Only those that are unread'),
  }),
  output: unreadSchema.extend({ items: z.array(noticeSchema), next_cursor: z.string().nullable() }),
});

export const countNotices = defineRoute({
  id: 'notifications.count',
  method: 'GET',
  path: '/api/v1/notifications/count',
  summary: 'How many notifications are unread',
  audience: 'owner',
  access: { kind: 'notification', action: 'list' },
  output: unreadSchema,
});

export const readNotices = defineRoute({
  id: 'notifications.read',
  method: 'POST',
  path: '/api/v1/notifications/read',
  summary: 'Mark one as read, or all up to a cursor',
  audience: 'owner',
  access: { kind: 'notification', action: 'update' },
  body: z.union([z.strictObject({ id: position }), z.strictObject({ up_to: position })]),
  output: unreadSchema,
});

const setting = z.strictObject({ app: z.boolean(), push: z.boolean() });
const settingsSchema = z.record(kind, setting);

export const readSettings = defineRoute({
  id: 'notifications.settings',
  method: 'GET',
  path: '/api/v1/notifications/settings',
  summary: 'What is shown, and what wakes devices, by kind',
  audience: 'owner',
  access: { kind: 'notification', action: 'read' },
  output: settingsSchema,
});

export const changeSettings = defineRoute({
  id: 'notifications.change-settings',
  method: 'PATCH',
  path: '/api/v1/notifications/settings',
  summary: 'Change what is shown or wakes devices; kinds that are not named stay',
  audience: 'owner',
  access: { kind: 'notification', action: 'update' },
  body: z.partialRecord(kind, setting.partial()),
  output: settingsSchema,
});

export const readPush = defineRoute({
  id: 'notifications.push',
  method: 'GET',
  path: '/api/v1/notifications/push',
  summary: 'The key that browsers subscribe with, and the devices that are woken',
  audience: 'owner',
  access: { kind: 'notification', action: 'read' },
  output: z.object({
    /** `applicationServerKey`, base64url. */
    public_key: z.string(),
    devices: z.array(
      z.object({
        session_id: z.string(),
        /** Of the push service. */
        host: z.string(),
        created_at: z.string(),
        last_woken_at: z.string().nullable(),
        failing: z.boolean(),
        current: z.boolean(),
      }),
    ),
  }),
});

export const subscribe = defineRoute({
  id: 'notifications.subscribe',
  method: 'PUT',
  path: '/api/v1/notifications/push/subscription',
  summary: 'Wake this session’s device from now on; what it gave before is replaced',
  audience: 'owner',
  access: { kind: 'notification', action: 'update' },
  // As PushSubscription.toJSON() of the browser gives it; what else it says is not needed.
  body: z.object({
    endpoint: z.string().min(1).max(ENDPOINT_CHARS_MAX),
    keys: z.object({ p256dh: z.string().max(200), auth: z.string().max(100) }),
  }),
  status: 204,
});

export const unsubscribe = defineRoute({
  id: 'notifications.unsubscribe',
  method: 'DELETE',
  path: '/api/v1/notifications/push/subscription',
  summary: 'Wake this session’s device no longer',
  audience: 'owner',
  access: { kind: 'notification', action: 'update' },
  status: 204,
});
