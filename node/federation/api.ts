// HTTP contracts of federation: what other nodes call beside the inbox, and the owner's delivery ledger.
// The inbox itself is a raw route (http.ts), because its cost matters.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';

/** A log of many rotations and a record, as JSON text. */
const INTRODUCTION_BYTES_MAX = 128 * 1024;
export const PAGE_MAX = 100;

const state = z.enum(['queued', 'sent', 'relayed', 'held', 'accepted', 'refused', 'expired', 'cancelled']);
const party = z.object({ node_id: z.string(), username: z.string() });
/** What every view of a message on its way says. */
const onItsWay = z.object({
  /** Of the message, for `federation.cancel` and `federation.retry`. */
  id: z.string(),
  type: z.string(),
  to: party,
  /** The sentence for `reason`, in the asker's language. */
  why: z.string().nullable(),
  attempts: z.number().int(),
  /** When it is tried again; null: at once, or never. */
  next_try_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  can_cancel: z.boolean(),
  can_retry: z.boolean(),
});
const entry = onItsWay.extend({
  state,
  reason: z.string().optional(),
  /** What it tells of: the address of a post or of a private message; null for what passes between nodes. */
  item: z.string().nullable(),
});

export const introduce = defineRoute({
  id: 'federation.introduce',
  method: 'POST',
  path: '/orf/v1/introduce',
  summary: 'A node shows its identity log and record',
  audience: 'public',
  access: { kind: 'federation', action: 'introduce' },
  body: z.strictObject({ record: z.string().max(16 * 1024), log: z.string().max(96 * 1024) }),
  bodyBytesMax: INTRODUCTION_BYTES_MAX,
  output: z.object({ node_id: z.string(), verdict: z.string() }),
});

export const query = defineRoute({
  id: 'federation.query',
  method: 'POST',
  path: '/orf/v1/query',
  summary: 'A node asks a signed question',
  audience: 'public',
  access: { kind: 'federation', action: 'query' },
  rawBody: { contentType: 'application/orf+json', bytesMax: 64 * 1024 },
});

export const blob = defineRoute({
  id: 'federation.blob',
  method: 'GET',
  path: '/orf/v1/blobs/:cid',
  summary: 'The encrypted bytes of a blob, for the bearer of a ticket',
  audience: 'public',
  access: { kind: 'federation', action: 'blob' },
  params: z.object({ cid: z.string().max(80) }),
});

export const listOutbox = defineRoute({
  id: 'federation.outbox',
  method: 'GET',
  path: '/api/v1/outbox',
  summary: 'The delivery ledger, newest first',
  audience: 'owner',
  access: { kind: 'outbox', action: 'list' },
  query: z.object({
    state: state.optional(),
    to: z.string().max(64).optional(),
    cursor: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional(),
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
  }),
  output: z.object({ items: z.array(entry), next_cursor: z.string().nullable() }),
});

export const cancelOutbox = defineRoute({
  id: 'federation.cancel',
  method: 'POST',
  path: '/api/v1/outbox/:id/cancel',
  summary: 'Cancels a message that has not left',
  audience: 'owner',
  access: { kind: 'outbox', action: 'cancel', idFrom: 'id' },
  params: z.object({ id: z.string().max(64) }),
  status: 204,
  idempotent: true,
});

export const retryOutbox = defineRoute({
  id: 'federation.retry',
  method: 'POST',
  path: '/api/v1/outbox/:id/retry',
  summary: 'Tries a waiting message now',
  audience: 'owner',
  access: { kind: 'outbox', action: 'retry', idFrom: 'id' },
  params: z.object({ id: z.string().max(64) }),
  status: 204,
  idempotent: true,
});

/** What screens count: `queued` has not left or waits there behind others; `cancelled` holds what has expired too. */
export const deliveryCountsSchema = z.object({
  queued: z.number().int(),
  relayed: z.number().int(),
  accepted: z.number().int(),
  refused: z.number().int(),
  cancelled: z.number().int(),
});
export type DeliveryCounts = z.output<typeof deliveryCountsSchema>;

const deliverySchema = onItsWay.extend({
  state: z.enum(['queued', 'relayed', 'accepted', 'refused', 'cancelled']),
  expired: z.boolean(),
  reason: z.string().nullable(),
});
export type Delivery = z.output<typeof deliverySchema>;
const item = z.string().min(1).max(200);

export const listDeliveries = defineRoute({
  id: 'federation.deliveries',
  method: 'GET',
  path: '/api/v1/deliveries',
  summary: 'Where one post or message of the owner stands with each who was told of it, and why',
  audience: 'owner',
  access: { kind: 'outbox', action: 'list' },
  query: z.strictObject({
    item,
    cursor: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional(),
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
  }),
  output: z.object({
    items: z.array(deliverySchema),
    counts: deliveryCountsSchema,
    next_cursor: z.string().nullable(),
  }),
});

export const changeDeliveries = defineRoute({
  id: 'federation.change-deliveries',
  method: 'POST',
  path: '/api/v1/deliveries/:action',
  summary: 'Tries an item again with everybody who has not taken it, or cancels what has not left',
  audience: 'owner',
  access: { kind: 'outbox', action: 'retry' },
  params: z.strictObject({ action: z.enum(['retry', 'cancel']) }),
  body: z.strictObject({ item }),
  output: z.object({ changed: z.number().int() }),
  idempotent: true,
});

export const listPeers = defineRoute({
  id: 'federation.peers',
  method: 'GET',
  path: '/api/v1/peers',
  summary: 'Nodes that this one has exchanged messages with',
  audience: 'owner',
  access: { kind: 'outbox', action: 'list' },
  query: z.object({
    cursor: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional(),
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
  }),
  output: z.object({
    items: z.array(
      party.extend({
        standing: z.enum(['contact', 'stranger', 'blocked']),
        failures: z.number().int(),
        last_ok_at: z.string().nullable(),
        /** Where and when its chain head was last seen to differ from what was sent to it. */
        parted: z.object({ seq: z.number().int(), at: z.string() }).nullable(),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
});

export type LedgerEntry = z.output<typeof entry>;
