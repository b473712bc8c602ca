// Claiming, signing in, sessions, guessing and forged tokens (docs/security.md L3, L6, L7, L8, R5, R6).
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createHmac } from 'node:crypto';
import { identity } from '#node/identity/index.ts';
import { createAttempts } from '#node/identity/sessions/attempts.ts';
import { fakeClock } from '#kit';
import { SignJWT } from 'jose';
import { bearer, claim, makeHttpRig, passphrase, type BearerGrant } from './http-rig.ts';
import { inFolder } from './rig.ts';

const signInBody = { passphrase, mode: 'bearer' };

describe('claiming a node', () => {
  it('works once, by the link in a private file, and a second claim is a conflict', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const file = join(dataDir, 'run', 'claim.json');
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const link = (JSON.parse(readFileSync(file, 'utf8')) as { claim_url: string }).claim_url;
      assert.equal(link, http.rig.booted.door(identity).claimUrl());
      assert.match(link, /^http:\/\/localhost:7701\/#claim=/, 'by a name, to which a passkey can belong');
      const token = http.claimToken();
      const first = await http.call('POST', '/api/v1/claim', { body: { token, ...signInBody } });
      assert.equal(first.status, 201);
      const second = await http.call('POST', '/api/v1/claim', { body: { token, ...signInBody } });
      assert.equal(second.status, 409);
      assert.equal(second.json.code, 'session/claimed');
      assert.equal(http.rig.booted.door(identity).claimUrl(), null);
    });
  });

  it('lets one of two claims at the same moment win', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const body = { token: http.claimToken(), ...signInBody };
      const answers = await Promise.all([1, 2].map(() => http.call('POST', '/api/v1/claim', { body })));
      assert.deepEqual(
        answers.map(({ status }) => status).sort((a, b) => a - b),
        [201, 409],
      );
    });
  });

  it('refuses a wrong token, a short passphrase, and sign-in before the claim', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const wrong = await http.call('POST', '/api/v1/claim', { body: { token: 'nope', ...signInBody } });
      assert.equal(wrong.status, 401);
      const short = await http.call('POST', '/api/v1/claim', {
        body: { token: http.claimToken(), passphrase: 'short' },
      });
      assert.equal(short.status, 422);
      const early = await http.call('POST', '/api/v1/sessions', { body: signInBody });
      assert.equal(early.json.code, 'session/unclaimed');
      assert.ok((await claim(http)).access_token);
    });
  });

  it('keeps its link over a restart and removes the file once claimed', async () => {
    await inFolder(async (dataDir) => {
      let token = '';
      {
        await using http = await makeHttpRig(dataDir);
        token = http.claimToken();
      }
      {
        await using http = await makeHttpRig(dataDir, { init: false });
        assert.equal(http.claimToken(), token);
        await claim(http);
      }
      await using http = await makeHttpRig(dataDir, { init: false });
      assert.equal(http.claimToken(), '');
      assert.ok(!existsSync(join(dataDir, 'run', 'claim.json')));
      assert.equal((await http.call('POST', '/api/v1/sessions', { body: signInBody })).status, 201);
    });
  });
});

