// HTTP contract of claiming, signing in and sessions.
// Secrets travel in bodies only, never in a path or a query, where logs would keep them.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { DEVICE_NAME_CHARS_MAX } from '#protocol/limits.ts';
import { CODE_CHARS_MAX } from '../second-factor/model.ts';
import { PASSPHRASE_CHARS_MAX } from './model.ts';

const passphrase = z.string().min(1).max(PASSPHRASE_CHARS_MAX);
export const device = {
  name: z.string().max(DEVICE_NAME_CHARS_MAX).optional().describe('What the list of sessions shows'),
  mode: z
    .enum(['cookie', 'bearer'])
    .default('cookie')
    .describe('cookie: HttpOnly cookies are set; bearer: the answer holds the tokens'),
};
const token = z.string().min(1).max(128);
const proof = {
  passphrase,
  code: z
    .string()
    .min(1)
    .max(CODE_CHARS_MAX)
    .optional()
    .describe('Where the second factor is on: the code of the app, or a recovery code'),
};

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
  summary:
    'Become the owner of a new node, by its claim token; without a passphrase the link stays good until there is one, or a passkey',
  audience: 'public',
  access: { kind: 'claim', action: 'create' },
  body: z.strictObject({ token, passphrase: passphrase.optional(), ...device }),
  output: grantSchema,
  status: 201,
});

export const signInRoute = defineRoute({
  id: 'sessions.create',
  method: 'POST',
  path: '/api/v1/sessions',
  summary: 'Sign in with the passphrase, and a code where the second factor is on',
  audience: 'public',
  access: { kind: 'session', action: 'create' },
  body: z.strictObject({ ...proof, ...device }),
  output: grantSchema,
  status: 201,
});

export const stepUpRoute = defineRoute({
  id: 'sessions.step-up',
  method: 'POST',
  path: '/api/v1/sessions/step-up',
  summary: 'Prove to be the owner by the passphrase, for what asks for it in the next five minutes',
  audience: 'owner',
  access: { kind: 'session', action: 'step-up' },
  body: z.strictObject(proof),
  status: 204,
});

export const proofRoute = defineRoute({
  id: 'sessions.proof',
  method: 'GET',
  path: '/api/v1/sessions/step-up',
  summary:
    'Whether a proof of the last five minutes stands; asked before a download, which cannot ask by itself',
  audience: 'owner',
  access: { kind: 'session', action: 'step-up' },
  stepUp: true,
  status: 204,
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

export const renameSessionRoute = defineRoute({
  id: 'sessions.rename',
  method: 'PATCH',
  path: '/api/v1/sessions/:session_id',
  summary: 'Give a device another name',
  audience: 'owner',
  access: { kind: 'session', action: 'rename', idFrom: 'session_id' },
  params: z.strictObject({ session_id: z.string().max(64) }),
  body: z.strictObject({ name: z.string().trim().min(1).max(DEVICE_NAME_CHARS_MAX) }),
  status: 204,
});

export const endOtherSessionsRoute = defineRoute({
  id: 'sessions.end-others',
  method: 'DELETE',
  path: '/api/v1/sessions',
  summary: 'End all sessions but the one that asks, at once',
  audience: 'owner',
  access: { kind: 'session', action: 'end-others' },
  stepUp: true,
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

export const newPassphraseRoute = defineRoute({
  id: 'identity.new-passphrase',
  method: 'POST',
  path: '/api/v1/passphrase/new',
  summary: 'Make a passphrase for an owner who has lost theirs; by the local socket alone. All sessions end',
  audience: 'owner',
  access: { kind: 'session', action: 'change-passphrase' },
  stepUp: true,
  body: z.strictObject({ language: z.enum(['en', 'fr']) }),
  output: z.object({ passphrase: z.string() }),
});

export const changePassphraseRoute = defineRoute({
  id: 'identity.change-passphrase',
  method: 'PUT',
  path: '/api/v1/passphrase',
  summary: 'Choose a passphrase, or another one, and end all other sessions',
  audience: 'owner',
  access: { kind: 'session', action: 'change-passphrase' },
  stepUp: true,
  body: z.strictObject({ next: passphrase }),
  status: 204,
});
