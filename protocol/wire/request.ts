// Signed requests to a party that is not a node (a registry): who asks, for what, to whom, and when.
// Bound to one audience and fresh for five minutes; the receiver also remembers ids for that long, so that a
// request counts once. Purpose "request". See docs/protocol.md "Signed requests and tickets".
import { z } from 'zod';
import type { Json, JsonObject } from '../canonical.ts';
import { invalid } from '../errors.ts';
import { field } from './fields.ts';
import type { MessageId, NodeId } from '../ids.ts';
import type { SigningKey } from '../keys.ts';
import { FRESHNESS_MS, REQUEST_BYTES_MAX } from '../limits.ts';
import { type DocumentKind, parseDocument, signDocument, verifyDocument } from './signed.ts';
import { parseTimestamp } from '../timestamp.ts';

export interface SignedRequest {
  readonly version: '1.0';
  readonly id: MessageId;
  /** What is asked for, snake_case: `register`, `mailbox_collect` ... */
  readonly action: string;
  readonly from: NodeId;
  /** The server URL of who shall answer. */
  readonly audience: string;
  readonly timestamp: string;
  readonly body: JsonObject;
  readonly signature: string;
}

export type RequestFields = Omit<SignedRequest, 'version' | 'signature'>;

export interface ParsedRequest {
  readonly request: SignedRequest;
  readonly bytes: Uint8Array;
  readonly signedBytes: Uint8Array;
  readonly signatureBytes: Uint8Array;
}

/** Actions are names, not sentences. */
const ACTION_CHARS_MAX = 48;

const KIND: DocumentKind<SignedRequest> = {
  area: 'request',
  purpose: 'request',
  bytesMax: REQUEST_BYTES_MAX,
  schema: z.strictObject({
    version: z.literal('1.0'),
    id: field.messageId,
    action: z
      .string()
      .max(ACTION_CHARS_MAX)
      .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, 'expected a snake_case name'),
    from: field.nodeId,
    audience: field.serverUrl,
    timestamp: field.timestamp,
    body: z.record(
      z.string(),
      z.custom<Json>(() => true),
    ),
    signature: field.signature,
  }),
};

/** The canonical bytes of a signed request. @throws request/shape, request/too-large, canonical/* */
export function signRequest(fields: RequestFields, key: SigningKey): Uint8Array {
  const { id, action, from, audience, timestamp, body } = fields;
  return signDocument(KIND, { version: '1.0', id, action, from, audience, timestamp, body }, key);
}

/** The request of canonical bytes, not yet verified. @throws request/too-large, request/shape, canonical/* */
export function parseRequest(bytes: Uint8Array): ParsedRequest {
  const { value, ...rest } = parseDocument(KIND, bytes);
  return { request: value, ...rest };
}

/** Whether the request's signature holds under a 32-byte public key. */
export function verifyRequest(parsed: ParsedRequest, publicKey: Uint8Array): Promise<boolean> {
  return verifyDocument(KIND, { value: parsed.request, ...parsed }, publicKey);
}

/** Refuses a moment more than five minutes away from now, in the past or the future. @throws request/stale, timestamp/syntax */
export function assertFresh(timestamp: string, nowMs: number): void {
  if (Math.abs(parseTimestamp(timestamp) - nowMs) > FRESHNESS_MS) {
    throw invalid('request/stale', {
      en: 'The request is more than five minutes away from this clock. Nothing was done; check both clocks and try again.',
      fr: "La demande s'écarte de plus de cinq minutes de cette horloge. Rien n'a été fait ; vérifiez les deux horloges, puis réessayez.",
    });
  }
}
