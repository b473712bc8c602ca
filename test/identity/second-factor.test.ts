// The second factor: the RFC's own vectors, enrolment, sign-in by code and by recovery code, and what is refused:
// a code used twice, a wrong one, guessing, changes without a fresh proof (docs/security.md L6).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOfStep, otpauthUrl, stepOfCode, toBase32 } from '#node/identity/second-factor/totp.ts';
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

const STEP_MS = 30_000;

describe('one-time codes', () => {
  it('are those of RFC 6238, appendix B', () => {
    const secret = Buffer.from('12345678901234567890');
    const vectors: [seconds: number, code: string][] = [
      [59, '94287082'],
      [1111111109, '07081804'],
      [1111111111, '14050471'],
      [1234567890, '89005924'],
      [2000000000, '69279037'],
      [20000000000, '65353130'],
    ];
    for (const [seconds, code] of vectors)
      assert.equal(codeOfStep(secret, Math.floor(seconds / 30), 8), code);
    // RFC 4226, appendix D: six digits.
    assert.equal(codeOfStep(secret, 0), '755224');
    assert.equal(codeOfStep(secret, 9), '520489');
  });

  it('hold for their step and one on either side, and say which it was', () => {
    const secret = Buffer.alloc(20, 7);
    const at = (step: number): number => step * STEP_MS + 1_000;
    const code = codeOfStep(secret, 100);
    for (const step of [99, 100, 101]) assert.equal(stepOfCode(secret, code, at(step)), 100);
    for (const step of [98, 102]) assert.equal(stepOfCode(secret, code, at(step)), undefined);
    for (const wrong of ['', '12345', '1234567', 'abcdef', '１２３４５６']) {
      assert.equal(stepOfCode(secret, wrong, at(100)), undefined);
    }
  });

  it('come from a secret that apps read: base32 of RFC 4648', () => {
    const vectors = {
      '': '',
      f: 'MY',
      fo: 'MZXQ',
      foo: 'MZXW6',
      foob: 'MZXW6YQ',
      fooba: 'MZXW6YTB',
      foobar: 'MZXW6YTBOI',
    };
    for (const [text, base32] of Object.entries(vectors)) assert.equal(toBase32(Buffer.from(text)), base32);
    const url = new URL(otpauthUrl(Buffer.from('foobar'), 'alice'));
    assert.equal(url.searchParams.get('secret'), 'MZXW6YTBOI');
    assert.equal(url.searchParams.get('issuer'), 'O-Red');
  });
});

interface Bench {
  readonly http: HttpRig;
  readonly owner: BearerGrant;
  readonly codes: readonly string[];
  /** The code that the app shows now. */
  readonly app: (steps?: number) => string;
  readonly signIn: (code?: string) => Promise<Answer>;
}

function fromBase32(text: string): Uint8Array {
  const bits = text
    .split('')
    .map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
    .join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
}

async function enrolled(run: (bench: Bench) => Promise<void>): Promise<void> {
  await inFolder(async (dataDir) => {
    await using http = await makeHttpRig(dataDir);
    const owner = await claim(http);
    const setup = await http.call('POST', '/api/v1/second-factor/setup', bearer(owner.access_token));
    const secret = fromBase32(String(setup.json.secret));
    assert.equal(secret.length, 20);
    const app = (steps = 0): string => codeOfStep(secret, Math.floor(http.clock.now() / STEP_MS) + steps);
    const confirm = (code: string): Promise<Answer> =>
      http.call('POST', '/api/v1/second-factor', { body: { code }, ...bearer(owner.access_token) });
    const wrong = await confirm('000000' === app() ? '000001' : '000000');
    assert.equal(wrong.json.code, 'second-factor/code');
    assert.equal(
      (await http.call('POST', '/api/v1/sessions', { body: { passphrase } })).status,
      201,
      'still off',
    );
    const done = await confirm(app());
    assert.equal(done.status, 201, done.text);
    await run({
      http,
      owner,
      codes: done.json.recovery_codes as string[],
      app,
      signIn: (code) =>
        http.call('POST', '/api/v1/sessions', {
          body: { passphrase, ...(code === undefined ? {} : { code }) },
        }),
    });
  });
}

const later = (http: HttpRig, ms = STEP_MS): void => http.clock.step(http.clock.now() + ms);

