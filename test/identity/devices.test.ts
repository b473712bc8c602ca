// Devices: how they are named, when they were used, ended alone or all others, step-up, and pairing one by a code.
// Each success with what is refused.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deviceName } from '#node/identity/sessions/device-name.ts';
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
const HOUR = 3_600_000;

async function claimed(run: (http: HttpRig, owner: BearerGrant) => Promise<void>): Promise<void> {
  await inFolder(async (dataDir) => {
    await using http = await makeHttpRig(dataDir);
    await run(http, await claim(http));
  });
}

async function signIn(http: HttpRig, agent?: string): Promise<BearerGrant> {
  const headers = agent === undefined ? {} : { headers: { 'user-agent': agent } };
  const body = { passphrase, mode: 'bearer' };
  return (await http.call('POST', '/api/v1/sessions', { body, ...headers })).json as unknown as BearerGrant;
}

const items = (answer: Answer): Record<string, unknown>[] => answer.json.items as Record<string, unknown>[];
const sessions = (http: HttpRig, grant: BearerGrant): Promise<Answer> =>
  http.call('GET', '/api/v1/sessions', bearer(grant.access_token));

describe('a device', () => {
  it('has a plain name from its User-Agent', () => {
    const names: Record<string, string> = {
      'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0': 'Firefox, Linux',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0':
        'Edge, Windows',
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36':
        'Chrome, Android',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1':
        'Safari, iPhone',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15':
        'Safari, macOS',
      'curl/8.5.0': 'curl',
      '': '',
      '\u202eevil\u0000': 'evil',
    };
    for (const [agent, name] of Object.entries(names)) assert.equal(deviceName(agent), name);
    assert.ok(deviceName('x'.repeat(10_000)).length <= 100);
  });

  it('is listed, renamed, and says when it was last used, written down at most once an hour', async () => {
    await inFolder(async (dataDir) => {
      let owner: BearerGrant;
      let usedAt = '';
      {
        await using http = await makeHttpRig(dataDir);
        owner = await claim(http);
        await signIn(http, 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0');
        const path = `/api/v1/sessions/${owner.session_id}`;
        const rename = (name: string, at = path): Promise<Answer> =>
          http.call('PATCH', at, { body: { name }, ...bearer(owner.access_token) });
        assert.equal((await rename('Ordinateur du salon')).status, 204);
        assert.equal((await rename('\u202eevil')).status, 422);
        assert.equal((await rename('x', '/api/v1/sessions/unknown')).status, 404);
        http.clock.step(http.clock.now() + FIVE_MINUTES);
        const list = items(await sessions(http, owner));
        assert.deepEqual(
          list.map(({ name, current }) => [name, current]),
          [
            ['Ordinateur du salon', true],
            ['Firefox, Linux', false],
          ],
        );
        usedAt = new Date(http.clock.now()).toISOString();
        assert.equal(list[0]?.seen_at, usedAt);
        assert.notEqual(list[1]?.seen_at, usedAt);
        // The hourly job writes it.
        await http.clock.advance(HOUR);
      }
      await using http = await makeHttpRig(dataDir, { init: false });
      const other = await signIn(http);
      const kept = items(await sessions(http, other)).find((one) => one.session_id === owner.session_id);
      assert.equal(kept?.seen_at, usedAt);
      assert.equal(kept.name, 'Ordinateur du salon');
    });
  });

  it('is ended alone, or all others at once, which asks for a fresh proof', async () => {
    await claimed(async (http, owner) => {
      const second = await signIn(http);
      const third = await signIn(http);
      const endOthers = (): Promise<Answer> =>
        http.call('DELETE', '/api/v1/sessions', bearer(owner.access_token));
      http.clock.step(http.clock.now() + FIVE_MINUTES);
      const early = await endOthers();
      assert.equal(early.status, 403);
      assert.equal(early.json.code, 'session/step-up');
      const one = await http.call(
        'DELETE',
        `/api/v1/sessions/${second.session_id}`,
        bearer(owner.access_token),
      );
      assert.equal(one.status, 204);
      const stepUp = (phrase: string): Promise<Answer> =>
        http.call('POST', '/api/v1/sessions/step-up', {
          body: { passphrase: phrase },
          ...bearer(owner.access_token),
        });
      assert.equal((await stepUp('not it')).status, 401);
      assert.equal((await endOthers()).status, 403);
      assert.equal((await stepUp(passphrase)).status, 204);
      assert.equal((await sessions(http, third)).status, 200);
      assert.equal((await endOthers()).status, 204);
      assert.equal((await sessions(http, third)).status, 401);
      assert.equal((await sessions(http, owner)).status, 200);
    });
  });
});

describe('step-up', () => {
  it('is asked by every destructive route once a proof is five minutes old, and a renewal is no proof', async () => {
    await claimed(async (http, owner) => {
      const guarded = http.rig.booted.routes.filter(({ contract }) => contract.stepUp === true);
      const ids = guarded.map(({ contract }) => contract.id);
      for (const id of [
        'identity.show-kit',
        'identity.change-passphrase',
        'sessions.end-others',
        'passkeys.remove',
        'second-factor.turn-off',
        'pairing.begin',
      ]) {
        assert.ok(ids.includes(id), id);
      }
      http.clock.step(http.clock.now() + FIVE_MINUTES);
      const renewed = await http.call('POST', '/api/v1/sessions/refresh', {
        body: { refresh_token: owner.refresh_token },
      });
      const bodies: Record<string, unknown> = {
        'identity.show-kit': {},
        'identity.change-passphrase': { next: 'une autre phrase' },
        'second-factor.confirm': { code: '123456' },
        'identity.new-passphrase': { language: 'en' },
      };
      for (const { contract } of guarded.filter(({ contract: { id } }) => id !== 'passkeys.add')) {
        const answer = await http.call(contract.method, contract.path.replace(/:\w+/, 'x'), {
          ...(contract.body === undefined ? {} : { body: bodies[contract.id] }),
          ...bearer(String(renewed.json.access_token)),
        });
        assert.equal(answer.status, 403, `${contract.id} ${answer.text}`);
        assert.equal(answer.json.code, 'session/step-up', contract.id);
      }
    });
  });
});

describe('pairing', () => {
  interface Begun {
    readonly pairing_id: string;
    readonly code: string;
    readonly url: string;
  }
  const begin = async (http: HttpRig, grant: BearerGrant): Promise<Begun> =>
    (await http.call('POST', '/api/v1/pairings', bearer(grant.access_token))).json as unknown as Begun;
  const redeem = (http: HttpRig, code: string): Promise<Answer> =>
    http.call('POST', '/api/v1/pairings/redeem', { body: { code, name: 'Téléphone' } });
  const collect = (http: HttpRig, token: unknown): Promise<Answer> =>
    http.call('POST', '/api/v1/pairings/collect', { body: { token, mode: 'bearer' } });
  const confirm = (http: HttpRig, grant: BearerGrant, id: string, number: unknown): Promise<Answer> =>
    http.call('POST', `/api/v1/pairings/${id}/confirm`, { body: { number }, ...bearer(grant.access_token) });

  it('opens a session on the new device once the number was compared, once, and without a proof', async () => {
    await claimed(async (http, owner) => {
      const { pairing_id: id, code, url } = await begin(http, owner);
      assert.equal(url, `${http.url}/#pair=${code}`);
      const view = (): Promise<Answer> =>
        http.call('GET', `/api/v1/pairings/${id}`, bearer(owner.access_token));
      assert.equal((await view()).json.state, 'waiting');
      const redeemed = await redeem(http, code);
      assert.equal(redeemed.status, 200, redeemed.text);
      const { token, number } = redeemed.json;
      assert.match(String(number), /^\d{4}$/);
      const shown = (await view()).json;
      assert.deepEqual([shown.state, shown.number, shown.device_name], ['redeemed', number, 'Téléphone']);
      assert.equal((await collect(http, token)).json.state, 'waiting');
      const other = String((Number(number) + 1) % 10_000).padStart(4, '0');
      assert.equal((await confirm(http, owner, id, other)).json.code, 'pairing/number');
      assert.equal((await collect(http, token)).json.state, 'waiting');
      assert.equal((await confirm(http, owner, id, number)).status, 204);
      const answers = await Promise.all([collect(http, token), collect(http, token)]);
      const grant = answers
        .map(({ json }) => json.grant as BearerGrant | undefined)
        .find((one) => one?.access_token !== undefined);
      assert.ok(grant);
      assert.deepEqual(
        answers.map(({ status }) => status).sort((a, b) => a - b),
        [200, 401],
      );
      const list = items(await sessions(http, grant));
      assert.equal(list.find(({ current }) => current === true)?.name, 'Téléphone');
      const kit = await http.call('POST', '/api/v1/identity/kit', {
        body: {},
        ...bearer(grant.access_token),
      });
      assert.equal(kit.json.code, 'session/step-up');
    });
  });

  it('ends for both when its code is redeemed twice, and when the owner refuses', async () => {
    await claimed(async (http, owner) => {
      const twice = await begin(http, owner);
      const first = await redeem(http, twice.code);
      assert.equal((await redeem(http, twice.code)).json.code, 'pairing/code');
      assert.equal((await confirm(http, owner, twice.pairing_id, first.json.number)).status, 409);
      assert.equal((await collect(http, first.json.token)).json.code, 'pairing/refused');
      const refused = await begin(http, owner);
      const second = await redeem(http, refused.code);
      const path = `/api/v1/pairings/${refused.pairing_id}`;
      assert.equal((await http.call('DELETE', path, bearer(owner.access_token))).status, 204);
      assert.equal((await collect(http, second.json.token)).json.code, 'pairing/refused');
      assert.equal(items(await sessions(http, owner)).length, 1);
    });
  });

  it('runs out after two minutes, ends with the session that began it, and belongs to that one alone', async () => {
    await claimed(async (http, owner) => {
      const late = await begin(http, owner);
      const other = await signIn(http);
      const { pairing_id: id } = late;
      const foreign = await http.call('GET', `/api/v1/pairings/${id}`, bearer(other.access_token));
      assert.equal(foreign.status, 404);
      http.clock.step(http.clock.now() + 2 * 60_000);
      assert.equal((await redeem(http, late.code)).status, 401);
      assert.equal((await confirm(http, owner, id, '0000')).status, 404);
      const orphan = await begin(http, other);
      const redeemed = await redeem(http, orphan.code);
      await http.call('POST', '/api/v1/sign-out', bearer(other.access_token));
      assert.equal((await collect(http, redeemed.json.token)).status, 401);
    });
  });

  it('cannot be guessed: five wrong codes from an address', async () => {
    await claimed(async (http, owner) => {
      for (let i = 0; i < 5; i += 1) assert.equal((await redeem(http, `guess${i}`)).status, 401);
      const { code } = await begin(http, owner);
      assert.equal((await redeem(http, code)).status, 429);
    });
  });
});
