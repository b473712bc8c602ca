// Blob tickets: the author's node lets one bearer fetch one blob for a few minutes by GET with ranges.
// Signed by the issuer with purpose "ticket"; it names its bearer, who proves itself by having been handed it in
// a signed exchange. See docs/protocol.md "Signed requests and tickets".
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { field } from './fields.ts';
import type { Cid, NodeId, Uri } from '../ids.ts';
import type { SigningKey } from '../keys.ts';
import { FRESHNESS_MS, TICKET_BYTES_MAX, TICKET_LIFETIME_MS_MAX } from '../limits.ts';
import { type DocumentKind, parseDocument, signDocument, verifyDocument } from './signed.ts';
import { parseTimestamp } from '../timestamp.ts';

export interface Ticket {
  readonly version: '1.0';
  /** The issuer: the node that serves the blob. */
  readonly from: NodeId;
  /** The bearer. */
  readonly node_id: NodeId;
  readonly cid: Cid;
  /** The object that the blob belongs to, whose visibility was decided. */
  readonly uri: Uri;
  readonly issued_at: string;
  readonly expires: string;
  readonly signature: string;
}

export type TicketFields = Omit<Ticket, 'version' | 'signature'>;

export interface ParsedTicket {
  readonly ticket: Ticket;
  readonly bytes: Uint8Array;
  readonly signedBytes: Uint8Array;
  readonly signatureBytes: Uint8Array;
}

const KIND: DocumentKind<Ticket> = {
  area: 'ticket',
  purpose: 'ticket',
  bytesMax: TICKET_BYTES_MAX,
  schema: z
    .strictObject({
      version: z.literal('1.0'),
      from: field.nodeId,
      node_id: field.nodeId,
      cid: field.cid,
      uri: field.uri,
      issued_at: field.timestamp,
      expires: field.timestamp,
      signature: field.signature,
    })
    .refine(({ issued_at, expires }) => {
      const lifeMs = Date.parse(expires) - Date.parse(issued_at);
      return lifeMs > 0 && lifeMs <= TICKET_LIFETIME_MS_MAX;
    }, 'a ticket lives for at most five minutes'),
};

/** The canonical bytes of a signed ticket. @throws ticket/shape */
export function signTicket(fields: TicketFields, key: SigningKey): Uint8Array {
  const { from, node_id, cid, uri, issued_at, expires } = fields;
  return signDocument(KIND, { version: '1.0', from, node_id, cid, uri, issued_at, expires }, key);
}

/** The ticket of canonical bytes, not yet verified. @throws ticket/too-large, ticket/shape, canonical/* */
export function parseTicket(bytes: Uint8Array): ParsedTicket {
  const { value, ...rest } = parseDocument(KIND, bytes);
  return { ticket: value, ...rest };
}

/** Whether the ticket's signature holds under a 32-byte public key. */
export function verifyTicket(parsed: ParsedTicket, publicKey: Uint8Array): Promise<boolean> {
  return verifyDocument(KIND, { value: parsed.ticket, ...parsed }, publicKey);
}

/** Refuses a ticket that has expired or is issued more than five minutes ahead of this clock. @throws ticket/expired */
export function assertTicketFresh(ticket: Ticket, nowMs: number): void {
  if (parseTimestamp(ticket.expires) > nowMs && parseTimestamp(ticket.issued_at) <= nowMs + FRESHNESS_MS)
    return;
  throw new AppError({
    category: 'invalid',
    code: 'ticket/expired',
    safe: {
      en: 'This download ticket has expired. Nothing was lost; open the file again.',
      fr: "Ce ticket de téléchargement a expiré. Rien n'est perdu ; ouvrez de nouveau le fichier.",
    },
  });
}
