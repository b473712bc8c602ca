// The words and bounds of federation: who may send what, what a verdict means, how long to wait.
// Pure: no I/O. See docs/protocol.md "Delivery".
import {
  formatUri,
  type AppError,
  type ErrorCategory,
  type ErrorCode,
  type Json,
  type MessageId,
  type NodeId,
  type Party,
} from '#protocol';
import type { ChangeRules } from '#kernel/changes.ts';
import { hintType } from '#kernel/events.ts';
import type { MessageType, Payload } from '#protocol/messages';

/** What the owner made of a node: a contact has its own budget, strangers share one lane, the blocked are refused. */
export type Standing = 'contact' | 'stranger' | 'blocked';

/** Where a message to somebody stands. `held`: durable there, waiting behind a gap; never shown as accepted. */
export type DeliveryState =
  'queued' | 'sent' | 'relayed' | 'held' | 'accepted' | 'refused' | 'expired' | 'cancelled';
export const pendingStates = ['queued', 'sent', 'relayed', 'held'] as const;
export function isPending(state: DeliveryState): boolean {
  return pendingStates.some((pending) => pending === state);
}

/** What the owner's clients are told of: an item's address, or this node's id for the ledger as a whole. */
export const changes: ChangeRules = { [hintType('federation.delivery')]: { kind: 'delivery' } };

/** Under what the owner finds a message of the ledger: the address of what it tells of, else its own. */
export function addressOf(
  message: { readonly item: string | null; readonly id: MessageId },
  self: NodeId,
): string {
  return message.item ?? formatUri({ nodeId: self, kind: 'message', id: message.id });
}

/** A message whose sender is proven and whose payload fits its schema. */
export interface Verified<T extends MessageType = MessageType> {
  readonly id: MessageId;
  /** 0 for presence, which is not kept. */
  readonly seq: number;
  readonly type: T;
  readonly from: NodeId;
  readonly sender: Party;
  readonly payload: Payload<T>;
  readonly receivedAt: number;
  /** The envelope's own bytes, for what is opened or proven later. */
  readonly bytes: Uint8Array;
}

/** A handler's refusal of one message of its batch; what it does not name is accepted. */
export interface Outcome {
  readonly id: MessageId;
  readonly refuse: AppError;
}

/** A signed, fresh question of another node. */
export interface VerifiedRequest<T extends MessageType = MessageType> {
  readonly id: MessageId;
  readonly type: T;
  readonly from: NodeId;
  readonly sender: Party;
  readonly standing: Standing;
  readonly payload: Payload<T>;
}
export type RequestHandler<T extends MessageType> = (request: VerifiedRequest<T>) => Promise<Json>;

/** A stretch of a pair's numbers, both ends included. */
export type SeqRange = readonly [first: number, last: number];

/** Messages held behind a gap, for each pair: a peer that skips cannot fill the disk. */
export const HELD_MAX = 1_000;
/** Envelopes applied in one transaction: bounds how long other writes wait (about 40 ms). */
export const GROUP_ENVELOPES_MAX = 1_024;
/** Envelopes between arrival and commit; beyond this the node answers `later`. */
export const WAITING_ENVELOPES_MAX = 20_000;
/** A timestamp this far ahead means that a clock is wrong: theirs or ours. */
export const FUTURE_MS_MAX = 5 * 60_000;

/** A contact's budget: a thousand posts at once pass; 1,000 a second without end do not. */
export const CONTACT_BUDGET = { ratePerS: 500, burst: 4_000 } as const;
/** A single stranger: a request and its corrections. */
export const STRANGER_BUDGET = { ratePerS: 0.5, burst: 20 } as const;
/** All strangers together: a thousand of them with fresh keys cost no more than this. */
export const STRANGERS_LANE = { ratePerS: 20, burst: 200 } as const;
/** Introductions (each costs a log's verification, about 2 ms) from one /24 or /64. */
export const INTRODUCE_BUDGET = { ratePerS: 2, burst: 60 } as const;
/** Identity updates looked into before their signature is judged (each verifies a log, up to 50 ms), from one /24 or /64. */
export const UPDATE_BUDGET = { ratePerS: 1, burst: 20 } as const;
/** Envelopes whose signature does not hold, from one /24 or /64: each costs a verification. */
export const FORGERY_BUDGET = { ratePerS: 20, burst: 500 } as const;
/** Questions of a contact: one that was away asks for each post that was announced meanwhile. */
export const CONTACT_QUERY_BUDGET = { ratePerS: 200, burst: 2_000 } as const;
/** Questions of any other node: opening a profile and a page of its posts asks for dozens. */
export const QUERY_BUDGET = { ratePerS: 50, burst: 500 } as const;
/** `void`s that one node's questions may make: a restore needs some; asking for ever must not fill the outbox. */
export const VOID_BUDGET = { ratePerS: 0.05, burst: 1_000 } as const;
/** Senders whose state is kept in memory, about 1 KiB each. */
export const PEERS_KEPT_MAX = 10_000;
/** Budget counters kept; the least recently used is forgotten, which only favours the one forgotten. */
export const BUCKETS_KEPT_MAX = 20_000;

