// How tokens travel: `Authorization: Bearer`, or cookies that no script can read and no other site can send.
// Cookie names carry the node, because browsers send the cookies of one host name to every port of it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Grant } from './service.ts';
import type { Clock } from '#kernel/ports.ts';

export const REFRESH_PATH = '/api/v1/sessions/refresh';

export interface CookieNames {
  readonly access: string;
  readonly refresh: string;
  readonly secure: boolean;
}

/** Over TLS (`secure`) the names are bound to the host by their prefix (RFC 6265bis). */
export function cookieNames(nodeId: string, secure: boolean): CookieNames {
  const tag = nodeId.slice(-8);
  return secure
    ? { access: `__Host-ored_access_${tag}`, refresh: `__Secure-ored_refresh_${tag}`, secure }
    : { access: `ored_access_${tag}`, refresh: `ored_refresh_${tag}`, secure };
}

export function setCookies(response: ServerResponse, names: CookieNames, grant: Grant, clock: Clock): void {
  const accessS = Math.floor((grant.accessExpiresAt - clock.now()) / 1_000);
  const refreshS = Math.floor((grant.session.expiresAt - clock.now()) / 1_000);
  response.appendHeader('set-cookie', cookie(names, 'access', grant.accessToken, accessS));
  response.appendHeader('set-cookie', cookie(names, 'refresh', grant.refreshToken, refreshS));
}

export function clearCookies(response: ServerResponse, names: CookieNames): void {
  response.appendHeader('set-cookie', cookie(names, 'access', '', 0));
  response.appendHeader('set-cookie', cookie(names, 'refresh', '', 0));
}

/** The value of one cookie, or undefined. */
export function readCookie(request: IncomingMessage, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key = '', ...value] = part.split('=');
    if (key.trim() === name) return value.join('=').trim();
  }
  return undefined;
}

/** The bearer token, or undefined where the request has none. */
export function readBearer(request: IncomingMessage): string | undefined {
  const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return token;
}

function cookie(names: CookieNames, kind: 'access' | 'refresh', value: string, maxAgeS: number): string {
  const path = kind === 'access' ? '/' : REFRESH_PATH;
  const parts = [
    `${names[kind]}=${value}`,
    `Path=${path}`,
    `Max-Age=${maxAgeS}`,
    'HttpOnly',
    'SameSite=Strict',
  ];
  return [...parts, ...(names.secure ? ['Secure'] : [])].join('; ');
}
