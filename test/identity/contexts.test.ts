// Where a node may be claimed and signed in to: on its own machine, over TLS that a proxy ends, and in plain text from
// elsewhere only in the insecure mode. The context answer says so before anybody types a passphrase. Over a real LAN
// address where this machine has one, and by what a trusted proxy says.
import { makeNode } from '#kit';
import { getStatus } from '#node/edge/http/api.ts';
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { makeHttpRig, passphrase, send, type Answer, type CallOptions, type HttpRig } from './http-rig.ts';
import { inFolder } from './rig.ts';

const PROXY_NAME = 'alice.example';
const overTls = { host: PROXY_NAME, 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };
const overPlain = { host: PROXY_NAME, 'x-forwarded-proto': 'http', 'x-forwarded-for': '203.0.113.7' };

const claimBody = (http: HttpRig): object => ({ token: http.claimToken(), passphrase, mode: 'cookie' });
const behindProxy = (dataDir: string, env: Record<string, string> = {}): Promise<HttpRig> =>
  makeHttpRig(dataDir, { serverUrl: `https://${PROXY_NAME}`, env });

function lanAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

describe('behind a proxy', () => {
  it('claiming and signing in work over TLS, with cookies bound to it', async () => {
    await inFolder(async (dataDir) => {
      await using http = await behindProxy(dataDir);
      const claimed = await http.call('POST', '/api/v1/claim', { body: claimBody(http), headers: overTls });
      assert.equal(claimed.status, 201, claimed.text);
      const cookies = claimed.headers.getSetCookie();
      assert.match(cookies[0] ?? '', /^__Host-ored_access_.*; Path=\/;.*; Secure$/);
      assert.match(cookies[1] ?? '', /^__Secure-ored_refresh_.*; Secure$/);
      const cookie = cookies.map((one) => one.split(';')[0]).join('; ');
      const list = (headers: Record<string, string>): Promise<Answer> =>
        http.call('GET', '/api/v1/sessions', { headers });
      assert.equal((await list({ ...overTls, cookie })).status, 200);
      assert.equal((await list({ ...overPlain, cookie })).status, 401, 'a browser would not send them there');
      const here = await http.call('POST', '/api/v1/sessions', { body: { passphrase } });
      assert.match(
        here.headers.getSetCookie()[0] ?? '',
        /^ored_access_[^;]*;(?!.*Secure)/,
        'on the machine itself',
      );
    });
  });

  it('they are refused in plain text, and what a stranger says of TLS does not count', async () => {
    await inFolder(async (dataDir) => {
      await using http = await behindProxy(dataDir);
      const refused: Record<string, string>[] = [
        overPlain,
        { ...overTls, 'x-forwarded-proto': 'https, http' },
        { host: '127.0.0.1', 'x-forwarded-for': '203.0.113.7' },
        { host: 'localhost', 'x-forwarded-proto': 'http' },
      ];
      for (const headers of refused) {
        const answer = await http.call('POST', '/api/v1/claim', { body: claimBody(http), headers });
        assert.equal(answer.status, 403, JSON.stringify(headers));
        assert.equal(answer.json.code, 'session/plain-http');
        assert.match(String(answer.json.detail), /edge\.insecure/);
        assert.equal(answer.headers.getSetCookie().length, 0);
      }
      assert.notEqual(http.claimToken(), '');
      // A proxy that forwards nothing of it, at the address that the owner has called https.
      const silent = { host: PROXY_NAME };
      assert.equal(
        (await http.call('POST', '/api/v1/claim', { body: claimBody(http), headers: silent })).status,
        201,
      );
    });
  });

  it('passkeys belong to the name over TLS', async () => {
    await inFolder(async (dataDir) => {
      await using http = await behindProxy(dataDir);
      const challenge = (headers: Record<string, string>): Promise<Answer> =>
        http.call('POST', '/api/v1/passkeys/challenge', { headers });
      assert.equal((await challenge(overTls)).json.rpId, PROXY_NAME);
      const plain = await challenge(overPlain);
      assert.equal(plain.status, 409);
      assert.match(String(plain.json.detail), /https/);
      assert.equal((await challenge({ ...overTls, host: 'evil.test' })).status, 421);
    });
  });
});