describe('sessions', () => {
  it('refuses every owner route without a session, from loopback too', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const owned = http.rig.booted.routes.filter(({ contract }) => contract.audience === 'owner');
      assert.ok(owned.length >= 6);
      for (const { contract } of owned) {
        const answer = await http.call(contract.method, contract.path.replace(/:\w+/, 'x'));
        assert.equal(answer.status, 401, contract.id);
      }
    });
  });

  it('ends at once on sign-out and on revocation, for every route, and tells the live connections', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const first = await claim(http);
      const second = (await http.call('POST', '/api/v1/sessions', { body: signInBody }))
        .json as unknown as BearerGrant;
      const ended: string[] = [];
      http.rig.booted.door(identity).onSessionEnded((sessionId) => void ended.push(sessionId));
      const list = await http.call('GET', '/api/v1/sessions', bearer(first.access_token));
      assert.equal((list.json.items as unknown[]).length, 2);
      const out = await http.call('POST', '/api/v1/sign-out', bearer(first.access_token));
      assert.equal(out.status, 204);
      assert.equal((await http.call('GET', '/api/v1/sessions', bearer(first.access_token))).status, 401);
      const refreshed = await http.call('POST', '/api/v1/sessions/refresh', {
        body: { refresh_token: first.refresh_token },
      });
      assert.equal(refreshed.status, 401);
      const path = `/api/v1/sessions/${second.session_id}`;
      assert.equal((await http.call('DELETE', path, bearer(second.access_token))).status, 204);
      assert.equal((await http.call('GET', '/api/v1/identity', bearer(second.access_token))).status, 401);
      assert.deepEqual(ended, [first.session_id, second.session_id]);
      assert.equal(http.rig.booted.door(identity).sessionStands(second.session_id), false);
    });
  });

  it('rotates refresh tokens, and the re-use of one ends the whole family', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const first = await claim(http);
      const refresh = (token: string) =>
        http.call('POST', '/api/v1/sessions/refresh', { body: { refresh_token: token } });
      const renewed = await refresh(first.refresh_token);
      assert.equal(renewed.status, 200);
      const second = renewed.json as unknown as BearerGrant;
      assert.notEqual(second.refresh_token, first.refresh_token);
      assert.equal((await http.call('GET', '/api/v1/sessions', bearer(second.access_token))).status, 200);
      const reused = await refresh(first.refresh_token);
      assert.equal(reused.status, 401);
      assert.equal(reused.json.code, 'session/reuse');
      assert.equal((await http.call('GET', '/api/v1/sessions', bearer(second.access_token))).status, 401);
      assert.equal((await refresh(second.refresh_token)).status, 401);
      assert.equal((await refresh('unknown')).json.code, 'session/refresh');
    });
  });

  it('count two uses of one refresh token at the same moment as re-use', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const { refresh_token, session_id } = await claim(http);
      const answers = await Promise.all(
        [1, 2].map(() => http.call('POST', '/api/v1/sessions/refresh', { body: { refresh_token } })),
      );
      assert.deepEqual(
        answers.map(({ status }) => status).sort((a, b) => a - b),
        [200, 401],
      );
      assert.equal(http.rig.booted.door(identity).sessionStands(session_id), false);
    });
  });

  it('expires: access after ten minutes, the session after thirty idle days', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const grant = await claim(http);
      const { clock } = http;
      clock.step(clock.now() + 599_000);
      assert.equal((await http.call('GET', '/api/v1/sessions', bearer(grant.access_token))).status, 200);
      clock.step(clock.now() + 2_000);
      assert.equal((await http.call('GET', '/api/v1/sessions', bearer(grant.access_token))).status, 401);
      clock.step(clock.now() + 31 * 24 * 3_600_000);
      const late = await http.call('POST', '/api/v1/sessions/refresh', {
        body: { refresh_token: grant.refresh_token },
      });
      assert.equal(late.status, 401);
    });
  });

  it('stand over a restart', async () => {
    await inFolder(async (dataDir) => {
      let grant: BearerGrant;
      let at = 0;
      {
        await using http = await makeHttpRig(dataDir);
        grant = await claim(http);
        at = http.clock.now();
      }
      await using http = await makeHttpRig(dataDir, { init: false });
      http.clock.step(at);
      assert.equal((await http.call('GET', '/api/v1/sessions', bearer(grant.access_token))).status, 200);
    });
  });

  it('travel in cookies that scripts and other sites cannot use', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      await claim(http);
      const answer = await http.call('POST', '/api/v1/sessions', { body: { passphrase } });
      assert.equal(answer.json.access_token, undefined);
      assert.equal(answer.json.refresh_token, undefined);
      const cookies = answer.headers.getSetCookie();
      assert.equal(cookies.length, 2);
      for (const cookie of cookies) assert.match(cookie, /; HttpOnly; SameSite=Strict$/);
      assert.match(cookies[1] ?? '', /Path=\/api\/v1\/sessions\/refresh;/);
      const header = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
      const list = await http.call('GET', '/api/v1/sessions', { headers: { cookie: header } });
      assert.equal(list.status, 200);
      const foreign = await http.call('GET', '/api/v1/sessions', {
        headers: { cookie: header, origin: 'http://evil.test' },
      });
      assert.equal(foreign.status, 403);
      const renewed = await http.call('POST', '/api/v1/sessions/refresh', {
        body: {},
        headers: { cookie: header },
      });
      assert.equal(renewed.headers.getSetCookie().length, 2);
      // The browser sends the stale cookie along when it signs in again.
      await http.call('POST', '/api/v1/sign-out', { headers: { cookie: header } });
      const again = await http.call('POST', '/api/v1/sessions', {
        body: { passphrase },
        headers: { cookie: header },
      });
      assert.equal(again.status, 201);
    });
  });

  it('end for all other devices when the passphrase changes, and only the new one signs in', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const mine = await claim(http);
      const other = (await http.call('POST', '/api/v1/sessions', { body: signInBody }))
        .json as unknown as BearerGrant;
      const change = (body: unknown) =>
        http.call('PUT', '/api/v1/passphrase', { body, ...bearer(mine.access_token) });
      assert.equal((await change({ next: 'court' })).status, 422);
      assert.equal((await change({ next: 'une autre phrase' })).status, 204);
      assert.equal((await http.call('GET', '/api/v1/sessions', bearer(mine.access_token))).status, 200);
      assert.equal((await http.call('GET', '/api/v1/sessions', bearer(other.access_token))).status, 401);
      assert.equal((await http.call('POST', '/api/v1/sessions', { body: signInBody })).status, 401);
      const renewed = await http.call('POST', '/api/v1/sessions', {
        body: { passphrase: 'une autre phrase' },
      });
      assert.equal(renewed.status, 201);
    });
  });
});

