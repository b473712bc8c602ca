// What the tests of identity logs share: a log as our writer makes it, and a refusal by exactly one code.
import { AppError, createIdentity, verifyIdentityLog } from '#protocol';
import assert from 'node:assert/strict';
import { key } from './forged-log.ts';

export const created = '2026-01-01T00:00:00.000Z';

/** An identity of one entry, with the keys of small numbers: 1 signs, 2 is next, 100 recovers. */
export function newIdentity(host?: string, path?: readonly string[]): ReturnType<typeof createIdentity> {
  return createIdentity({
    signingKey: key(1),
    nextSigningPublicKey: key(2).publicKey,
    recoveryPublicKey: key(100).publicKey,
    created,
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path }),
  });
}

/** The log is refused, and with this code. */
export async function assertRefused(log: string, code: string, options = {}): Promise<void> {
  await assert.rejects(verifyIdentityLog(log, options), (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}