describe('a session that began in the insecure mode', () => {
  it('is worth nothing on a line that others can read once that mode is off, and goes on where it is safe', async () => {
    await inFolder(async (dataDir) => {
      const tokens = await (async () => {
        await using http = await behindProxy(dataDir, { ORED_EDGE_INSECURE: 'true' });
        const body = { token: http.claimToken(), passphrase };
        const claimed = await http.call('POST', '/api/v1/claim', { body, headers: overPlain });
        assert.equal(claimed.status, 201, claimed.text);
        const cookie = claimed.headers
          .getSetCookie()
          .map((one) => one.split(';')[0])
          .join('; ');
        const whole = { passphrase, mode: 'bearer' };
        const signedIn = await http.call('POST', '/api/v1/sessions', { body: whole, headers: overPlain });
        return { cookie, ...(signedIn.json as { access_token: string; refresh_token: string }) };
      })();
      await using http = await makeHttpRig(dataDir, { serverUrl: `https://${PROXY_NAME}`, init: false });
      const authorization = `Bearer ${tokens.access_token}`;
      const list = (headers: Record<string, string>): Promise<Answer> =>
        http.call('GET', '/api/v1/sessions', { headers });
      assert.equal((await list({ ...overPlain, cookie: tokens.cookie })).status, 401);
      assert.equal((await list({ ...overPlain, authorization })).json.code, 'session/plain-http');
      const body = { refresh_token: tokens.refresh_token };
      const renew = (headers: Record<string, string>): Promise<Answer> =>
        http.call('POST', '/api/v1/sessions/refresh', { body, headers });
      assert.equal((await renew(overPlain)).json.code, 'session/plain-http');
      assert.equal((await list({ ...overTls, authorization })).status, 200);
      assert.equal((await renew(overTls)).status, 200, 'the refusal used nothing up');
    });
  });
});

describe('from another machine, in plain text', () => {
  const address = lanAddress();

  it('claim and sign-in are refused with what to do, and allowed in the insecure mode, which is shown', async () => {
    // Without a network the proxy's word stands for the other machine: the node judges both by the same function.
    const settings = (insecure: boolean): Record<string, Record<string, unknown>> => ({
      edge: { host: '0.0.0.0', hosts: [address ?? PROXY_NAME], ...(insecure ? { insecure: true } : {}) },
    });
    const from = (node: { url: string }): { url: string; options: CallOptions } =>
      address === undefined
        ? { url: node.url, options: { headers: overPlain } }
        : { url: node.url.replace('127.0.0.1', address), options: {} };
    {
      await using node = await makeNode({ name: 'alice', settings: settings(false) });
      const { url, options } = from(node);
      const token = String((await node.call(getStatus, {})).claim_url).split('#claim=')[1];
      for (const [path, body] of [
        ['/api/v1/claim', { token, passphrase }],
        ['/api/v1/sessions', { passphrase }],
        ['/api/v1/pairings/redeem', { code: 'x' }],
      ] as const) {
        const answer = await send(url, { method: 'POST', path, body, ...options });
        assert.equal(answer.json.code, 'session/plain-http', path);
      }
      // What a stranger adds to the request changes nothing.
      if (address !== undefined) {
        const headers = { 'x-forwarded-proto': 'https', forwarded: 'proto=https' };
        const body = { token, passphrase };
        assert.equal((await send(url, { method: 'POST', path: '/api/v1/claim', body, headers })).status, 403);
      }
      const context = await send(url, { method: 'GET', path: '/api/v1/context', ...options });
      assert.deepEqual(
        [
          context.json.sign_in,
          context.json.insecure,
          context.json.secure_context_possible,
          context.json.claimed,
        ],
        [false, false, false, false],
      );
      assert.equal((await node.call(getStatus, {})).insecure, false);
    }
    await using node = await makeNode({ name: 'alice', settings: settings(true) });
    const { url, options } = from(node);
    const status = await node.call(getStatus, {});
    assert.equal(status.insecure, true);
    const token = String(status.claim_url).split('#claim=')[1];
    const body = { token, passphrase };
    const claimed = await send(url, { method: 'POST', path: '/api/v1/claim', body, ...options });
    assert.equal(claimed.status, 201, claimed.text);
    assert.equal(
      claimed.headers.getSetCookie().some((cookie) => cookie.includes('Secure')),
      false,
    );
    const context = await send(url, { method: 'GET', path: '/api/v1/context', ...options });
    assert.deepEqual(
      [
        context.json.sign_in,
        context.json.insecure,
        context.json.secure_context_possible,
        context.json.claimed,
      ],
      [true, true, false, true],
    );
    assert.deepEqual((context.json.passkeys as { why: string }).why, 'plain-http');
    assert.match(JSON.stringify(await node.ored('status')), /"insecure":true/);
  });
});

describe('the context', () => {
  it('tells a browser whose node it is and what works here, in its language, and nothing secret', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const read = (headers: Record<string, string> = {}): Promise<Answer> =>
        http.call('GET', '/api/v1/context', { headers });
      const { json } = await read();
      assert.deepEqual(json, {
        language: 'en',
        username: 'alice',
        display_name: 'alice',
        claimed: false,
        url: 'http://127.0.0.1:7701',
        insecure: false,
        connection: 'machine',
        secure_context_possible: true,
        sign_in: true,
        passkeys: { available: false, why: 'ip-address', say: (json.passkeys as { say: string }).say },
      });
      assert.match((json.passkeys as { say: string }).say, /localhost/);
      const french = await read({ 'accept-language': 'fr' });
      assert.match((french.json.passkeys as { say: string }).say, /clé d’accès/);
      const named = await read({ host: 'localhost' });
      assert.deepEqual(named.json.passkeys, { available: true, why: null, say: null });
      assert.equal(named.text.includes(http.claimToken()), false);
      assert.equal((await read({ host: 'evil.test' })).status, 421);
    });
  });
});
