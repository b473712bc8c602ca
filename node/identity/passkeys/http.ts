// Binds the routes of passkeys. Where they cannot work (plain http, a bare address) each says so, before it asks more.
// It decides nothing else.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import { DEVICE_NAME_CHARS_MAX } from '#protocol/limits.ts';
import { cleanText } from '#protocol/messages';
import type { IncomingMessage } from 'node:http';
import { accountOf, deviceOf, type SignInHttp } from '../sessions/granting.ts';
import * as api from './api.ts';
import type { Passkey, Place } from './model.ts';
import { placeOf } from './place.ts';
import type { Passkeys } from './service.ts';

export function passkeyRoutes(passkeys: Passkeys, http: SignInHttp): BoundRoute[] {
  const place = (request: IncomingMessage): Place => placeOf(request, http.transportOf(request));
  return [
    bind(api.listPasskeys, async () => ({ items: (await passkeys.list()).map(shown), next_cursor: null })),
    bind(api.passkeyOptions, (_input, { actor, request }) =>
      passkeys.registrationOptions(accountOf(actor), place(request)),
    ),
    bind(api.addPasskey, async ({ body }, context) => {
      const named = body.name ?? deviceOf(undefined, context).name;
      const options = { place: place(context.request), name: cleanText(named, DEVICE_NAME_CHARS_MAX) };
      return shown(await passkeys.register(accountOf(context.actor), body.response, options));
    }),
    bind(api.renamePasskey, ({ params, body }) =>
      passkeys.rename(params.passkey_id, cleanText(body.name, DEVICE_NAME_CHARS_MAX)),
    ),
    bind(api.removePasskey, ({ params }, { actor }) => passkeys.remove(actor, params.passkey_id)),
    bind(api.passkeyChallenge, (_input, { request }) =>
      Promise.resolve(passkeys.assertionOptions(place(request))),
    ),
    bind(api.signInByPasskey, async ({ body }, context) => {
      const from = place(context.request);
      const grant = await passkeys.signIn(body.response, from, deviceOf(body.name, context));
      return http.answer(context, body.mode, grant);
    }),
    bind(api.stepUpByPasskey, ({ body }, { actor, request, address }) =>
      passkeys.stepUp(accountOf(actor), body.response, { place: place(request), address }),
    ),
  ];
}

function shown(passkey: Passkey) {
  return {
    passkey_id: passkey.id,
    name: passkey.name,
    rp_id: passkey.rpId,
    created_at: isoTime(passkey.createdAt),
    used_at: passkey.usedAt === null ? null : isoTime(passkey.usedAt),
    backed_up: passkey.backedUp,
  };
}
