// Binds the routes of claiming, signing in and sessions, and tells the edge who a request stands for.
// It holds no rule of its own beyond where a token may travel.
import { anonymousActor, type AccountActor, type Actor } from '#kernel/actor.ts';
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import * as api from './api.ts';
import * as credentials from './credentials.ts';
import { refusals, SESSION_NAME_CHARS_MAX } from './model.ts';
import type { Grant, Sessions } from './service.ts';

export interface SessionHttp {
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly cookieNames: () => credentials.CookieNames;
}

/**
 * Who a request stands for. A bad bearer token is refused; a bad cookie only counts as none, since a browser sends
 * stale ones along with the request that signs in again. @throws session/token
 */
export async function authenticate(http: SessionHttp, request: IncomingMessage): Promise<Actor> {
  const bearer = credentials.readBearer(request);
  if (bearer !== undefined) return http.sessions.authenticate(bearer);
  const { authorization } = request.headers;
  // A ticket between nodes is judged where it is used; it makes nobody the owner.
  if (authorization !== undefined && !/^orf-ticket /i.test(authorization)) throw refusals.token();
  if (request.headers.cookie === undefined) return anonymousActor;
  const cookie = credentials.readCookie(request, http.cookieNames().access);
  if (cookie === undefined || cookie === '') return anonymousActor;
  return http.sessions.authenticate(cookie).catch(() => anonymousActor);
}

export function sessionRoutes(http: SessionHttp): BoundRoute[] {
  const { sessions, clock, cookieNames } = http;
  const answer = (
    context: RequestContext,
    mode: 'cookie' | 'bearer',
    grant: Grant,
  ): z.input<typeof api.grantSchema> => {
    if (mode === 'cookie') credentials.setCookies(context.response, cookieNames(), grant, clock);
    const tokens = { access_token: grant.accessToken, refresh_token: grant.refreshToken };
    return {
      session_id: grant.session.sessionId,
      account_id: grant.session.accountId,
      role: 'owner',
      expires_at: isoTime(grant.accessExpiresAt),
      ...(mode === 'bearer' ? tokens : {}),
    };
  };
  return [
    bind(api.claimRoute, async ({ body }, context) =>
      answer(
        context,
        body.mode,
        await sessions.claim(body.token, body.passphrase, device(body.name, context)),
      ),
    ),
    bind(api.signInRoute, async ({ body }, context) =>
      answer(context, body.mode, await sessions.signIn(body.passphrase, device(body.name, context))),
    ),
    bind(api.refreshRoute, async ({ body }, context) => {
      const fromCookie = credentials.readCookie(context.request, cookieNames().refresh);
      const token = body.refresh_token ?? fromCookie;
      if (token === undefined) throw refusals.refresh();
      const mode = body.refresh_token === undefined ? 'cookie' : 'bearer';
      return answer(context, mode, await sessions.refresh(token));
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
    bind(api.endSessionRoute, ({ params }, { actor }) => sessions.end(actor, params.session_id, 'revoked')),
    bind(api.signOutRoute, async (_input, { actor, response }) => {
      const { session_id: sessionId } = account(actor);
      credentials.clearCookies(response, cookieNames());
      if (sessionId !== undefined) await sessions.end(actor, sessionId, 'signed-out');
    }),
    bind(api.changePassphraseRoute, ({ body }, { actor, address }) => {
      const current = body.current === undefined ? {} : { current: body.current };
      return sessions.changePassphrase(account(actor), { ...current, next: body.next, address });
    }),
  ];
}

function account(actor: Actor): AccountActor {
  assert(actor.kind === 'account', 'an owner route has an account');
  return actor;
}

function device(name: string | undefined, context: RequestContext): { name: string; address: string } {
  const agent = (context.request.headers['user-agent'] ?? '').replaceAll(/[^\x20-\x7e]/g, '');
  return { name: (name ?? agent).slice(0, SESSION_NAME_CHARS_MAX), address: context.address };
}
