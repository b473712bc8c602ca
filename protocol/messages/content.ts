// Questions between nodes, each answered in the response body and authorised when answered.
// Each is a signed envelope with seq 0, fresh for five minutes; a page is bounded by SYNC_PAGE_MAX.
import { z } from 'zod';
import { field } from '../wire/fields.ts';
import { CURSOR_CHARS_MAX, SYNC_PAGE_MAX } from '../limits.ts';

const page = {
  created_at: field.timestamp,
  cursor: z.string().min(1).max(CURSOR_CHARS_MAX).optional(),
  limit: z.number().int().min(1).max(SYNC_PAGE_MAX),
};

export const contentSync = z.discriminatedUnion('kind', [
  /** Missing envelopes of this pair, by seq, both ends included. */
  z
    .strictObject({
      created_at: field.timestamp,
      kind: z.literal('range'),
      from_seq: field.seq.min(1),
      to_seq: field.seq.min(1),
      limit: z.number().int().min(1).max(SYNC_PAGE_MAX),
    })
    .refine(({ from_seq, to_seq }) => from_seq <= to_seq, 'from_seq is at most to_seq'),
  /** Metadata of the posts that the asking node may see, from a cursor on. */
  z.strictObject({ ...page, kind: z.literal('posts') }),
  /** The asking node's own objects that the answering node holds. */
  z.strictObject({ ...page, kind: z.literal('mine') }),
]);

export const contentGet = z.strictObject({ uri: field.uri });

export const profileGet = z.strictObject({});

export const blobTicket = z.strictObject({ cid: field.cid, uri: field.uri });