describe('the second factor', () => {
  it('is asked for after the passphrase, takes each code once, and not the one that turned it on', async () => {
    await enrolled(async ({ http, app, signIn }) => {
      assert.equal((await signIn()).json.code, 'session/second-factor');
      assert.equal((await signIn(app())).json.code, 'session/code', 'the code of the enrolment');
      later(http);
      assert.equal((await signIn(app())).status, 201);
      assert.equal((await signIn(app())).status, 401);
      assert.equal((await signIn(app(-1))).status, 401, 'an older step than the last one used');
      const without = await http.call('POST', '/api/v1/sessions', {
        body: { passphrase: 'not it', code: app(1) },
      });
      assert.equal(without.json.code, 'session/passphrase');
      assert.equal((await signIn(app(1))).status, 201, 'a code beside a wrong passphrase was not used up');
    });
  });

  it('lets one of two uses of a code at the same moment in', async () => {
    await enrolled(async ({ http, app, signIn }) => {
      later(http);
      const answers = await Promise.all([signIn(app()), signIn(app())]);
      assert.deepEqual(
        answers.map(({ status }) => status).sort((a, b) => a - b),
        [201, 401],
      );
    });
  });

  it('has ten recovery codes, each for one time, typed in any way, and new ones end the old', async () => {
    await enrolled(async ({ http, codes, owner, signIn }) => {
      assert.equal(new Set(codes).size, 10);
      const [first = '', second = '', third = ''] = codes;
      assert.match(first, /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
      assert.equal((await signIn(first)).status, 201);
      assert.equal((await signIn(first)).status, 401);
      assert.equal((await signIn(second.toUpperCase().replaceAll('-', ' '))).status, 201);
      const state = await http.call('GET', '/api/v1/second-factor', bearer(owner.access_token));
      assert.equal(state.json.recovery_codes_left, 8);
      const path = '/api/v1/second-factor/recovery-codes';
      const renewed = await http.call('POST', path, bearer(owner.access_token));
      assert.equal((await signIn(third)).status, 401);
      assert.equal((await signIn((renewed.json.recovery_codes as string[])[0])).status, 201);
      const events = JSON.stringify(await http.rig.events.since(0, 100));
      assert.ok(events.includes('session.recovery_code_used'));
      for (const code of codes) assert.equal(events.includes(code), false);
    });
  });

  it('cannot be guessed: five wrong codes from an address, and the right passphrase clears nothing', async () => {
    await enrolled(async ({ http, app, signIn }) => {
      later(http);
      const right = app();
      for (let i = 0; i < 5; i += 1) {
        const guess = String((Number(right) + 1 + i) % 1_000_000).padStart(6, '0');
        assert.equal((await signIn(guess)).status, 401);
        // As a guesser would, to be given five more.
        if (i < 4) assert.equal((await signIn()).json.code, 'session/second-factor');
      }
      const limited = await signIn(right);
      assert.equal(limited.status, 429);
      assert.ok(Number(limited.headers.get('retry-after')) > 0);
      later(http, 15 * 60_000 + 1);
      assert.equal((await signIn(app())).status, 201);
    });
  });

  it('is part of stepping up, and is turned off by a fresh proof only', async () => {
    await enrolled(async ({ http, app, owner, signIn }) => {
      later(http, 6 * 60_000);
      const off = (): Promise<Answer> =>
        http.call('DELETE', '/api/v1/second-factor', bearer(owner.access_token));
      assert.equal((await off()).json.code, 'session/step-up');
      const stepUp = (body: unknown): Promise<Answer> =>
        http.call('POST', '/api/v1/sessions/step-up', { body, ...bearer(owner.access_token) });
      assert.equal((await stepUp({ passphrase })).json.code, 'session/second-factor');
      assert.equal((await stepUp({ passphrase, code: app() })).status, 204);
      const again = await http.call('POST', '/api/v1/second-factor/setup', bearer(owner.access_token));
      assert.equal(again.json.code, 'second-factor/on');
      assert.equal((await off()).status, 204);
      assert.equal((await off()).json.code, 'second-factor/off');
      assert.equal((await signIn()).status, 201);
    });
  });

  it('forgets a set-up after ten minutes', async () => {
    await inFolder(async (dataDir) => {
      await using http = await makeHttpRig(dataDir);
      const first = await claim(http);
      const early = await http.call('POST', '/api/v1/second-factor', {
        body: { code: '123456' },
        ...bearer(first.access_token),
      });
      assert.equal(early.json.code, 'second-factor/not-begun');
      const setup = await http.call('POST', '/api/v1/second-factor/setup', bearer(first.access_token));
      later(http, 10 * 60_000);
      const again = await http.call('POST', '/api/v1/sessions', { body: { passphrase, mode: 'bearer' } });
      const code = codeOfStep(fromBase32(String(setup.json.secret)), Math.floor(http.clock.now() / STEP_MS));
      const late = await http.call('POST', '/api/v1/second-factor', {
        body: { code },
        ...bearer(String(again.json.access_token)),
      });
      assert.equal(late.json.code, 'second-factor/not-begun');
    });
  });
});
