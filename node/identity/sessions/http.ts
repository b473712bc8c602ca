// Binds the routes of claiming, signing in and sessions, and tells the edge who a request stands for.
// It holds no rule of its own beyond where a token may travel.
import { anonymousActor, type Actor } from '#kernel/actor.ts';
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import { DEVICE_NAME_CHARS_MAX } from '#protocol/limits.ts';
import { cleanText } from '#protocol/messages';
import type { IncomingMessage } from 'node:http';
import * as api from './api.ts';
import * as credentials from './credentials.ts';
import { accountOf, deviceOf, type SignInHttp } from './granting.ts';
import { refusals, type Proof } from './model.ts';
import type { Sessions } from './service.ts';

export interface SessionHttp {
  readonly sessions: Sessions;
  readonly http: SignInHttp;
}

/**
 * Who a request stands for. A bad bearer token is refused; a bad cookie only counts as none, since a browser sends
 * stale ones along with the request that signs in again. On a line that others can read neither counts, also where the
 * owner allowed it when the session began. @throws session/token, session/plain-http
 */
export async function authenticate(
  { sessions, http }: SessionHttp,
  request: IncomingMessage,
): Promise<Actor> {
  const bearer = credentials.readBearer(request);
  if (bearer !== undefined) {
    if (!http.isSafeLine(request)) throw refusals.plainHttp();
    return sessions.authenticate(bearer);
  }
  const { authorization } = request.headers;
  // A ticket between nodes is judged where it is used; it makes nobody the owner.
  if (authorization !== undefined && !/^orf-ticket /i.test(authorization)) throw refusals.token();
  if (request.headers.cookie === undefined || !http.isSafeLine(request)) return anonymousActor;
  const cookie = credentials.readCookie(request, http.cookieNames(request).access);
  if (cookie === undefined || cookie === '') return anonymousActor;
  return sessions.authenticate(cookie).catch(() => anonymousActor);
}

export function sessionRoutes({ sessions, http }: SessionHttp): BoundRoute[] {
  return [
    bind(api.claimRoute, async ({ body }, context) => {
      http.requireSafeLine(context);
      const device = deviceOf(body.name, context);
      return http.answer(context, body.mode, await sessions.claim(body.token, body.passphrase, device));
    }),
    bind(api.signInRoute, async ({ body }, context) => {
      http.requireSafeLine(context);
      const grant = await sessions.signIn(proofOf(body), deviceOf(body.name, context));
      return http.answer(context, body.mode, grant);
    }),
    bind(api.stepUpRoute, async ({ body }, context) => {
      http.requireSafeLine(context);
      await sessions.stepUp(accountOf(context.actor), proofOf(body), context.address);
    }),
    // The contract has asked already.
    bind(api.proofRoute, () => Promise.resolve()),
    bind(api.refreshRoute, async ({ body }, context) => {
      http.requireSafeLine(context);
      const fromCookie = credentials.readCookie(context.request, http.cookieNames(context.request).refresh);
      const token = body.refresh_token ?? fromCookie;
      if (token === undefined) throw refusals.refresh();
      const mode = body.refresh_token === undefined ? 'cookie' : 'bearer';
      return http.answer(context, mode, await sessions.refresh(token));
    }),
    bind(api.listSessionsRoute, async (_input, { actor }) => ({
      items: sessions.list().map((session) => ({
        session_id: session.sessionId,
        name: session.name,
        created_at: isoTime(session.createdAt),
        seen_at: isoTime(session.seenAt),
        expires_at: isoTime(session.expiresAt),
        current: actor.kind === 'account' && actor.session_id === session.sessionId,
      })),
      next_cursor: null,
    })),
    bind(api.renameSessionRoute, ({ params, body }) =>
      sessions.rename(params.session_id, cleanText(body.name, DEVICE_NAME_CHARS_MAX)),
    ),
    bind(api.endSessionRoute, ({ params }, { actor }) => sessions.end(actor, params.session_id, 'revoked')),
    bind(api.endOtherSessionsRoute, (_input, { actor }) => sessions.endOthers(accountOf(actor))),
    bind(api.signOutRoute, async (_input, { actor, request, response }) => {
      const { session_id: sessionId } = accountOf(actor);
      credentials.clearCookies(response, http.cookieNames(request));
      if (sessionId !== undefined) await sessions.end(actor, sessionId, 'signed-out');
    }),
    bind(api.newPassphraseRoute, async ({ body }, { actor, address }) => {
      if (address !== '') throw refusals.localOnly();
      return { passphrase: await sessions.newPassphrase(accountOf(actor), body.language) };
    }),
    bind(api.changePassphraseRoute, ({ body }, context) => {
      http.requireSafeLine(context);
      return sessions.changePassphrase(accountOf(context.actor), body.next);
    }),
  ];
}

function proofOf({ passphrase, code }: { passphrase: string; code?: string | undefined }): Proof {
  return { passphrase, ...(code === undefined ? {} : { code }) };
}