describe('guessing', () => {
  it('is refused after five failures from an address, with the time to wait, and the right passphrase too', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      await claim(http);
      const attempt = (guess: string) =>
        http.call('POST', '/api/v1/sessions', { body: { passphrase: guess } });
      for (let i = 0; i < 5; i += 1) assert.equal((await attempt(`guess number ${i}`)).status, 401);
      const limited = await attempt(passphrase);
      assert.equal(limited.status, 429);
      assert.ok(Number(limited.headers.get('retry-after')) > 0);
      http.clock.step(http.clock.now() + 15 * 60_000 + 1);
      assert.equal((await attempt(passphrase)).status, 201);
    });
  });

  it('gains nothing from guesses sent at the same moment', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      await claim(http);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          http.call('POST', '/api/v1/sessions', { body: { passphrase: `guess number ${i}` } }),
        ),
      );
      const checked = answers.filter(({ status }) => status === 401);
      assert.ok(checked.length <= 5, `${checked.length} guesses were checked`);
      assert.equal(answers.filter(({ status }) => status === 429).length, 12 - checked.length);
    });
  });

  it('behind a proxy costs the guesser alone: the owner gets in from elsewhere', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir, { serverUrl: 'https://alice.example' });
      await claim(http);
      const attempt = (from: string, guess: string) =>
        http.call('POST', '/api/v1/sessions', {
          body: { passphrase: guess },
          headers: { host: 'alice.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': from },
        });
      // Each from another address of one /64, and with another lie before what the proxy writes.
      for (let i = 0; i < 5; i += 1) {
        assert.equal((await attempt(`192.0.2.${i}, 2001:db8::${i}:0:0:1`, `guess number ${i}`)).status, 401);
      }
      assert.equal((await attempt('192.0.2.9, 2001:db8::9:0:0:9', passphrase)).status, 429);
      assert.equal((await attempt('203.0.113.7', passphrase)).status, 201);
    });
  });

  it('is not made of the times that the owner got in', async () => {
    const clock = fakeClock();
    const attempts = createAttempts(clock);
    for (let i = 0; i < 150; i += 1) {
      attempts.check('203.0.113.7');
      attempts.failed('203.0.113.7');
      attempts.succeeded('203.0.113.7');
    }
    attempts.check('203.0.113.7');
    for (let i = 0; i < 100; i += 1) attempts.failed(`198.51.100.${i}`);
    assert.throws(() => attempts.check('203.0.113.7'), { code: 'session/too-many-attempts' });
  });

  it('of claim tokens is limited as well', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const attempt = (token: string) =>
        http.call('POST', '/api/v1/claim', { body: { token, ...signInBody } });
      for (let i = 0; i < 5; i += 1) assert.equal((await attempt(`t${i}`)).status, 401);
      assert.equal((await attempt(http.claimToken())).status, 429);
    });
  });
});

