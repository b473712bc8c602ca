// The edge's own routes: health, the first page, and the owner's status. Their contracts, no code.
// Public ones tell whether the node works and nothing about its owner beyond what the page shows.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';

/** Kinds of resource that the edge registers with access. */
export const publicKind = 'edge.public';
export const nodeKind = 'edge.node';

const publicRead = { kind: publicKind, action: 'read' } as const;

export const readyOutput = z.object({
  status: z.enum(['ready', 'not-ready']),
  checks: z.object({ database: z.boolean(), http: z.boolean(), socket: z.boolean() }),
});
export type Readiness = z.output<typeof readyOutput>;

export const getLive = defineRoute({
  id: 'edge.live',
  method: 'GET',
  path: '/health/live',
  summary: 'The process runs',
  audience: 'public',
  access: publicRead,
  output: z.object({ status: z.literal('live') }),
});

/** 200 or 503 with the same shape, so the handler writes it. */
export const getReady = defineRoute({
  id: 'edge.ready',
  method: 'GET',
  path: '/health/ready',
  summary: 'Database, HTTP and local socket answer',
  audience: 'public',
  access: publicRead,
});

export const getPage = defineRoute({
  id: 'edge.page',
  method: 'GET',
  path: '/',
  summary: 'A page that says what runs here',
  audience: 'public',
  access: publicRead,
});

export const getPageStyle = defineRoute({
  id: 'edge.page-style',
  method: 'GET',
  path: '/page.css',
  summary: 'The style of that page',
  audience: 'public',
  access: publicRead,
});

export const getClaimScript = defineRoute({
  id: 'edge.claim-script',
  method: 'GET',
  path: '/claim.js',
  summary: 'The script of the form behind the claim link',
  audience: 'public',
  access: publicRead,
});

export const statusOutput = z.looseObject({
  server_url: z.string(),
  version: z.string(),
  uptime_s: z.number().int(),
  insecure: z
    .boolean()
    .describe('Whether people may sign in without TLS from other machines (edge.insecure)'),
  database: z.object({ bytes: z.number().int() }),
});
export type Status = z.output<typeof statusOutput>;

export const getStatus = defineRoute({
  id: 'edge.status',
  method: 'GET',
  path: '/api/v1/status',
  summary: 'How this node is',
  audience: 'owner',
  access: { kind: nodeKind, action: 'read' },
  output: statusOutput,
});

export const doctorOutput = z.object({
  healthy: z.boolean(),
  checks: z.array(
    z.object({
      check: z.string(),
      verdict: z.enum(['ok', 'warn', 'fail']),
      /** What was found, and what to do about it, in the asker's language. */
      found: z.string(),
      next: z.string().nullable(),
    }),
  ),
});

export const getDoctor = defineRoute({
  id: 'edge.doctor',
  method: 'GET',
  path: '/api/v1/doctor',
  summary: 'What is wrong with this node, if anything, and what to do; all but the pages of the database',
  audience: 'owner',
  access: { kind: nodeKind, action: 'read' },
  output: doctorOutput,
});
