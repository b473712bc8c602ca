// HTTP contract of claiming, signing in and sessions.
// Secrets travel in bodies only, never in a path or a query, where logs would keep them.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { PASSPHRASE_CHARS_MAX, SESSION_NAME_CHARS_MAX } from './model.ts';

const passphrase = z.string().min(1).max(PASSPHRASE_CHARS_MAX);
const device = {
  name: z.string().max(SESSION_NAME_CHARS_MAX).optional().describe('What the list of sessions shows'),
  mode: z
    .enum(['cookie', 'bearer'])
    .default('cookie')
    .describe('cookie: HttpOnly cookies are set; bearer: the answer holds the tokens'),
};
const token = z.string().min(1).max(128);

export const grantSchema = z.object({
  session_id: z.string(),
  account_id: z.string(),
  role: z.literal('owner'),
  /** When the access token ends. */
  expires_at: z.string(),
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
});

export const sessionSchema = z.object({
  session_id: z.string(),
  name: z.string(),
  created_at: z.string(),
  seen_at: z.string(),
  expires_at: z.string(),
  current: z.boolean(),
});

export const claimRoute = defineRoute({
  id: 'identity.claim',
  method: 'POST',
  path: '/api/v1/claim',
  summary: 'Become the owner of a new node, by its one-time claim token',
  audience: 'public',
  access: { kind: 'claim', action: 'create' },
  body: z.strictObject({ token, passphrase, ...device }),
  output: grantSchema,
  status: 201,
});

export const signInRoute = defineRoute({
  id: 'sessions.create',
  method: 'POST',
  path: '/api/v1/sessions',
  summary: 'Sign in with the passphrase',
  audience: 'public',
  access: { kind: 'session', action: 'create' },
  body: z.strictObject({ passphrase, ...device }),
  output: grantSchema,
  status: 201,
});

export const refreshRoute = defineRoute({
  id: 'sessions.refresh',
  method: 'POST',
  path: '/api/v1/sessions/refresh',
  summary: 'Renew a session; without a token in the body the cookie is used',
  audience: 'public',
  access: { kind: 'session', action: 'refresh' },
  body: z.strictObject({ refresh_token: token.optional() }),
  output: grantSchema,
});

export const listSessionsRoute = defineRoute({
  id: 'sessions.list',
  method: 'GET',
  path: '/api/v1/sessions',
  summary: 'List the sessions that stand',
  audience: 'owner',
  access: { kind: 'session', action: 'list' },
  output: z.object({ items: z.array(sessionSchema), next_cursor: z.null() }),
});

export const endSessionRoute = defineRoute({
  id: 'sessions.end',
  method: 'DELETE',
  path: '/api/v1/sessions/:session_id',
  summary: 'End one session at once',
  audience: 'owner',
  access: { kind: 'session', action: 'end', idFrom: 'session_id' },
  params: z.strictObject({ session_id: z.string().max(64) }),
  status: 204,
});

export const signOutRoute = defineRoute({
  id: 'sessions.sign-out',
  method: 'POST',
  path: '/api/v1/sign-out',
  summary: 'End the session that asks',
  audience: 'owner',
  access: { kind: 'session', action: 'sign-out' },
  status: 204,
});

export const changePassphraseRoute = defineRoute({
  id: 'identity.change-passphrase',
  method: 'PUT',
  path: '/api/v1/passphrase',
  summary:
    'Change the passphrase and end all other sessions; on the local socket the current one is not asked',
  audience: 'owner',
  access: { kind: 'session', action: 'change-passphrase' },
  body: z.strictObject({ current: passphrase.optional(), next: passphrase }),
  status: 204,
});
