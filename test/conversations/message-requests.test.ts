// A message of somebody who is no friend waits for the owner, without files; saying no is final until the owner writes.
import { eventually, makeNode } from '#kit';
import { changeThread, sendMessage } from '#node/conversations/api.ts';
import { uploadMedia } from '#node/media/api.ts';
import { changeBond } from '#node/people/api.ts';
import { searchRoute } from '#node/search/api.ts';
import { AppError } from '#protocol';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeSigner, overHttp, type Peer } from '../federation/rig.ts';
import { befriend, makeTown, read, requests, say, sealedEnvelope, written } from './rig.ts';

const settle = (action: 'accept' | 'decline', who: string) => ({ params: { action }, body: { who } });
const withCode = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

describe('message requests', () => {
  it('waits apart from the conversations, and cannot be found, until the owner accepts', async () => {
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await say(bob, 'alice', 'Nous étions à la même école.');
    await eventually('the request has come', async () => (await requests(alice))[0]?.text !== undefined);
    assert.deepEqual(await requests(alice), [{ node_id: bob.nodeId, text: 'Nous étions à la même école.' }]);
    assert.deepEqual(await read(alice), []);
    const search = { query: { q: 'école' } };
    assert.deepEqual((await alice.call(searchRoute, search)).items, []);

    await alice.call(changeThread, settle('accept', 'bob'));
    assert.deepEqual(await requests(alice), []);
    assert.deepEqual(
      (await read(alice)).map(({ text }) => text),
      ['Nous étions à la même école.'],
    );
    assert.equal((await alice.call(searchRoute, search)).items.length, 1);
    await say(alice, 'bob', 'Mais oui !');
    await eventually('bob has the answer, in his conversation', async () => (await read(bob)).length === 2);
    await assert.rejects(
      alice.call(changeThread, settle('accept', 'bob')),
      withCode('conversations/no-request'),
    );
  });

  it('takes nothing more from somebody declined, until the owner writes to them', async () => {
    await using town = await makeTown('alice', 'bob');
    const { alice, bob } = town.people;
    await say(bob, 'alice', 'Buy my course!');
    await eventually('the request has come', async () => (await requests(alice)).length === 1);
    await alice.call(changeThread, settle('decline', 'bob'));
    const again = await say(bob, 'alice', 'Really, buy it!');
    await eventually('bob learns that it was refused', async () => {
      const last = (await read(bob, 'alice')).at(-1);
      return last?.id === again.id && last.delivery === 'refused' && last.reason === 'conversations/declined';
    });
    assert.deepEqual(await requests(alice), []);
    assert.deepEqual(await read(alice), []);
    await say(alice, 'bob', 'What is it about?');
    await say(bob, 'alice', 'Gardening.');
    await eventually('they talk', async () => (await read(alice)).at(-1)?.text === 'Gardening.');
  });

  it('becomes a conversation when the two become friends, and declines when one is blocked', async () => {
    await using town = await makeTown('alice', 'bob', 'mallory');
    const { alice, bob, mallory } = town.people;
    await say(bob, 'alice', 'Hello');
    await say(mallory, 'alice', 'Hello');
    await eventually('both requests have come', async () => (await requests(alice)).length === 2);
    await befriend(alice, bob);
    await alice.call(changeBond, { params: { action: 'block' }, body: { who: mallory.nodeId } });
    await eventually('nothing waits', async () => (await requests(alice)).length === 0);
    assert.deepEqual(
      (await read(alice)).map(({ author }) => author.username),
      ['bob'],
    );
    await assert.rejects(say(alice, mallory.nodeId, 'no'), withCode('conversations/blocked'));
  });

  it('carries no files: a stranger cannot attach any, and what comes all the same is not taken', async () => {
    await using alice = await makeNode({ name: 'alice' });
    const mallory = await makeSigner();
    await overHttp.introduce(alice as unknown as Peer, mallory);
    const attachment = {
      cid: 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
      key: 'A'.repeat(43),
      size: 10,
      type: 'image/png',
    } as const;
    const content = { ...written('look'), attachments: [attachment] } as unknown as ReturnType<
      typeof written
    >;
    await overHttp.inbox(alice as unknown as Peer, await sealedEnvelope(mallory, alice, 1, content));
    const [message] = await eventually('it is opened', async () => {
      const messages = await read(alice, mallory.nodeId);
      return messages.length === 1 && messages;
    });
    assert.deepEqual([message?.text, message?.attachments, message?.withheld], ['look', undefined, 1]);

    const file = join(alice.dataDir, 'note.txt');
    writeFileSync(file, 'note');
    const { id } = await alice.upload(uploadMedia, file, { name: 'note.txt' });
    await assert.rejects(
      alice.call(sendMessage, { body: { who: mallory.nodeId, text: 'here', files: [id] } }),
      withCode('conversations/files-for-friends'),
    );
  });

  it('takes twenty messages of one request and then refuses', async () => {
    await using alice = await makeNode({ name: 'alice' });
    const mallory = await makeSigner();
    await overHttp.introduce(alice as unknown as Peer, mallory);
    for (let n = 1; n <= 21; n += 1) {
      const envelope = await sealedEnvelope(mallory, alice, n, written(`message ${n}`));
      const { receipt } = await overHttp.inbox(alice as unknown as Peer, envelope);
      const [line] = receipt?.lines ?? [];
      // The lane of strangers has a budget of its own, which may come first.
      if (line?.verdict === 'later') break;
      assert.equal(line?.verdict, n <= 20 ? 'accepted' : 'refused');
      if (n === 21) assert.equal(line?.code, 'conversations/request-full');
    }
    await eventually('twenty are kept', async () => (await read(alice, mallory.nodeId)).length === 20);
  });
});
