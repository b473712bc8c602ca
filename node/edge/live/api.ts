// What the owner's clients are told as it happens, over the live socket and, where there is none, by asking.
// Both give the same object, so that a client has one way to take it. Kinds and ids only, never content.
import { changeKinds } from '#kernel/changes.ts';
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { CHANGES_WAIT_S_MAX } from '../limits.ts';
import { nodeKind } from '../http/api.ts';

/** The socket; `?after=CURSOR` resumes. Each of its messages is one `changesSchema` as JSON. */
export const LIVE_PATH = '/api/v1/live';

/** Close codes (RFC 6455 leaves 4000 to 4999 to applications). */
export const liveCloseCodes = {
  goingAway: 1001,
  readOnly: 1008,
  /** Sign in again. */
  sessionEnded: 4401,
  /** Too slow: come back with the last cursor. */
  comeBack: 4408,
} as const;

export const cursorSchema = z.string().regex(/^\d{1,15}$/, 'expected a cursor that this node gave');

export const changesSchema = z.object({
  /** Where the client stands after this; it keeps the last one. */
  cursor: z.string(),
  /** What lies between is not told: fetch anew whatever is shown. */
  reset: z.boolean(),
  /** There is more already. */
  more: z.boolean(),
  changes: z.array(z.object({ kind: z.enum(changeKinds), ids: z.array(z.string()) })),
});
export type Changes = z.output<typeof changesSchema>;

export const getChanges = defineRoute({
  id: 'edge.changes',
  method: 'GET',
  path: '/api/v1/changes',
  summary: 'What has changed since a cursor; without one, where the node stands now',
  audience: 'owner',
  access: { kind: nodeKind, action: 'follow' },
  query: z.strictObject({
    after: cursorSchema.optional(),
    wait_s: z.coerce.number().int().min(0).max(CHANGES_WAIT_S_MAX).default(0),
  }),
  output: changesSchema,
});
