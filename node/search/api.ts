// HTTP contract of search.
// The index is the owner’s alone.
import { defineRoute } from '#kernel/http/contract.ts';
import { PAGE_MAX } from '#kernel/paging.ts';
import { z } from 'zod';
import { QUERY_CHARS_MAX } from '#protocol/limits.ts';

const foundSchema = z.object({
  kind: z.string(),
  id: z.string(),
  uri: z.string().nullable(),
  author: z.object({ node_id: z.string(), username: z.string() }),
  text: z.string(),
  created_at: z.string(),
  /** Of a message: the node of the other person of its conversation. */
  peer: z.string().nullable(),
});

export const searchRoute = defineRoute({
  id: 'search.find',
  method: 'GET',
  path: '/api/v1/search',
  summary: 'Texts that hold every word of the question, newest first; the last word may be a beginning',
  audience: 'owner',
  access: { kind: 'search', action: 'read' },
  query: z.strictObject({
    q: z.string().min(1).max(QUERY_CHARS_MAX),
    kind: z
      .string()
      .regex(/^[a-z_]{1,32}$/)
      .optional(),
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(20),
    cursor: z.string().max(32).optional(),
  }),
  output: z.object({ items: z.array(foundSchema), next_cursor: z.string().nullable() }),
});
