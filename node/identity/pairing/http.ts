// Binds the routes of pairing. The new device is nobody until it has its session, so its routes are public.
// They are refused over a line that others can read, as every sign-in is.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import { accountOf, deviceOf, type SignInHttp } from '../sessions/granting.ts';
import * as api from './api.ts';
import { refusals, type PairingView } from './model.ts';
import type { Pairings } from './service.ts';

export function pairingRoutes(
  pairings: Pairings,
  { http, serverUrl }: { readonly http: SignInHttp; readonly serverUrl: () => string },
): BoundRoute[] {
  return [
    bind(api.beginPairing, (_input, context) => {
      const actor = accountOf(context.actor);
      // A device is paired to one that is signed in; the local socket is not.
      if (actor.session_id === undefined) throw refusals.notFound();
      const { view, code } = pairings.begin(actor);
      const url = `${http.originOf(context.request) ?? serverUrl()}/#pair=${code}`;
      return Promise.resolve({ ...shown(view), code, url });
    }),
    bind(api.readPairing, ({ params }, { actor }) =>
      Promise.resolve(shown(pairings.view(accountOf(actor), params.pairing_id))),
    ),
    bind(api.confirmPairing, ({ params, body }, { actor }) => {
      pairings.confirm(accountOf(actor), params.pairing_id, body.number);
      return Promise.resolve();
    }),
    bind(api.refusePairing, ({ params }, { actor }) => {
      pairings.refuse(accountOf(actor), params.pairing_id);
      return Promise.resolve();
    }),
    bind(api.redeemPairing, ({ body }, context) => {
      http.requireSafeLine(context);
      const { view, token } = pairings.redeem(body.code, deviceOf(body.name, context));
      return Promise.resolve({ token, number: view.number ?? '', expires_at: isoTime(view.expiresAt) });
    }),
    bind(api.collectPairing, async ({ body }, context) => {
      http.requireSafeLine(context);
      const grant = await pairings.collect(body.token, context.address);
      if (grant === undefined) return { state: 'waiting' as const, grant: null };
      return { state: 'done' as const, grant: http.answer(context, body.mode, grant) };
    }),
  ];
}

function shown(view: PairingView) {
  return {
    pairing_id: view.pairingId,
    state: view.state,
    number: view.number,
    device_name: view.deviceName,
    expires_at: isoTime(view.expiresAt),
  };
}
