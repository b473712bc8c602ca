// HTTP contract of discovery: what two people compare to know that they see the same node.
// For the owner only; what other nodes are shown is in identity and federation.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { WHO_CHARS_MAX } from '#protocol/limits.ts';

/** The text of an identity's QR code has about 110 characters. */
const CODE_CHARS_MAX = 300;

export const compareRoute = defineRoute({
  id: 'discovery.compare',
  method: 'GET',
  path: '/api/v1/people/:who/fingerprint',
  summary: 'The fingerprint of somebody’s identity as this node knows it, and whether a scanned code fits it',
  audience: 'owner',
  access: { kind: 'contact', action: 'read' },
  params: z.strictObject({ who: z.string().trim().min(1).max(WHO_CHARS_MAX) }),
  query: z.strictObject({
    language: z.enum(['en', 'fr']).default('en'),
    code: z.string().max(CODE_CHARS_MAX).optional(),
  }),
  output: z.object({
    node_id: z.string(),
    username: z.string(),
    fingerprint: z.object({ words: z.array(z.string()), hex: z.array(z.string()) }),
    code: z.string(),
    /** Two histories of this identity exist: nothing of it is followed until the two people have compared. */
    held: z.boolean(),
    /** Its owner has left: nothing comes from there any more. */
    closed: z.boolean(),
    /** Whether the given code is of this node and key; null without one. */
    matches: z.boolean().nullable(),
  }),
});
