// HTTP contract of the audit trail. The owner reads it; nobody writes it.
// Holds schemas only: the command line loads it too.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { LIST_LIMIT_MAX, WAIT_S_MAX } from './model.ts';

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const entrySchema = z.object({
  seq: z.number().int(),
  at: z.string(),
  type: z.string(),
  subject: z.string(),
  actor: z.string(),
  detail: z.record(z.string(), z.unknown()),
  hash: z.string(),
});
export type EntryView = z.output<typeof entrySchema>;

export const listAuditRoute = defineRoute({
  id: 'audit.list',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Entries, newest first; with `after`, oldest first from there, waiting for new ones if asked',
  audience: 'owner',
  access: { kind: 'audit', action: 'read' },
  query: z.object({
    limit: z.coerce.number().int().min(1).max(LIST_LIMIT_MAX).default(50),
    cursor: seq.optional().describe('next_cursor of the page before'),
    after: seq.optional(),
    wait_s: z.coerce.number().int().min(0).max(WAIT_S_MAX).default(0),
  }),
  output: z.object({ items: z.array(entrySchema), next_cursor: z.number().int().nullable() }),
});

export const verifyAuditRoute = defineRoute({
  id: 'audit.verify',
  method: 'GET',
  path: '/api/v1/audit/verification',
  summary: 'Walk the whole chain and say whether it holds',
  audience: 'owner',
  access: { kind: 'audit', action: 'verify' },
  output: z.object({
    ok: z.boolean(),
    entries: z.number().int(),
    broken_at: z.number().int().nullable(),
    head: z.string(),
  }),
});
