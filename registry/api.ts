// The registry's HTTP contract. Public documents are plain JSON; what a node asks in its own name is a signed request
// (docs/protocol.md "Signed requests and tickets"), whose exact bytes are the body, or a registration with its proof of possession.
import { defineRoute } from '#kernel/http/contract.ts';
import { AppError, cleanDisplayName, REQUEST_BYTES_MAX } from '#protocol';
import { z } from 'zod';
import { PAGE_ITEMS_MAX, REGISTER_BYTES_MAX } from './limits.ts';

const nodeId = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{46}$/, 'expected a node id');
const word = z
  .string()
  .min(1)
  .max(64)
  .refine((text) => !/\p{Cc}/u.test(text), 'expected no control characters');
const capability = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a lower-case word');
const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/, 'expected a language tag such as fr');

/** As people's own names: nothing invisible, nothing that turns the direction of writing (docs/protocol.md "Names"). */
const shownName = z
  .string()
  .max(64)
  .refine((text) => text === '' || isDisplayName(text), 'expected a name without invisible characters');

function isDisplayName(text: string): boolean {
  try {
    return cleanDisplayName(text) === text;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** What a node says of itself in the directory; covered by its proof of possession. */
export const listingSchema = z.strictObject({
  display_name: shownName.default(''),
  capabilities: z.array(capability).max(16).default([]),
  region: shownName.default(''),
  language: z.union([language, z.literal('')]).default(''),
  listed: z.boolean().default(true),
});
export type Listing = z.output<typeof listingSchema>;

const summarySchema = z.object({
  node_id: z.string(),
  username: z.string(),
  display_name: z.string(),
  region: z.string(),
  language: z.string(),
  capabilities: z.array(z.string()),
  online: z.boolean(),
  last_seen: z.string(),
  /** Since when the username is this node's here: a name that was freed may have been another's before. */
  name_since: z.string(),
});
export type NodeSummary = z.output<typeof summarySchema>;

const signedRequest = { contentType: 'application/json', bytesMax: REQUEST_BYTES_MAX } as const;
const directory = (action: string) => ({ kind: 'directory', action });
const mailbox = (action: string) => ({ kind: 'mailbox', action });

export const about = defineRoute({
  id: 'registry.about',
  method: 'GET',
  path: '/api/v1/registry',
  summary: 'Who this registry is: its address and the key that signs its receipts',
  audience: 'public',
  access: directory('read'),
  output: z.object({ name: z.string(), url: z.string(), public_key: z.string(), version: z.string() }),
});

export const challenge = defineRoute({
  id: 'nodes.challenge',
  method: 'POST',
  path: '/api/v1/nodes/challenge',
  summary: 'A challenge to sign, valid for two minutes and once',
  audience: 'public',
  access: directory('register'),
  body: z.strictObject({ node_id: nodeId }),
  output: z.object({ challenge: z.string(), expires_at: z.string() }),
});

export const register = defineRoute({
  id: 'nodes.register',
  method: 'POST',
  path: '/api/v1/nodes/register',
  summary: 'Registers a node, or updates it with a fresh proof',
  audience: 'public',
  access: directory('register'),
  body: z.strictObject({
    log: z.string().max(REGISTER_BYTES_MAX),
    record: z.string().max(REGISTER_BYTES_MAX),
    challenge: z.string().max(256),
    proof: z.string().max(128),
    listing: listingSchema,
  }),
  bodyBytesMax: REGISTER_BYTES_MAX,
  output: z.object({
    node_id: z.string(),
    username: z.string(),
    receipt: z.string().describe('Canonical JSON, signed by the registry'),
  }),
  status: 201,
});

export const discover = defineRoute({
  id: 'nodes.discover',
  method: 'GET',
  path: '/api/v1/nodes/discover',
  summary: 'Finds listed nodes, in order of username',
  audience: 'public',
  access: directory('read'),
  query: z.strictObject({
    username: word.optional(),
    q: word.optional().describe('Words; each begins a word of the username, display name or a capability'),
    display_name: word.optional(),
    capability: capability.optional(),
    region: word.optional(),
    language: language.optional(),
    cursor: z.string().max(128).optional(),
    limit: z.coerce.number().int().min(1).max(PAGE_ITEMS_MAX).default(20),
  }),
  output: z.object({ items: z.array(summarySchema), next_cursor: z.string().nullable() }),
});

export const show = defineRoute({
  id: 'nodes.show',
  method: 'GET',
  path: '/api/v1/nodes/:id',
  summary: 'A node with its identity log and signed record, to be verified by who asks',
  audience: 'public',
  access: directory('read'),
  params: z.object({ id: nodeId }),
  output: summarySchema.extend({ log: z.string(), record: z.string(), deactivated: z.boolean() }),
});

export const status = defineRoute({
  id: 'nodes.status',
  method: 'GET',
  path: '/api/v1/nodes/:id/status',
  summary: 'Whether a node is online, when it was last seen, and its record',
  audience: 'public',
  access: directory('read'),
  params: z.object({ id: nodeId }),
  output: z.object({ node_id: z.string(), online: z.boolean(), last_seen: z.string(), record: z.string() }),
});

export const heartbeat = defineRoute({
  id: 'nodes.heartbeat',
  method: 'POST',
  path: '/api/v1/nodes/heartbeat',
  summary: 'A sign of life (signed request, action "heartbeat")',
  audience: 'public',
  access: directory('register'),
  rawBody: signedRequest,
  output: z.object({ now: z.string() }),
});

export const route = defineRoute({
  id: 'messages.route',
  method: 'POST',
  path: '/api/v1/messages/route',
  summary: 'Leaves a sealed box for a node that cannot be reached (signed request, action "mailbox_route")',
  audience: 'public',
  access: mailbox('deposit'),
  rawBody: signedRequest,
  output: z.object({ item_id: z.string() }),
  status: 202,
});

export const collect = defineRoute({
  id: 'messages.collect',
  method: 'POST',
  path: '/api/v1/messages/collect',
  summary: 'The oldest boxes of the asking node; waits for one if asked to (action "mailbox_collect")',
  audience: 'public',
  access: mailbox('collect'),
  rawBody: signedRequest,
  output: z.object({
    items: z.array(z.object({ item_id: z.string(), box: z.string(), received_at: z.string() })),
  }),
});

export const acknowledge = defineRoute({
  id: 'messages.acknowledge',
  method: 'POST',
  path: '/api/v1/messages/ack',
  summary: 'Deletes collected boxes of the asking node (action "mailbox_ack")',
  audience: 'public',
  access: mailbox('collect'),
  rawBody: signedRequest,
  output: z.object({ deleted: z.number().int() }),
});

/** What the signed requests carry in `body`. */
export const emptyBodySchema = z.strictObject({});
export const routeBodySchema = z.strictObject({ to: nodeId, box: z.string().max(REQUEST_BYTES_MAX) });
export const collectBodySchema = z.strictObject({
  wait_s: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).optional(),
  contacts: z
    .strictObject({ salt: z.string().min(16).max(64), digests: z.array(z.string().max(64)) })
    .optional()
    .describe('base64url(SHA-256(salt || node_id)) of each contact, for whom half of the mailbox is kept'),
});
export const acknowledgeBodySchema = z.strictObject({
  item_ids: z.array(z.string().regex(/^\d{1,16}$/)).min(1),
});

export const contracts = [
  about,
  challenge,
  register,
  discover,
  show,
  status,
  heartbeat,
  route,
  collect,
  acknowledge,
] as const;
