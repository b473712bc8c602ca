// Who sends a push: a short-lived token signed by this node's own key (VAPID, RFC 8292). The key is made at first use
// and kept in the vault; browsers tie their subscriptions to it, so that nobody else can wake them.
import type { Database } from '#kernel/db/database.ts';
import type { Random } from '#kernel/ports.ts';
import { isLocalUrl } from '#kernel/network.ts';
import type { Secrets } from '#node/vault/index.ts';
import { toBase64Url, utf8 } from '#protocol';
import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { keyPairFrom, PRIVATE_KEY_BYTES } from './encryption.ts';

const SECRET_NAME = 'notifications/vapid';
/** RFC 8292 allows a day; a stolen token is worth less. */
const TOKEN_S = 12 * 3_600;
/** Where the node has no public address there is nobody to write to: a name that cannot exist (RFC 2606). */
const NO_CONTACT = 'mailto:owner@node.invalid';

export interface VapidKey {
  /** Uncompressed point, base64url: `applicationServerKey` of the browser. */
  readonly publicKey: string;
  /** The Authorization header for a push service at this endpoint. */
  authorize(endpoint: string, nowMs: number): string;
}

/** The node's key, made when there is none. @throws vault/damaged */
export async function openVapidKey(host: {
  readonly db: Database;
  readonly random: Random;
  readonly secrets: Secrets;
  readonly serverUrl: string;
}): Promise<VapidKey> {
  const { db, random, secrets } = host;
  const kept = await secrets.get(SECRET_NAME);
  if (kept !== undefined) return vapidKey(kept, contactOf(host.serverUrl));
  const made = await db.write(async (tx) => {
    const meanwhile = await secrets.get(SECRET_NAME, tx);
    if (meanwhile !== undefined) return meanwhile;
    const bytes = newPrivateKey(random);
    await secrets.put(tx, SECRET_NAME, bytes);
    return bytes;
  });
  return vapidKey(made, contactOf(host.serverUrl));
}

/** The key as it signs. `contact`: a mailto or https URL for whoever runs the push service. */
export function vapidKey(privateKey: Uint8Array, contact: string): VapidKey {
  const pair = keyPairFrom(privateKey);
  assert(pair !== undefined, 'a kept key is a key');
  const { publicKey } = pair;
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: toBase64Url(publicKey.subarray(1, 33)),
      y: toBase64Url(publicKey.subarray(33)),
      d: toBase64Url(privateKey),
    },
  });
  const encoded = toBase64Url(publicKey);
  return {
    publicKey: encoded,
    authorize(endpoint, nowMs) {
      const claims = {
        aud: new URL(endpoint).origin,
        exp: Math.floor(nowMs / 1_000) + TOKEN_S,
        sub: contact,
      };
      const head = [{ typ: 'JWT', alg: 'ES256' }, claims].map((part) =>
        toBase64Url(utf8(JSON.stringify(part))),
      );
      const signed = head.join('.');
      const signature = sign('sha256', utf8(signed), { key, dsaEncoding: 'ieee-p1363' });
      return `vapid t=${signed}.${toBase64Url(new Uint8Array(signature))}, k=${encoded}`;
    },
  };
}

/** 32 random bytes that are a private key. */
export function newPrivateKey(random: Random): Uint8Array {
  for (;;) {
    const bytes = random.bytes(PRIVATE_KEY_BYTES);
    if (keyPairFrom(bytes) !== undefined) return bytes;
  }
}

function contactOf(serverUrl: string): string {
  return serverUrl.startsWith('https:') && !isLocalUrl(serverUrl) ? serverUrl : NO_CONTACT;
}
