// HTTP contract of identity: what others may read of this node, and the owner's view with the recovery kit.
// Holds schemas only: the command line loads it too.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';

export const didLogRoute = defineRoute({
  id: 'identity.log',
  method: 'GET',
  path: '/.well-known/did.jsonl',
  summary: 'The identity log (did:webvh)',
  audience: 'public',
  access: { kind: 'identity', action: 'resolve' },
});

export const didDocumentRoute = defineRoute({
  id: 'identity.document',
  method: 'GET',
  path: '/.well-known/did.json',
  summary: 'The DID document, made from the log and the record',
  audience: 'public',
  access: { kind: 'identity', action: 'resolve' },
});

export const webfingerRoute = defineRoute({
  id: 'identity.webfinger',
  method: 'GET',
  path: '/.well-known/webfinger',
  summary: 'WebFinger (RFC 7033) for acct:username@host',
  audience: 'public',
  access: { kind: 'identity', action: 'resolve' },
  query: z.object({ resource: z.string().min(1).max(600) }),
});

export const nodeRoute = defineRoute({
  id: 'identity.node',
  method: 'GET',
  path: '/orf/v1/node',
  summary: 'The signed node record and the identity log, each as its exact text',
  audience: 'public',
  access: { kind: 'identity', action: 'resolve' },
  output: z.object({ record: z.string(), log: z.string() }),
});

export const showIdentityRoute = defineRoute({
  id: 'identity.show',
  method: 'GET',
  path: '/api/v1/identity',
  summary: 'This node’s identity, with its fingerprint for comparison',
  audience: 'owner',
  access: { kind: 'identity', action: 'read' },
  query: z.object({ language: z.enum(['en', 'fr']).optional() }),
  output: z.object({
    /** Whose session asks. */
    account_id: z.string(),
    node_id: z.string(),
    did: z.string(),
    username: z.string(),
    server_url: z.string(),
    fingerprint: z.object({ words: z.array(z.string()), hex: z.array(z.string()) }),
    code: z.string().describe('For a QR code by which another person’s node checks this one'),
    recovery: z.enum(['unconfirmed', 'confirmed']),
    generation: z.number().int(),
    log_head: z.string(),
    record_expires: z.string(),
  }),
});

export const showKitRoute = defineRoute({
  id: 'identity.show-kit',
  method: 'POST',
  path: '/api/v1/identity/kit',
  summary: 'Show the recovery kit, as long as it has not been confirmed',
  audience: 'owner',
  access: { kind: 'identity', action: 'show-kit' },
  stepUp: true,
  body: z.strictObject({ language: z.enum(['en', 'fr']).optional() }),
  output: z.object({
    words: z.array(z.string()),
    code: z.string(),
    check: z.array(z.number().int()).describe('Positions of the words that confirming asks for'),
  }),
});

export const confirmKitRoute = defineRoute({
  id: 'identity.confirm-kit',
  method: 'POST',
  path: '/api/v1/identity/kit/confirm',
  summary: 'Confirm that the kit is written down; the node then erases its copy',
  audience: 'owner',
  access: { kind: 'identity', action: 'confirm-kit' },
  body: z.strictObject({ words: z.array(z.string().max(32)).min(1).max(24) }),
  output: z.object({ recovery: z.enum(['unconfirmed', 'confirmed']) }),
});
