// HTTP contract of people: profile, connections, finding somebody.
// Everything here is the owner’s alone; other nodes speak through messages.
import { defineRoute } from '#kernel/http/contract.ts';
import { PAGE_MAX } from '#kernel/paging.ts';
import {
  BIO_CHARS_MAX,
  DISPLAY_NAME_CHARS_MAX,
  INVITE_NOTE_CHARS_MAX,
  NOTE_CHARS_MAX,
  WHO_CHARS_MAX,
} from '#protocol/limits.ts';
import { z } from 'zod';
import { INVITE_DAYS_MAX, INVITE_USES_MAX } from './invites/limits.ts';
import { slots } from './model.ts';

const who = z.string().trim().min(1).max(WHO_CHARS_MAX);
const access = (action: string): { kind: string; action: string } => ({ kind: 'connection', action });

export const connectionSchema = z.object({
  node_id: z.string(),
  username: z.string(),
  display_name: z.string(),
  /** Where this node has their picture; changes with it. */
  avatar: z.string().nullable(),
  /** `friend`, `follower` (see `direction`) or `blocked`. */
  relationship: z.enum(['friend', 'follower', 'blocked']),
  status: z.enum(['pending', 'accepted', 'rejected']),
  /** Who asked: `out` the owner, `in` the other. */
  direction: z.enum(['in', 'out']),
  note: z.string().nullable(),
  updated_at: z.string(),
});
export type ShownConnection = z.output<typeof connectionSchema>;

const personSchema = z.object({
  node_id: z.string(),
  username: z.string(),
  display_name: z.string().nullable(),
  avatar: z.string().nullable(),
  online: z.boolean().nullable(),
  /** Since when the directory has given them this username, which may have been another person's before. */
  name_since: z.string().nullable(),
  /** The bonds that stand or wait. */
  relationship: z.array(z.string()),
});

export const profileSchema = z.object({
  node_id: z.string(),
  username: z.string(),
  display_name: z.string(),
  bio: z.string(),
  language: z.string().nullable(),
  avatar: z.string().nullable(),
});

export const readProfile = defineRoute({
  id: 'people.profile',
  method: 'GET',
  path: '/api/v1/profile',
  summary: 'The owner’s profile',
  audience: 'owner',
  access: { kind: 'profile', action: 'read' },
  output: profileSchema,
});

export const changeProfile = defineRoute({
  id: 'people.change-profile',
  method: 'PATCH',
  path: '/api/v1/profile',
  summary: 'Changes what is given of the owner’s profile, and tells friends and followers',
  audience: 'owner',
  access: { kind: 'profile', action: 'update' },
  body: z.strictObject({
    display_name: z.string().max(DISPLAY_NAME_CHARS_MAX).optional(),
    bio: z.string().max(BIO_CHARS_MAX).optional(),
    language: z
      .string()
      .max(35)
      .regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/)
      .nullable()
      .optional(),
    avatar: z.uuid().nullable().optional(),
  }),
  output: profileSchema,
  idempotent: true,
});

export const findPeople = defineRoute({
  id: 'people.find',
  method: 'GET',
  path: '/api/v1/people',
  summary: 'People by username, name, address or node id: known ones first, then the directory',
  audience: 'owner',
  access: access('find'),
  query: z.strictObject({ q: who }),
  output: z.object({ items: z.array(personSchema) }),
});

export const readPerson = defineRoute({
  id: 'people.person',
  method: 'GET',
  path: '/api/v1/people/:who',
  summary: 'What is known of one person, fetched from their node when it was not yet',
  audience: 'owner',
  access: access('read'),
  params: z.strictObject({ who }),
  output: profileSchema.extend({
    relationship: z.array(z.string()),
    muted: z.boolean(),
    closed: z.boolean(),
  }),
});

