// What cannot be read is never shown as if it could, and never lost (docs/security.md F28, F29).
import { eventually, makeNode } from '#kit';
import { identity } from '#node/identity/index.ts';
import { utf8, type JsonObject } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeSigner, overHttp, type Peer, type Signer } from '../federation/rig.ts';
import { read, sealedEnvelope, written } from './rig.ts';
import type { TestNode } from '#kit';

const inbox = (to: TestNode, bytes: Uint8Array): ReturnType<typeof overHttp.inbox> =>
  overHttp.inbox(to as unknown as Peer, bytes);

async function introduced(to: TestNode): Promise<Signer> {
  const signer = await makeSigner();
  await overHttp.introduce(to as unknown as Peer, signer);
  return signer;
}

async function settled(node: TestNode, signer: Signer, count: number): ReturnType<typeof read> {
  return eventually(`${count} messages are judged`, async () => {
    const messages = await read(node, signer.nodeId);
    return messages.length === count && messages;
  });
}

describe('sealed messages', () => {
  it('shows one that was sealed for this node in this envelope', async () => {
    await using bob = await makeNode({ name: 'bob' });
    const mallory = await introduced(bob);
    const { receipt } = await inbox(bob, await sealedEnvelope(mallory, bob, 1, written('hello')));
    assert.equal(receipt?.lines[0]?.verdict, 'accepted');
    const [message] = await settled(bob, mallory, 1);
    assert.deepEqual([message?.text, message?.state], ['hello', 'shown']);
  });

  it('refuses a message without a scheme, with an unknown one, or in the open', async () => {
    await using bob = await makeNode({ name: 'bob' });
    const mallory = await introduced(bob);
    const envelope = (n: number, payload: JsonObject): Uint8Array =>
      mallory.envelope(bob.door(identity).self().nodeId, n, { type: 'direct_message', payload });
    const whole = { enc: 'A'.repeat(43), ciphertext: 'AAAA' };
    for (const [i, payload] of [
      whole,
      { ...whole, scheme: 'none' },
      { scheme: 'hpke', text: 'in the open' },
      { ...whole, scheme: 'hpke', text: 'beside' },
    ].entries()) {
      const { receipt } = await inbox(bob, envelope(i + 1, payload));
      assert.deepEqual([receipt?.lines[0]?.verdict, receipt?.lines[0]?.code], ['refused', 'message/payload']);
    }
    assert.deepEqual(await bob.ored('message', 'requests'), []);
  });

  it('shows as unreadable what was changed, taken from another sender, or sealed for another envelope', async () => {
    await using bob = await makeNode({ name: 'bob' });
    const mallory = await introduced(bob);
    const eve = await introduced(bob);
    const flipped = 'A'.repeat(60);
    await inbox(
      bob,
      await sealedEnvelope(mallory, bob, 1, written('one'), { payload: { ciphertext: flipped } }),
    );
    // Sealed as if it came from eve: the parties are part of what the seal is bound to.
    const from = { node_id: eve.nodeId, server_url: eve.serverUrl, username: eve.username };
    const taken = await sealedEnvelope(mallory, bob, 2, written('two'), { as: { from } });
    const { payload } = JSON.parse(Buffer.from(taken).toString()) as { payload: JsonObject };
    await inbox(
      bob,
      mallory.envelope(bob.door(identity).self().nodeId, 2, { type: 'direct_message', payload }),
    );
    const messages = await settled(bob, mallory, 2);
    assert.deepEqual(
      messages.map(({ text, state, reason }) => [text, state, reason]),
      [
        ['', 'unreadable', 'seal/not-opened'],
        ['', 'unreadable', 'seal/not-opened'],
      ],
    );
  });

  it('shows as unreadable a content that is no message: another form, a hidden override, a later version', async () => {
    await using bob = await makeNode({ name: 'bob' });
    const mallory = await introduced(bob);
    const contents = [
      utf8('hello'),
      utf8('{"created_at":"2026-11-21T04:07:56.123Z","text":"x","version":2}'),
      utf8('{"created_at":"2026-11-21T04:07:56.123Z","text":"x\u202ey","version":1}'),
      utf8('{"created_at":"2026-11-21T04:07:56.123Z","html":"<b>","text":"x","version":1}'),
      utf8('{"created_at":"2026-11-21T04:07:56.123Z","text":"","version":1}'),
    ];
    for (const [i, content] of contents.entries()) {
      await inbox(bob, await sealedEnvelope(mallory, bob, i + 1, content));
    }
    const messages = await settled(bob, mallory, contents.length);
    assert.ok(messages.every(({ state, text }) => state === 'unreadable' && text === ''));
    assert.deepEqual(
      messages.map(({ reason }) => reason),
      ['canonical/syntax', ...Array<string>(4).fill('message/content')],
    );
  });

  it('keeps what it cannot read, tries it again at the next start, and tells of it once', async () => {
    await using bob = await makeNode({ name: 'bob' });
    const mallory = await introduced(bob);
    const payload = { ciphertext: 'A'.repeat(60) };
    await inbox(bob, await sealedEnvelope(mallory, bob, 1, written('one'), { payload }));
    await settled(bob, mallory, 1);
    await bob.restart();
    const [message] = await settled(bob, mallory, 1);
    assert.equal(message?.state, 'unreadable');
    const told = (await bob.host.events.since(0, 500)).filter(
      ({ type }) => type === 'conversations.received',
    );
    assert.equal(told.length, 1);
    assert.ok(!JSON.stringify(await bob.host.events.since(0, 500)).includes(payload.ciphertext));
  });

  it('opens a message once, however often its envelope comes', async () => {
    await using bob = await makeNode({ name: 'bob' });
    const mallory = await introduced(bob);
    const envelope = await sealedEnvelope(mallory, bob, 1, written('only once'));
    const first = await inbox(bob, envelope);
    await settled(bob, mallory, 1);
    const again = await inbox(bob, envelope);
    assert.deepEqual(again.receipt?.lines, first.receipt?.lines);
    await bob.restart();
    assert.equal((await settled(bob, mallory, 1))[0]?.text, 'only once');
  });

  it('keeps the order of a sender whose clock is wrong, and dates nothing into the future', async () => {
    await using bob = await makeNode({ name: 'bob' });
    const mallory = await introduced(bob);
    const times = ['2030-01-01T00:00:00.000Z', '2001-01-01T00:00:00.000Z', new Date().toISOString()];
    for (const [i, created_at] of times.entries()) {
      await inbox(bob, await sealedEnvelope(mallory, bob, i + 1, written(`number ${i + 1}`, { created_at })));
    }
    const messages = await settled(bob, mallory, 3);
    assert.deepEqual(
      messages.map(({ text }) => text),
      ['number 1', 'number 2', 'number 3'],
    );
    assert.ok(
      messages.every(({ created_at }) => created_at > '2026' && Date.parse(created_at) <= Date.now()),
    );
  });
});
