// HTTP contract of passkeys: options and responses as browsers make them (PublicKeyCredential.toJSON).
// A response is read leniently in what it may hold besides, strictly in what is checked.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { DEVICE_NAME_CHARS_MAX } from '#protocol/limits.ts';
import { device, grantSchema } from '../sessions/api.ts';
import { RESPONSE_PART_CHARS_MAX } from './model.ts';

const change = { kind: 'session', action: 'change-passkeys' } as const;
const signIn = { kind: 'session', action: 'create' } as const;
const part = z
  .string()
  .max(RESPONSE_PART_CHARS_MAX)
  .regex(/^[\w-]*$/);
const id = part.min(1).max(1_400);
const name = z.string().trim().min(1).max(DEVICE_NAME_CHARS_MAX);
const transport = z.string().max(32);
const extensions = z.object({}).default({});
const params = z.strictObject({ passkey_id: id });

/** What navigator.credentials.create gave, as JSON. */
export const registrationResponse = z.object({
  id,
  rawId: id,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: part,
    attestationObject: part,
    transports: z
      .array(transport)
      .max(8)
      .default([])
      // The library's own list; others that browsers may add say nothing to it.
      .transform((all) =>
        all.filter((one): one is Transport => (transports as readonly string[]).includes(one)),
      ),
  }),
  clientExtensionResults: extensions,
});
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
type Transport = (typeof transports)[number];
export type RegistrationResponse = z.output<typeof registrationResponse>;

/** What navigator.credentials.get gave, as JSON. */
export const assertionResponse = z.object({
  id,
  rawId: id,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: part,
    authenticatorData: part,
    signature: part,
  }),
  clientExtensionResults: extensions,
});
export type AssertionResponse = z.output<typeof assertionResponse>;

export const passkeySchema = z.object({
  passkey_id: z.string(),
  name: z.string(),
  /** The name under which it works. */
  rp_id: z.string(),
  created_at: z.string(),
  used_at: z.string().nullable(),
  backed_up: z.boolean(),
});

export const listPasskeys = defineRoute({
  id: 'passkeys.list',
  method: 'GET',
  path: '/api/v1/passkeys',
  summary: 'The passkeys that sign in here',
  audience: 'owner',
  access: { kind: 'session', action: 'list' },
  output: z.object({ items: z.array(passkeySchema), next_cursor: z.null() }),
});

export const passkeyOptions = defineRoute({
  id: 'passkeys.options',
  method: 'POST',
  path: '/api/v1/passkeys/options',
  summary: 'Options for navigator.credentials.create',
  audience: 'owner',
  access: change,
  stepUp: true,
  output: z.object({
    challenge: z.string(),
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ alg: z.number().int(), type: z.literal('public-key') })),
    timeout: z.number().int(),
    attestation: z.literal('none'),
    authenticatorSelection: z.object({
      residentKey: z.literal('required'),
      requireResidentKey: z.boolean(),
      userVerification: z.literal('required'),
    }),
    excludeCredentials: z.array(
      z.object({ id: z.string(), type: z.literal('public-key'), transports: z.array(z.string()) }),
    ),
  }),
});

export const addPasskey = defineRoute({
  id: 'passkeys.add',
  method: 'POST',
  path: '/api/v1/passkeys',
  summary: 'Register a passkey',
  audience: 'owner',
  access: change,
  stepUp: true,
  body: z.strictObject({ name: name.optional(), response: registrationResponse }),
  bodyBytesMax: 4 * RESPONSE_PART_CHARS_MAX,
  output: passkeySchema,
  status: 201,
});

export const renamePasskey = defineRoute({
  id: 'passkeys.rename',
  method: 'PATCH',
  path: '/api/v1/passkeys/:passkey_id',
  summary: 'Give a passkey another name',
  audience: 'owner',
  access: { ...change, idFrom: 'passkey_id' },
  params,
  body: z.strictObject({ name }),
  status: 204,
});

export const removePasskey = defineRoute({
  id: 'passkeys.remove',
  method: 'DELETE',
  path: '/api/v1/passkeys/:passkey_id',
  summary: 'Remove a passkey; the last way to sign in stays',
  audience: 'owner',
  access: { ...change, idFrom: 'passkey_id' },
  stepUp: true,
  params,
  status: 204,
});

export const passkeyChallenge = defineRoute({
  id: 'passkeys.challenge',
  method: 'POST',
  path: '/api/v1/passkeys/challenge',
  summary: 'Options for navigator.credentials.get, to sign in or to step up; names nobody',
  audience: 'public',
  access: signIn,
  output: z.object({
    challenge: z.string(),
    rpId: z.string(),
    timeout: z.number().int(),
    userVerification: z.literal('required'),
    allowCredentials: z.tuple([]),
  }),
});

export const signInByPasskey = defineRoute({
  id: 'sessions.create-by-passkey',
  method: 'POST',
  path: '/api/v1/sessions/passkey',
  summary: 'Sign in with a passkey, without a name or passphrase',
  audience: 'public',
  access: signIn,
  body: z.strictObject({ response: assertionResponse, ...device }),
  bodyBytesMax: 4 * RESPONSE_PART_CHARS_MAX,
  output: grantSchema,
  status: 201,
});

export const stepUpByPasskey = defineRoute({
  id: 'sessions.step-up-by-passkey',
  method: 'POST',
  path: '/api/v1/sessions/step-up/passkey',
  summary: 'Prove to be the owner by a passkey, for what asks for it in the next five minutes',
  audience: 'owner',
  access: { kind: 'session', action: 'step-up' },
  body: z.strictObject({ response: assertionResponse }),
  bodyBytesMax: 4 * RESPONSE_PART_CHARS_MAX,
  status: 204,
});
