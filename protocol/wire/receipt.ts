// Receipts: what a node answers once a batch is durable. One line for each envelope, one head for each pair,
// signed by the receiver with purpose "receipt". The line, not the receipt, is what a retry gets again.
// See docs/protocol.md "Receipts".
import { z } from 'zod';
import { field } from './fields.ts';
import type { MessageId, NodeId } from '../ids.ts';
import type { SigningKey } from '../keys.ts';
import { BATCH_ENVELOPES_MAX, GENERATION_MAX, RECEIPT_BYTES_MAX } from '../limits.ts';
import { type DocumentKind, parseDocument, signDocument, verifyDocument } from './signed.ts';

/** accepted: effect done; duplicate: known; refused: final; held: durable behind a gap; later: nothing stored. */
export type Verdict = 'accepted' | 'duplicate' | 'refused' | 'held' | 'later';

export interface ReceiptLine {
  readonly id: MessageId;
  readonly seq: number;
  readonly verdict: Verdict;
  /** Why: required for `refused` and `later`, absent for `accepted`. */
  readonly code?: string | undefined;
  readonly received_at: string;
}

/** The receiver's head for what `from` has sent to it, after consuming all seqs up to `seq`. */
export interface ReceiptHead {
  readonly from: NodeId;
  readonly generation: number;
  readonly seq: number;
  readonly head: string;
}

export interface Receipt {
  readonly version: '1.0';
  /** Who received, and signs. */
  readonly from: NodeId;
  readonly lines: readonly ReceiptLine[];
  readonly heads: readonly ReceiptHead[];
  readonly issued_at: string;
  /** The receiver's clock in milliseconds since 1970, for senders that were told `later`. */
  readonly now: number;
  readonly retry_after_s?: number | undefined;
  readonly signature: string;
}

export type ReceiptFields = Omit<Receipt, 'version' | 'signature'>;

export interface ParsedReceipt {
  readonly receipt: Receipt;
  readonly bytes: Uint8Array;
  readonly signedBytes: Uint8Array;
  readonly signatureBytes: Uint8Array;
}

/** The longest wait that a receiver may ask for: a day. */
const RETRY_AFTER_S_MAX = 86_400;

const line = z
  .strictObject({
    id: field.messageId,
    seq: field.seq,
    verdict: z.enum(['accepted', 'duplicate', 'refused', 'held', 'later']),
    code: field.code.optional(),
    received_at: field.timestamp,
  })
  .refine(
    ({ verdict, code }) =>
      verdict === 'accepted'
        ? code === undefined
        : code !== undefined || verdict === 'held' || verdict === 'duplicate',
    'a refused or later line names its code, an accepted one has none',
  );

const head = z.strictObject({
  from: field.nodeId,
  generation: field.count(GENERATION_MAX),
  seq: field.seq,
  head: field.base64Url({ bytes: 32 }),
});

const KIND: DocumentKind<Receipt> = {
  area: 'receipt',
  purpose: 'receipt',
  bytesMax: RECEIPT_BYTES_MAX,
  schema: z.strictObject({
    version: z.literal('1.0'),
    from: field.nodeId,
    lines: z.array(line).max(BATCH_ENVELOPES_MAX),
    heads: z.array(head).max(BATCH_ENVELOPES_MAX),
    issued_at: field.timestamp,
    now: field.count(Number.MAX_SAFE_INTEGER),
    retry_after_s: field.count(RETRY_AFTER_S_MAX).optional(),
    signature: field.signature,
  }),
};

/** The canonical bytes of a signed receipt. @throws receipt/shape, receipt/too-large */
export function signReceipt(fields: ReceiptFields, key: SigningKey): Uint8Array {
  const { from, lines, heads, issued_at, now, retry_after_s } = fields;
  const document = {
    version: '1.0',
    from,
    lines: lines.map(({ code, ...rest }) => (code === undefined ? rest : { ...rest, code })),
    heads: heads.map((each) => ({ ...each })),
    issued_at,
    now,
    ...(retry_after_s === undefined ? {} : { retry_after_s }),
  };
  return signDocument(KIND, document, key);
}

/** The receipt of canonical bytes, not yet verified. @throws receipt/too-large, receipt/shape, canonical/* */
export function parseReceipt(bytes: Uint8Array): ParsedReceipt {
  const { value, ...rest } = parseDocument(KIND, bytes);
  return { receipt: value, ...rest };
}

/** Whether the receipt's signature holds under a 32-byte public key. */
export function verifyReceipt(parsed: ParsedReceipt, publicKey: Uint8Array): Promise<boolean> {
  return verifyDocument(KIND, { value: parsed.receipt, ...parsed }, publicKey);
}
