// HTTP contract of the second factor: an authenticator app and its recovery codes.
// The secret and the codes leave the node once, when they are made, to whoever has just proven to be the owner.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { CODE_CHARS_MAX } from './model.ts';

const change = { kind: 'session', action: 'change-second-factor' } as const;
const codes = z.object({ recovery_codes: z.array(z.string()) });

export const readSecondFactor = defineRoute({
  id: 'second-factor.read',
  method: 'GET',
  path: '/api/v1/second-factor',
  summary: 'Whether the second factor is on, and how many recovery codes are left',
  audience: 'owner',
  access: { kind: 'session', action: 'list' },
  output: z.object({ since: z.string().nullable(), recovery_codes_left: z.number().int() }),
});

export const beginSecondFactor = defineRoute({
  id: 'second-factor.begin',
  method: 'POST',
  path: '/api/v1/second-factor/setup',
  summary: 'Make a secret for an authenticator app; it counts once a code of it has been given',
  audience: 'owner',
  access: change,
  stepUp: true,
  output: z.object({
    secret: z.string().describe('Base32, for typing'),
    url: z.string().describe('otpauth: URL, for a QR code'),
  }),
});

export const confirmSecondFactor = defineRoute({
  id: 'second-factor.confirm',
  method: 'POST',
  path: '/api/v1/second-factor',
  summary: 'Turn the second factor on by a code of the app; answers the recovery codes, this once',
  audience: 'owner',
  access: change,
  stepUp: true,
  body: z.strictObject({ code: z.string().min(1).max(CODE_CHARS_MAX) }),
  output: codes,
  status: 201,
});

export const renewRecoveryCodes = defineRoute({
  id: 'second-factor.renew-codes',
  method: 'POST',
  path: '/api/v1/second-factor/recovery-codes',
  summary: 'Ten new recovery codes; the old ones work no more',
  audience: 'owner',
  access: change,
  stepUp: true,
  output: codes,
  status: 201,
});

export const turnOffSecondFactor = defineRoute({
  id: 'second-factor.turn-off',
  method: 'DELETE',
  path: '/api/v1/second-factor',
  summary: 'Turn the second factor off',
  audience: 'owner',
  access: change,
  stepUp: true,
  status: 204,
});