export const listConnections = defineRoute({
  id: 'people.connections',
  method: 'GET',
  path: '/api/v1/connections',
  summary: 'Friends, requests, followers and blocked nodes',
  audience: 'owner',
  access: access('list'),
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX),
    cursor: z
      .string()
      .max(100)
      .regex(new RegExp(`^[A-Za-z0-9]{46} (?:${slots.join('|')})$`))
      .optional(),
  }),
  output: z.object({ items: z.array(connectionSchema), next_cursor: z.string().nullable() }),
});

/** What can be done with one person, each by its own word. */
export const bondActions = [
  'accept',
  'reject',
  'remove',
  'follow',
  'unfollow',
  'block',
  'unblock',
  'mute',
  'unmute',
] as const;
export type BondAction = (typeof bondActions)[number];

export const addFriend = defineRoute({
  id: 'people.add',
  method: 'POST',
  path: '/api/v1/connections',
  summary: 'Asks somebody to be a friend, or accepts what they asked; durable when answered',
  audience: 'owner',
  access: access('create'),
  /** `who` may be an invitation link too. */
  body: z.strictObject({ who, note: z.string().max(NOTE_CHARS_MAX).optional() }),
  output: connectionSchema,
  idempotent: true,
});

export const changeBond = defineRoute({
  id: 'people.change-bond',
  method: 'POST',
  path: '/api/v1/connections/:action',
  summary: 'Accepts, rejects, removes, follows, unfollows, blocks, unblocks, mutes or unmutes one person',
  audience: 'owner',
  access: access('update'),
  params: z.strictObject({ action: z.enum(bondActions) }),
  body: z.strictObject({ who }),
  output: z.object({ node_id: z.string(), username: z.string(), done: z.enum(bondActions) }),
  idempotent: true,
});

export const inviteSchema = z.object({
  id: z.string(),
  /** What is sent to those who are invited; a secret. */
  url: z.string(),
  note: z.string(),
  /** Whoever comes with it is a friend at once. */
  accept: z.boolean(),
  uses: z.number().int(),
  uses_max: z.number().int(),
  created_at: z.string(),
  expires_at: z.string(),
  state: z.enum(['open', 'used', 'expired', 'revoked']),
});
export type ShownInvite = z.output<typeof inviteSchema>;

export const createInvite = defineRoute({
  id: 'people.invite',
  method: 'POST',
  path: '/api/v1/invites',
  summary: 'Makes an invitation link',
  audience: 'owner',
  access: { kind: 'invite', action: 'create' },
  body: z.strictObject({
    /** Whom it is for; nobody else sees it. */
    note: z.string().max(INVITE_NOTE_CHARS_MAX).default(''),
    uses: z.number().int().min(1).max(INVITE_USES_MAX).default(1),
    days: z.number().int().min(1).max(INVITE_DAYS_MAX).default(7),
    accept: z.boolean().default(true),
  }),
  output: inviteSchema,
  status: 201,
  idempotent: true,
});

export const listInvites = defineRoute({
  id: 'people.invites',
  method: 'GET',
  path: '/api/v1/invites',
  summary: 'The owner’s invitations, newest first',
  audience: 'owner',
  access: { kind: 'invite', action: 'list' },
  output: z.object({ items: z.array(inviteSchema) }),
});

export const revokeInvite = defineRoute({
  id: 'people.revoke-invite',
  method: 'DELETE',
  path: '/api/v1/invites/:id',
  summary: 'Takes an invitation back; friends stay friends',
  audience: 'owner',
  access: { kind: 'invite', action: 'delete', idFrom: 'id' },
  params: z.strictObject({ id: z.uuid() }),
  status: 204,
  idempotent: true,
});

export const readAvatar = defineRoute({
  id: 'people.avatar',
  method: 'GET',
  path: '/api/v1/people/:who/avatar',
  summary: 'Somebody’s portrait, fetched from their node when it is not here',
  audience: 'owner',
  access: access('read'),
  params: z.strictObject({ who }),
});
