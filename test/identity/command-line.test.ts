// `ored id` and `ored sign-in` as a script runs them, against a real node (docs/security.md L10).
import { claimNode, eventually, makeNode, signIn } from '#kit';
import {
  beginSecondFactor,
  confirmSecondFactor,
  readSecondFactor,
} from '#node/identity/second-factor/api.ts';
import { codeOfStep } from '#node/identity/second-factor/totp.ts';
import { listNotices } from '#node/notifications/api.ts';
import { verifyIdentityLog } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

describe('ored id', () => {
  it('shows who the node is, as status and the network do', async () => {
    await using node = await makeNode({ name: 'alice' });
    const shown = (await node.ored('id', 'show')) as Record<string, unknown>;
    const status = (await node.ored('status')) as Record<string, unknown>;
    for (const field of ['node_id', 'did', 'username', 'server_url', 'recovery']) {
      assert.equal(shown[field], status[field], field);
    }
    const log = await (await node.fetch('/.well-known/did.jsonl')).text();
    assert.equal((await verifyIdentityLog(log)).nodeId, shown.node_id);
  });

  it('shows the kit, confirms it with the two words asked for, and never shows it again', async () => {
    await using node = await makeNode({ name: 'alice' });
    const kit = (await node.ored('id', 'kit')) as { words: string[]; check: number[] };
    assert.equal(kit.words.length, 24);
    const wrong = await node.cli(['id', 'kit', '--confirm', 'not these']);
    assert.equal(wrong.code, 65);
    const asked = kit.check.map((position) => kit.words[position - 1]).join(' ');
    assert.deepEqual(await node.ored('id', 'kit', '--confirm', asked), { recovery: 'confirmed' });
    const status = (await node.ored('status')) as Record<string, unknown>;
    assert.equal(status.recovery, 'confirmed');
    const again = await node.cli(['id', 'kit']);
    assert.deepEqual([again.code, Object.keys(again.json() as object)], [1, ['error']]);
  });
});

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const codeNow = (secret: string): string => {
  const bits = Array.from(secret, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return codeOfStep(Uint8Array.from(bytes), Math.floor(Date.now() / 30_000));
};

describe('ored sign-in', () => {
  it('lets an owner back in who lost phone, codes and passphrase, and tells every device', async () => {
    await using node = await makeNode({ name: 'alice' });
    const unclaimed = await node.cli(['sign-in', 'new-passphrase']);
    assert.equal(unclaimed.error().code, 'session/unclaimed');
    const owner = await claimNode(node);
    const { secret } = await node.call(beginSecondFactor, {});
    await node.call(confirmSecondFactor, { body: { code: codeNow(secret) } });
    await assert.rejects(signIn(node), /session\/second-factor/);

    assert.deepEqual(await node.ored('sign-in', 'factor-off'), { second_factor: 'off' });
    assert.equal((await node.call(readSecondFactor, {})).since, null);
    const other = await signIn(node);
    assert.equal((await node.cli(['sign-in', 'factor-off'])).error().code, 'second-factor/off');

    const { passphrase } = (await node.ored('sign-in', 'new-passphrase')) as { passphrase: string };
    assert.equal(passphrase.split(' ').length, 7);
    for (const session of [owner, other]) assert.equal((await session.fetch('/api/v1/status')).status, 401);
    await assert.rejects(signIn(node), /session\/passphrase/);
    const answer = await node.fetch('/api/v1/sessions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ passphrase, mode: 'bearer' }),
    });
    assert.equal(answer.status, 201);
    const { access_token: token } = (await answer.json()) as { access_token: string };

    const told = async (): Promise<string[]> =>
      (await node.call(listNotices, { query: {} })).items
        .filter(({ kind }) => kind === 'security')
        .map(({ target }) => target)
        .toSorted();
    const expected = ['passphrase_changed', 'second_factor_off', 'second_factor_on'];
    await eventually('it is told', async () => (await told()).length === expected.length);
    assert.deepEqual(await told(), expected);

    // Not from afar, however well somebody has proven themselves.
    const remote = await node.fetch('/api/v1/passphrase/new', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ language: 'en' }),
    });
    assert.equal(remote.status, 403);
    assert.equal(((await remote.json()) as { code: string }).code, 'session/local-only');
  });
});
