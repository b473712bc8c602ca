// HTTP contract of the first run, and of what a browser must know before anybody has signed in.
// The public answer tells no more than the first page shows: who lives here, and what works at this address.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { states, steps } from './model.ts';

const why = z.enum(['plain-http', 'ip-address']);

export const contextRoute = defineRoute({
  id: 'welcome.context',
  method: 'GET',
  path: '/api/v1/context',
  summary: 'Whose node this is, and what works at the address where it was opened',
  audience: 'public',
  access: { kind: 'identity', action: 'resolve' },
  output: z.object({
    language: z.enum(['en', 'fr']),
    username: z.string(),
    display_name: z.string(),
    claimed: z.boolean(),
    url: z.string().describe('The address that the owner has given it'),
    /** The owner lets people sign in over lines that others can read. */
    insecure: z.boolean(),
    connection: z.enum(['tls', 'machine', 'plain']).describe('How this request came'),
    secure_context_possible: z.boolean().describe('Service worker, passkeys, push and camera need it'),
    sign_in: z.boolean().describe('Whether claiming and signing in are allowed over this connection'),
    passkeys: z.object({
      available: z.boolean(),
      why: why.nullable(),
      say: z.string().nullable().describe('The same in words'),
    }),
  }),
});

export const welcomeRoute = defineRoute({
  id: 'welcome.read',
  method: 'GET',
  path: '/api/v1/welcome',
  summary: 'How far the first run has come, so that an interrupted one goes on',
  audience: 'owner',
  access: { kind: 'session', action: 'list' },
  output: z.object({
    done: z.boolean(),
    steps: z.array(z.object({ step: z.enum(steps), state: z.enum(states) })),
  }),
});

export const welcomeStepRoute = defineRoute({
  id: 'welcome.step',
  method: 'PUT',
  path: '/api/v1/welcome/:step',
  summary: 'Notes that a step is done, or left for later; credential and kit are done by themselves alone',
  audience: 'owner',
  access: { kind: 'session', action: 'welcome' },
  params: z.strictObject({ step: z.enum(steps) }),
  body: z.strictObject({
    state: z.enum(['done', 'later']).default('done'),
    language: z.enum(['en', 'fr']).optional().describe('With the step language: the one chosen'),
  }),
  status: 204,
});