/** What was received is remembered this long, to answer a late retry with its first verdict. */
export const INBOX_KEPT_MS = 60 * 86_400_000;
/** Accepted envelopes can be sent again this long, for a receiver that was restored. */
export const OUTBOX_KEPT_MS = 30 * 86_400_000;
/** Types that lose their meaning expire after this. */
export const EXPIRY_MS = 14 * 86_400_000;
/** Messages that wait for one node; more means that it is gone. */
export const QUEUE_PER_PEER_MAX = 100_000;
/** Envelopes and bytes in one delivery. */
export const DELIVERY_ENVELOPES_MAX = 200;
export const DELIVERY_BYTES_MAX = 512 * 1024;
/** Peers served at once; those that failed last time may take only part, so that they never delay the others. */
export const DELIVERIES_MAX = 64;
export const SLOW_DELIVERIES_MAX = 24;

/** What was relayed and never answered for is relayed once more: a registry may have lost it. */
export const RELAY_AGAIN_MS = 3 * 86_400_000;

/** A gap that has stood this long is asked about: what is merely under way arrives sooner. */
export const GAP_ASKED_AFTER_MS = 10_000;

/** These wait until they are accepted or cancelled; every other type expires. */
const lasting: ReadonlySet<string> = new Set([
  'direct_message',
  'conversation_update',
  'post_delete',
  'connection_end',
  'identity_update',
  'friend_request',
  'friend_response',
  'void',
]);
export function expiryOf(type: string, createdAt: number, expiresAfterMs?: number): number | null {
  if (expiresAfterMs !== undefined) return createdAt + expiresAfterMs;
  return lasting.has(type) ? null : createdAt + EXPIRY_MS;
}

export const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 10 * 60_000;
/** A contact seen within a day comes back soon: what waited for it must arrive within 30 s of its return. */
const RETRY_RECENT_MS_MAX = 20_000;
const RECENT_MS = 86_400_000;

/** The pause before the next try: doubles, with jitter of a half, under a ceiling. `unit` is in [0, 1). */
export function retryDelayMs(failures: number, lastOkAgoMs: number, unit: number): number {
  const ceiling = lastOkAgoMs < RECENT_MS ? RETRY_RECENT_MS_MAX : RETRY_MS_MAX;
  const base = Math.min(ceiling, RETRY_MS_MIN * 2 ** Math.min(failures, 20));
  return Math.round(base * (0.5 + unit / 2));
}

/** The answer's HTTP status for a refusal's category, kept with its code so that a retry gets the same. */
const statusByCategory: Readonly<Record<ErrorCategory, number>> = {
  invalid: 422,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  limit: 422,
  unavailable: 503,
  internal: 500,
};
export interface Refusal {
  readonly code: ErrorCode;
  readonly status: number;
}
export function refusalOf(error: AppError): Refusal {
  return { code: error.code, status: statusByCategory[error.category] };
}
export const refusals = {
  seqUsed: { code: 'envelope/seq-used', status: 409 },
  idUsed: { code: 'envelope/id-used', status: 409 },
  oldGeneration: { code: 'envelope/old-generation', status: 409 },
  transientSeq: { code: 'envelope/seq', status: 422 },
  stale: { code: 'envelope/stale', status: 422 },
  unknownType: { code: 'message/unknown-type', status: 422 },
  payload: { code: 'message/payload', status: 422 },
  notContact: { code: 'federation/not-a-contact', status: 403 },
  blocked: { code: 'federation/blocked', status: 403 },
  closed: { code: 'identity/closed', status: 410 },
  handler: { code: 'federation/handler-failed', status: 500 },
  heldFull: { code: 'federation/held-full', status: 429 },
  budget: { code: 'federation/budget', status: 429 },
  future: { code: 'envelope/future', status: 200 },
  busy: { code: 'federation/busy', status: 503 },
} as const satisfies Record<string, Refusal>;

/** Content types of the wire. */
export const mediaTypes = {
  envelope: 'application/orf+json',
  batch: 'application/orf-batch+jsonl',
  receipt: 'application/orf-receipt+json',
} as const;