describe('access tokens', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('are refused without a signature, under another key, algorithm, type, audience or header', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const grant = await claim(http);
      const { nodeId, signingKey } = http.rig.booted.door(identity).self();
      const key = http.rig.host.keyring.derive('identity/access-tokens');
      const [header = '', payload = '', signature = ''] = grant.access_token.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
      const hmac = (text: string, secret: Uint8Array): string =>
        `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
      const made = (head: unknown, body: unknown, secret = key): string =>
        hmac(`${encode(head)}.${encode(body)}`, secret);
      const good = { alg: 'HS256', typ: 'at+jwt' };
      const { exp, ...withoutEnd } = claims;
      const forged = {
        none: `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
        'no signature': `${header}.${payload}.`,
        'public key as secret': made(good, claims, signingKey.publicKey),
        'path as key id': made({ ...good, kid: '../../keys/master.key' }, claims),
        'key in the header': made({ ...good, jwk: { kty: 'oct', k: 'AAAA' } }, claims),
        'critical extension': made({ ...good, crit: ['x'], x: 1 }, claims),
        'other type': made({ alg: 'HS256', typ: 'JWT' }, claims),
        'other audience': made(good, { ...claims, aud: 'ored-api:QmOther' }),
        'other issuer': made(good, { ...claims, iss: 'QmOther' }),
        'other session': made(good, { ...claims, sid: 'unknown' }),
        'no end': made(good, withoutEnd),
        'long life': made(good, { ...claims, iat: Number(claims.iat) - 3_600 }),
        expired: made(good, { ...claims, exp: Number(exp) - 601 }),
        'extra claim': made(good, { ...claims, role: 'root' }),
        'other algorithm': await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS512', typ: 'at+jwt' })
          .sign(new Uint8Array(64).fill(1)),
        'flipped signature': `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
        nonsense: 'a.b.c',
        long: 'x'.repeat(5_000),
      };
      assert.ok(nodeId.length > 0);
      const use = async (token: string) => (await http.call('GET', '/api/v1/sessions', bearer(token))).status;
      assert.equal(await use(made(good, claims)), 200, 'the forging itself works');
      for (const [name, token] of Object.entries(forged)) assert.equal(await use(token), 401, name);
      const basic = await http.call('GET', '/api/v1/sessions', { headers: { authorization: 'Basic eDp5' } });
      assert.equal(basic.status, 401);
    });
  });
});

describe('secrets', () => {
  it('are in no log line, no event and no file after use', async () => {
    await inFolder(async (dataDir) => {
      let canaries: string[] = [];
      let logs = '';
      let events = '';
      {
        await using http = await makeHttpRig(dataDir);
        const token = http.claimToken();
        const grant = await claim(http);
        await http.call('POST', '/api/v1/sessions', { body: { passphrase: 'a wrong canary phrase' } });
        await http.call('GET', '/api/v1/sessions', bearer(grant.access_token));
        await http.call('GET', '/api/v1/nowhere', bearer(grant.access_token));
        const { access_token: access, refresh_token: refresh } = grant;
        canaries = [token, passphrase, access, refresh, 'a wrong canary phrase'];
        logs = http.rig.logLines.join('');
        events = JSON.stringify(await http.rig.events.since(0, 100));
        assert.ok(events.includes('session.refused'));
      }
      const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
      const texts = files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
      for (const canary of canaries) {
        for (const text of [logs, events, ...texts]) assert.ok(!text.includes(canary));
      }
    });
  });
});
