// The push message by the vectors of its specifications.
import { encryptPush, isPoint, keyPairFrom } from '#node/notifications/push/encryption.ts';
import { vapidKey } from '#node/notifications/push/vapid.ts';
import { wakeRetryMs } from '#node/notifications/model.ts';
import { fromBase64Url, toBase64Url, utf8 } from '#protocol';
import { importJWK, jwtVerify } from 'jose';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

describe('a push message', () => {
  it('is encrypted as in RFC 8291, appendix A', () => {
    const body = encryptPush(
      utf8('When I grow up, I want to be a watermelon'),
      {
        p256dh: fromBase64Url(
          'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
        ),
        auth: fromBase64Url('BTBZMqHH6r4Tts7J_aSIgg'),
      },
      {
        senderPrivate: fromBase64Url('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
        salt: fromBase64Url('DGv6ra1nlYgDCS1FRnbzlw'),
      },
    );
    assert.equal(
      toBase64Url(body),
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    );
  });

  it('takes points of the curve only', () => {
    const pair = keyPairFrom(new Uint8Array(32).fill(7));
    assert.ok(pair !== undefined && isPoint(pair.publicKey));
    const bent = Uint8Array.from(pair.publicKey, (byte, at) => (at === 40 ? byte ^ 1 : byte));
    for (const wrong of [bent, pair.publicKey.subarray(1), new Uint8Array(65), new Uint8Array()]) {
      assert.equal(isPoint(wrong), false);
    }
    assert.equal(keyPairFrom(new Uint8Array(32)), undefined);
    assert.equal(keyPairFrom(new Uint8Array(32).fill(255)), undefined);
  });

  it('names its sender as in RFC 8292: audience, half a day, contact, and the key', async () => {
    const key = vapidKey(new Uint8Array(32).fill(7), 'mailto:push@example.com');
    const now = Date.UTC(2026, 10, 21);
    const header = key.authorize('https://push.example.net/p/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV', now);
    const [, token = '', k] = /^vapid t=(.+), k=(.+)$/.exec(header) ?? [];
    assert.equal(k, key.publicKey);
    const point = fromBase64Url(key.publicKey, 65);
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: toBase64Url(point.subarray(1, 33)),
      y: toBase64Url(point.subarray(33)),
    };
    const { payload, protectedHeader } = await jwtVerify(token, await importJWK(jwk, 'ES256'), {
      currentDate: new Date(now),
    });
    assert.deepEqual(protectedHeader, { typ: 'JWT', alg: 'ES256' });
    assert.deepEqual(payload, {
      aud: 'https://push.example.net',
      exp: now / 1_000 + 12 * 3_600,
      sub: 'mailto:push@example.com',
    });
  });

  it('is tried again after pauses that grow to an hour', () => {
    assert.deepEqual(
      [0, 1, 2, 20, 300].map((failures) => wakeRetryMs(failures, 1)),
      [15_000, 30_000, 60_000, 3_600_000, 3_600_000],
    );
    assert.equal(wakeRetryMs(0, 0), 7_500);
  });
});
