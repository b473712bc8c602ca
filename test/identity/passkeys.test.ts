// Passkeys by real assertions of a software authenticator (docs/security.md L6): registered, used, renamed, removed;
// a wrong origin, name, challenge, signature or counter is 401, and so is everything used twice.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeAuthenticator, type Authenticator, type Bent } from './authenticator.ts';
import {
  bearer,
  claim,
  makeHttpRig,
  passphrase,
  type Answer,
  type BearerGrant,
  type HttpRig,
} from './http-rig.ts';
import { inFolder } from './rig.ts';

const FIVE_MINUTES = 5 * 60_000;

interface Bench {
  readonly http: HttpRig;
  readonly origin: string;
  /** As a browser that opened http://localhost:PORT. */
  readonly call: (method: string, path: string, body?: unknown, token?: string) => Promise<Answer>;
  readonly options: (path: string, token?: string) => Promise<Parameters<Authenticator['get']>[0]>;
  readonly register: (key: Authenticator, token: string, bent?: Bent) => Promise<Answer>;
  readonly signIn: (key: Authenticator, bent?: Bent) => Promise<Answer>;
}

function bench(http: HttpRig): Bench {
  const host = `localhost:${new URL(http.url).port}`;
  const origin = `http://${host}`;
  const call: Bench['call'] = (method, path, body, token) =>
    http.call(method, path, {
      ...(body === undefined ? {} : { body }),
      headers: { host, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });
  const options: Bench['options'] = async (path, token) => {
    const answer = await call('POST', path, undefined, token);
    assert.equal(answer.status, 200, answer.text);
    return answer.json as unknown as Parameters<Authenticator['get']>[0];
  };
  return {
    http,
    origin,
    call,
    options,
    async register(key, token, bent) {
      const response = key.create(await options('/api/v1/passkeys/options', token), origin, bent);
      return call('POST', '/api/v1/passkeys', { name: 'Mon téléphone', response }, token);
    },
    async signIn(key, bent) {
      const response = key.get(await options('/api/v1/passkeys/challenge'), origin, bent);
      return call('POST', '/api/v1/sessions/passkey', { response, mode: 'bearer' });
    },
  };
}

/** A claimed node with one registered passkey. */
async function withPasskey(
  algorithm: 'ES256' | 'EdDSA',
  run: (bench: Bench, key: Authenticator, owner: BearerGrant) => Promise<void>,
): Promise<void> {
  await inFolder(async (dataDir) => {
    await using http = await makeHttpRig(dataDir);
    const owner = await claim(http);
    const key = makeAuthenticator(algorithm);
    const made = bench(http);
    const answer = await made.register(key, owner.access_token);
    assert.equal(answer.status, 201, answer.text);
    await run(made, key, owner);
  });
}

const forget = (http: HttpRig): void => http.clock.step(http.clock.now() + 15 * 60_000 + 1);

describe('a passkey', () => {
  for (const algorithm of ['ES256', 'EdDSA'] as const) {
    it(`signs in by ${algorithm} without a name, and shows when it was used last`, async () => {
      await withPasskey(algorithm, async ({ http, signIn, call }, key) => {
        http.clock.step(http.clock.now() + 1_000);
        const answer = await signIn(key);
        assert.equal(answer.status, 201, answer.text);
        const grant = answer.json as unknown as BearerGrant;
        const list = await call('GET', '/api/v1/passkeys', undefined, grant.access_token);
        const [shown] = list.json.items as Record<string, unknown>[];
        assert.equal(shown?.name, 'Mon téléphone');
        assert.equal(shown?.rp_id, 'localhost');
        assert.equal(shown?.used_at, new Date(http.clock.now()).toISOString());
        assert.equal(list.text.includes('public_key'), false);
        assert.equal((await signIn(key)).status, 201, 'and again, the counter going up');
      });
    });
  }

  it('is refused for a wrong origin, name, challenge, type, signature, and without its user', async () => {
    await withPasskey('ES256', async ({ http, signIn, options }, key) => {
      const registering = await options('/api/v1/passkeys/options', (await claimAgain(http)).access_token);
      const bent: Record<string, Bent> = {
        'other origin': { origin: 'https://evil.test' },
        'other port': { origin: 'http://localhost:1' },
        'other scheme': { origin: `https://localhost:${new URL(http.url).port}` },
        'other name': { rpId: 'evil.test' },
        'made-up challenge': { challenge: 'A'.repeat(51) },
        'challenge of a registration': { challenge: registering.challenge },
        'other type': { type: 'webauthn.create' },
        'other signature': { signature: Buffer.alloc(70, 1) },
        'not verified': { flags: 0b001 },
        'not present': { flags: 0b100 },
      };
      for (const [name, one] of Object.entries(bent)) {
        const answer = await signIn(key, one);
        assert.equal(answer.status, 401, name);
        assert.equal(answer.json.code, 'passkey/refused', name);
        forget(http);
      }
      const stranger = await signIn(makeAuthenticator());
      assert.equal(stranger.json.code, 'passkey/refused', 'a key that nobody registered');
      assert.equal((await signIn(key)).status, 201);
    });
  });

  it('is refused when its challenge is used again, also at the same moment, or has ended', async () => {
    await withPasskey('ES256', async ({ http, origin, options, call }, key) => {
      const send = (response: object): Promise<Answer> =>
        call('POST', '/api/v1/sessions/passkey', { response, mode: 'bearer' });
      // Authenticators that do not count: only the challenge guards then.
      const once = await options('/api/v1/passkeys/challenge');
      const answers = await Promise.all([1, 2].map(() => send(key.get(once, origin, { counter: null }))));
      assert.deepEqual(
        answers.map(({ status }) => status).sort((a, b) => a - b),
        [201, 401],
      );
      assert.equal((await send(key.get(once, origin, { counter: null }))).status, 401);
      const late = await options('/api/v1/passkeys/challenge');
      http.clock.step(http.clock.now() + FIVE_MINUTES);
      assert.equal((await send(key.get(late, origin, { counter: null }))).status, 401);
    });
  });

  it('is refused when its counter goes back or stands still: somebody has copied it', async () => {
    await withPasskey('EdDSA', async ({ signIn }, key) => {
      assert.equal((await signIn(key, { counter: 7 })).status, 201);
      assert.equal((await signIn(key, { counter: 7 })).status, 401);
      assert.equal((await signIn(key, { counter: 6 })).status, 401);
      assert.equal((await signIn(key, { counter: 8 })).status, 201);
    });
  });

  it('limits guesses by address, and those do not lock the passphrase out', async () => {
    await withPasskey('ES256', async ({ signIn, call }, key) => {
      for (let i = 0; i < 5; i += 1) assert.equal((await signIn(key, { origin: 'x' })).status, 401);
      assert.equal((await signIn(key)).status, 429);
      assert.equal((await call('POST', '/api/v1/sessions', { passphrase })).status, 201);
    });
  });

  it('is renamed and removed, needs a fresh proof for that, and then signs in no more', async () => {
    await withPasskey('ES256', async ({ http, signIn, call, origin, options }, key, owner) => {
      const path = `/api/v1/passkeys/${key.id}`;
      const renamed = await call('PATCH', path, { name: 'Clé bleue' }, owner.access_token);
      assert.equal(renamed.status, 204);
      http.clock.step(http.clock.now() + FIVE_MINUTES);
      const early = await call('DELETE', path, undefined, owner.access_token);
      assert.equal(early.status, 403);
      assert.equal(early.json.code, 'session/step-up');
      const response = key.get(await options('/api/v1/passkeys/challenge'), origin);
      const proven = await call('POST', '/api/v1/sessions/step-up/passkey', { response }, owner.access_token);
      assert.equal(proven.status, 204, proven.text);
      assert.equal((await call('DELETE', path, undefined, owner.access_token)).status, 204);
      assert.equal((await call('DELETE', path, undefined, owner.access_token)).status, 404);
      assert.equal((await call('PATCH', path, { name: 'x' }, owner.access_token)).status, 404);
      assert.equal((await signIn(key)).status, 401);
    });
  });
});

describe('registering a passkey', () => {
  it('refuses a wrong origin, name or challenge, an unverified user, another session’s options, and a second time', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const owner = await claim(http);
      const other = await claimAgain(http);
      const { register, options, call, origin } = bench(http);
      const key = makeAuthenticator();
      for (const bent of [
        { origin: 'https://evil.test' },
        { rpId: 'evil.test' },
        { challenge: 'B'.repeat(51) },
        { flags: 0b001 },
        { type: 'webauthn.get' },
      ]) {
        const answer = await register(key, owner.access_token, bent);
        assert.equal(answer.status, 401, JSON.stringify(bent));
      }
      const theirs = await options('/api/v1/passkeys/options', other.access_token);
      const stolen = { response: key.create(theirs, origin) };
      assert.equal((await call('POST', '/api/v1/passkeys', stolen, owner.access_token)).status, 401);
      assert.equal((await register(key, owner.access_token)).status, 201);
      assert.equal((await register(key, owner.access_token)).json.code, 'passkey/known');
      assert.equal((await call('POST', '/api/v1/passkeys/options')).status, 401, 'without a session');
    });
  });

  it('can be the one credential of a node: the claim link ends then, and the last one stays', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const { register, signIn, call } = bench(http);
      const token = http.claimToken();
      const open = async (): Promise<BearerGrant> =>
        (await call('POST', '/api/v1/claim', { token, mode: 'bearer' })).json as unknown as BearerGrant;
      const first = await open();
      const second = await open();
      const list = (grant: BearerGrant): Promise<Answer> =>
        call('GET', '/api/v1/sessions', undefined, grant.access_token);
      assert.equal(
        (await list(first)).status,
        401,
        'opening the link again ends the session of the first time',
      );
      assert.equal((await call('POST', '/api/v1/sessions', { passphrase })).json.code, 'session/unclaimed');
      const key = makeAuthenticator();
      // Long after the claim: with nothing to prove with yet, the link itself is the proof.
      http.clock.step(http.clock.now() + FIVE_MINUTES);
      assert.equal((await register(key, second.access_token)).status, 201);
      assert.equal(http.claimToken(), '');
      assert.equal((await call('POST', '/api/v1/claim', { token })).json.code, 'session/claimed');
      assert.equal((await list(second)).status, 200);
      assert.equal((await call('POST', '/api/v1/sessions', { passphrase })).json.code, 'session/passphrase');
      const signedIn = (await signIn(key)).json as unknown as BearerGrant;
      const path = `/api/v1/passkeys/${key.id}`;
      const last = await call('DELETE', path, undefined, signedIn.access_token);
      assert.equal(last.json.code, 'passkey/last');
      const body = { next: passphrase };
      assert.equal((await call('PUT', '/api/v1/passphrase', body, signedIn.access_token)).status, 204);
      assert.equal((await call('DELETE', path, undefined, signedIn.access_token)).status, 204);
      assert.equal((await call('POST', '/api/v1/sessions', { passphrase })).status, 201);
    });
  });

  it('says plainly why not, under a bare address', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const { access_token: token } = await claim(http);
      const answer = await http.call('POST', '/api/v1/passkeys/options', bearer(token));
      assert.equal(answer.status, 409);
      assert.equal(answer.json.code, 'passkey/place');
      assert.match(String(answer.json.detail), /http:\/\/localhost/);
      const challenge = await http.call('POST', '/api/v1/passkeys/challenge');
      assert.equal(challenge.json.code, 'passkey/place');
    });
  });
});

async function claimAgain(http: HttpRig): Promise<BearerGrant> {
  const answer = await http.call('POST', '/api/v1/sessions', { body: { passphrase, mode: 'bearer' } });
  return answer.json as unknown as BearerGrant;
}
