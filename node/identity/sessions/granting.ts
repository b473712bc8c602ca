// What every way of signing in shares on the side of HTTP: whether the line may be used, the name of the device, and
// how the tokens travel back. Off this machine signing in needs TLS, unless the owner has said otherwise.
import type { AccountActor, Actor } from '#kernel/actor.ts';
import type { RequestContext } from '#kernel/http/contract.ts';
import type { Transport } from '#kernel/http/transport.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import { DEVICE_NAME_CHARS_MAX } from '#protocol/limits.ts';
import { cleanText } from '#protocol/messages';
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { grantSchema } from './api.ts';
import * as credentials from './credentials.ts';
import { deviceName } from './device-name.ts';
import { refusals } from './model.ts';
import type { Device, Grant } from './service.ts';

type Answer = z.input<typeof grantSchema>;

export interface SignInHttp {
  transportOf(request: IncomingMessage): Transport;
  /** `scheme://host` as the browser sees it; undefined where the request names no host (the local socket). */
  originOf(request: IncomingMessage): string | undefined;
  /** The names under which this request carries its cookies. */
  cookieNames(request: IncomingMessage): credentials.CookieNames;
  /** Whether a session may travel on this line: not where others can read it, unless the owner allows that. */
  isSafeLine(request: IncomingMessage): boolean;
  /** @throws session/plain-http */
  requireSafeLine(context: RequestContext): void;
  /** Sets the cookies, or answers the tokens. */
  answer(context: RequestContext, mode: 'cookie' | 'bearer', grant: Grant): Answer;
}

export function createSignInHttp(host: {
  readonly clock: Clock;
  readonly nodeId: () => string;
  readonly transportOf: (request: IncomingMessage) => Transport;
  /** Whether the owner lets people sign in over lines that others can read (edge.insecure). */
  readonly insecure: boolean;
}): SignInHttp {
  const { transportOf, clock } = host;
  const cookieNames = (request: IncomingMessage): credentials.CookieNames =>
    credentials.cookieNames(host.nodeId(), transportOf(request) === 'tls');
  const isSafeLine = (request: IncomingMessage): boolean => host.insecure || transportOf(request) !== 'plain';
  return {
    transportOf,
    isSafeLine,
    originOf(request) {
      const name = request.headers.host;
      if (name === undefined || request.socket.remoteAddress === undefined) return undefined;
      return `${transportOf(request) === 'tls' ? 'https' : 'http'}://${name}`;
    },
    cookieNames,
    requireSafeLine({ request, actor }) {
      const onSocket = actor.kind === 'account' && actor.session_id === undefined;
      if (!onSocket && !isSafeLine(request)) throw refusals.plainHttp();
    },
    answer(context, mode, grant) {
      if (mode === 'cookie') {
        credentials.setCookies(context.response, cookieNames(context.request), grant, clock);
      }
      const tokens = { access_token: grant.accessToken, refresh_token: grant.refreshToken };
      return {
        session_id: grant.session.sessionId,
        account_id: grant.session.accountId,
        role: 'owner',
        expires_at: isoTime(grant.accessExpiresAt),
        ...(mode === 'bearer' ? tokens : {}),
      };
    },
  };
}

/** Whom an owner's route serves. */
export function accountOf(actor: Actor): AccountActor {
  assert(actor.kind === 'account', 'an owner route has an account');
  return actor;
}

/** What the list of sessions will show: the name given, or a guess. @throws text/* for a name with hidden characters */
export function deviceOf(name: string | undefined, context: RequestContext): Device {
  const guessed = deviceName(context.request.headers['user-agent'] ?? '');
  return {
    name: name === undefined || name.trim() === '' ? guessed : cleanText(name.trim(), DEVICE_NAME_CHARS_MAX),
    address: context.address,
  };
}
