// The routes with which the owner says who gets in.
// Types only come from the node's contracts.
import type * as identity from '#node/identity/api.ts';
import type * as pairing from '#node/identity/pairing/api.ts';
import type * as passkeys from '#node/identity/passkeys/api.ts';
import type * as factor from '#node/identity/second-factor/api.ts';
import type * as sessions from '#node/identity/sessions/api.ts';
import { route, type OutputOf } from '../api/route.ts';

export const listSessions = route<typeof sessions.listSessionsRoute>('GET', '/api/v1/sessions');
export const renameSession = route<typeof sessions.renameSessionRoute>(
  'PATCH',
  '/api/v1/sessions/:session_id',
);
export const endSession = route<typeof sessions.endSessionRoute>('DELETE', '/api/v1/sessions/:session_id');
export const endOtherSessions = route<typeof sessions.endOtherSessionsRoute>('DELETE', '/api/v1/sessions');
export const changePassphrase = route<typeof sessions.changePassphraseRoute>('PUT', '/api/v1/passphrase');

export const listPasskeys = route<typeof passkeys.listPasskeys>('GET', '/api/v1/passkeys');
export const renamePasskey = route<typeof passkeys.renamePasskey>('PATCH', '/api/v1/passkeys/:passkey_id');
export const removePasskey = route<typeof passkeys.removePasskey>('DELETE', '/api/v1/passkeys/:passkey_id');

export const readFactor = route<typeof factor.readSecondFactor>('GET', '/api/v1/second-factor');
export const beginFactor = route<typeof factor.beginSecondFactor>('POST', '/api/v1/second-factor/setup');
export const confirmFactor = route<typeof factor.confirmSecondFactor>('POST', '/api/v1/second-factor');
export const renewCodes = route<typeof factor.renewRecoveryCodes>(
  'POST',
  '/api/v1/second-factor/recovery-codes',
);
export const turnOffFactor = route<typeof factor.turnOffSecondFactor>('DELETE', '/api/v1/second-factor');

export const beginPairing = route<typeof pairing.beginPairing>('POST', '/api/v1/pairings');
export const readPairing = route<typeof pairing.readPairing>('GET', '/api/v1/pairings/:pairing_id');
export const confirmPairing = route<typeof pairing.confirmPairing>(
  'POST',
  '/api/v1/pairings/:pairing_id/confirm',
);
export const refusePairing = route<typeof pairing.refusePairing>('DELETE', '/api/v1/pairings/:pairing_id');
export const redeemPairing = route<typeof pairing.redeemPairing>('POST', '/api/v1/pairings/redeem');
export const collectPairing = route<typeof pairing.collectPairing>('POST', '/api/v1/pairings/collect');

export const readIdentity = route<typeof identity.showIdentityRoute>('GET', '/api/v1/identity');

export type Device = OutputOf<typeof listSessions>['items'][number];
export type Passkey = OutputOf<typeof listPasskeys>['items'][number];
export type Pairing = OutputOf<typeof readPairing>;
