// HTTP contract of pairing a device by QR code.
// The code stands in the fragment of the URL, which browsers send to no server.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { device, grantSchema } from '../sessions/api.ts';

const pair = { kind: 'session', action: 'pair' } as const;
const signIn = { kind: 'session', action: 'create' } as const;
const secret = z.string().min(1).max(64);
const params = z.strictObject({ pairing_id: secret });

const pairingSchema = z.object({
  pairing_id: z.string(),
  state: z.enum(['waiting', 'redeemed', 'confirmed', 'refused', 'done']),
  number: z.string().nullable().describe('To compare with the one that the other device shows'),
  device_name: z.string().nullable(),
  expires_at: z.string(),
});

export const beginPairing = defineRoute({
  id: 'pairing.begin',
  method: 'POST',
  path: '/api/v1/pairings',
  summary: 'A one-time code for another device, to be shown as a QR picture',
  audience: 'owner',
  access: pair,
  stepUp: true,
  output: pairingSchema.extend({ code: z.string(), url: z.string() }),
  status: 201,
});

export const readPairing = defineRoute({
  id: 'pairing.read',
  method: 'GET',
  path: '/api/v1/pairings/:pairing_id',
  summary: 'How a pairing stands',
  audience: 'owner',
  access: { ...pair, idFrom: 'pairing_id' },
  params,
  output: pairingSchema,
});

export const confirmPairing = defineRoute({
  id: 'pairing.confirm',
  method: 'POST',
  path: '/api/v1/pairings/:pairing_id/confirm',
  summary: 'The other device shows this number: let it in',
  audience: 'owner',
  access: { ...pair, idFrom: 'pairing_id' },
  params,
  body: z.strictObject({ number: z.string().max(16) }),
  status: 204,
});

export const refusePairing = defineRoute({
  id: 'pairing.refuse',
  method: 'DELETE',
  path: '/api/v1/pairings/:pairing_id',
  summary: 'Let nobody in by this code',
  audience: 'owner',
  access: { ...pair, idFrom: 'pairing_id' },
  params,
  status: 204,
});

export const redeemPairing = defineRoute({
  id: 'pairing.redeem',
  method: 'POST',
  path: '/api/v1/pairings/redeem',
  summary: 'The new device gives the code; it is shown a number, and waits',
  audience: 'public',
  access: signIn,
  body: z.strictObject({ code: secret, name: device.name }),
  output: z.object({ token: z.string(), number: z.string(), expires_at: z.string() }),
});

export const collectPairing = defineRoute({
  id: 'pairing.collect',
  method: 'POST',
  path: '/api/v1/pairings/collect',
  summary:
    'The session of the new device, once the first one has confirmed the number; asked again until then',
  audience: 'public',
  access: signIn,
  body: z.strictObject({ token: secret, mode: device.mode }),
  output: z.object({ state: z.enum(['waiting', 'done']), grant: grantSchema.nullable() }),
});
