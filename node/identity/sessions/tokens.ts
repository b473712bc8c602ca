// Access tokens: JWTs (RFC 7519, profile of RFC 9068) of ten minutes that name a session.
// One algorithm, one key that never leaves the node, one type, one audience; every other header is refused.
// A token that verified is remembered until it expires, so that a request costs no cryptography.
import type { Keyring } from '#kernel/keyring.ts';
import type { Clock } from '#kernel/ports.ts';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { ACCESS_TOKEN_MS, refusals } from './model.ts';

const ALGORITHM = 'HS256';
const TYPE = 'at+jwt';
/** Tokens remembered: some for each session, since each renews its own every ten minutes. */
const REMEMBERED_MAX = 1_000;
/** A token of ours has about 350 characters. */
const TOKEN_CHARS_MAX = 1_024;

const headerSchema = z.strictObject({ alg: z.literal(ALGORITHM), typ: z.literal(TYPE) });
const claimsSchema = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  sid: z.string(),
  iat: z.number().int(),
  exp: z.number().int(),
});

export interface AccessClaims {
  readonly accountId: string;
  readonly sessionId: string;
  readonly expiresAt: number;
}

export interface Tokens {
  issue(account: {
    readonly accountId: string;
    readonly sessionId: string;
  }): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** @throws session/token */
  verify(token: string): Promise<AccessClaims>;
}

export function createTokens(host: {
  readonly keyring: Keyring;
  readonly clock: Clock;
  /** The node id: issuer, and by it the audience. */
  readonly issuer: () => string;
}): Tokens {
  const { clock, issuer } = host;
  const key = host.keyring.derive('identity/access-tokens');
  const audience = (): string => `ored-api:${issuer()}`;
  const remembered = new Map<string, AccessClaims>();

  const verifyFully = async (token: string): Promise<AccessClaims> => {
    if (token.length > TOKEN_CHARS_MAX) throw refusals.token();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: issuer(),
        audience: audience(),
        currentDate: new Date(clock.now()),
        maxTokenAge: ACCESS_TOKEN_MS / 1_000,
      });
      headerSchema.parse(protectedHeader);
      const { sub, sid, exp } = claimsSchema.parse(payload);
      return { accountId: sub, sessionId: sid, expiresAt: exp * 1_000 };
    } catch (error) {
      throw refusals.token(error);
    }
  };

  return {
    async issue({ accountId, sessionId }) {
      const issuedAt = Math.floor(clock.now() / 1_000);
      const expires = issuedAt + ACCESS_TOKEN_MS / 1_000;
      const token = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
        .setIssuer(issuer())
        .setAudience(audience())
        .setSubject(accountId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expires)
        .sign(key);
      return { token, expiresAt: expires * 1_000 };
    },
    async verify(token) {
      const known = remembered.get(token);
      if (known !== undefined && known.expiresAt > clock.now()) return known;
      remembered.delete(token);
      const claims = await verifyFully(token);
      const oldest = remembered.keys().next().value;
      if (remembered.size >= REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
      remembered.set(token, claims);
      return claims;
    },
  };
}
