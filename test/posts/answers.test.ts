// Replies and reactions: they reach the author, are served to other readers, and go.
import { eventually, makeNode, type TestNode } from '#kit';
import { federation } from '#node/federation/index.ts';
import * as posts from '#node/posts/api.ts';
import type { NodeId, Uri } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { befriend, bond, friends, reads, write } from './friends-rig.ts';

const thread = (node: TestNode, id: string) => node.call(posts.readThread, { params: { id } });
const react = (node: TestNode, id: string, value: string | null) =>
  node.call(posts.react, { params: { id }, body: { value } });

describe('answers', () => {
  it('reach the author, whose node serves them to others who may read the post', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await using carol = await makeNode({ name: 'carol' });
    await befriend(carol, alice);
    const { uri } = await write(alice, 'Who has seen my cat?');
    await reads(bob, 'Who has seen my cat?');
    await reads(carol, 'Who has seen my cat?');
    const reply = await write(bob, 'On my roof', { reply_to: uri, visibility: 'public' });
    await eventually('alice has the answer', async () => (await thread(alice, uri)).replies.length === 1);
    const hosted = (await thread(alice, uri)).replies[0];
    assert.deepEqual(
      [hosted?.text, hosted?.author.username, hosted?.uri, hosted?.visibility],
      ['On my roof', 'bob-1', reply.uri, 'friends'],
    );
    // Carol does not know bob: she proves his answer by his own log before she shows it.
    const { discovery } = await import('#node/discovery/index.ts');
    await carol.door(discovery).resolve(bob.url);
    const seen = await eventually('carol sees it', async () => (await thread(carol, uri)).replies[0]);
    assert.equal(seen.text, 'On my roof');
    const another = reply.uri.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await assert.rejects(carol.call(posts.readPost, { params: { id: another } }), {
      code: 'posts/not-found',
    });
  });

  it('can be removed by the author of the post, and by their own author everywhere', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { uri } = await write(alice, 'hello');
    await reads(bob, 'hello');
    const first = await write(bob, 'one', { reply_to: uri });
    await write(bob, 'two', { reply_to: uri });
    await eventually('both arrive', async () => (await thread(alice, uri)).replies.length === 2);
    await bob.call(posts.deletePost, { params: { id: first.id } });
    const left = await eventually('one is left', async () => {
      const { replies } = await thread(alice, uri);
      return replies.length === 1 && replies;
    });
    assert.equal(left[0]?.text, 'two');
    await alice.call(posts.deletePost, { params: { id: left[0]?.uri ?? '' } });
    assert.deepEqual((await thread(alice, uri)).replies, []);
    await assert.rejects(bob.call(posts.deletePost, { params: { id: uri } }), { code: 'posts/not-own' });
  });

  it('are reactions too: one for each person, changed and taken back', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { uri } = await write(alice, 'cake');
    await reads(bob, 'cake');
    const reactions = async () => (await thread(alice, uri)).reactions.map(({ value }) => value);
    await react(bob, uri, '🍰');
    await eventually('it arrives', async () => (await reactions())[0] === '🍰');
    await react(bob, uri, '❤️');
    await eventually('it changes', async () => (await reactions())[0] === '❤️');
    assert.equal((await reactions()).length, 1);
    await react(bob, uri, null);
    await eventually('it goes', async () => (await reactions()).length === 0);
    // Whoever has the post open is told, by the post's address.
    const withdrawn = (await alice.host.events.since(0, 1_000)).filter(
      ({ type }) => type === 'posts.reaction-withdrawn',
    );
    assert.deepEqual(
      withdrawn.map(({ subject, actor }) => [subject, actor]),
      [[uri, `node:${bob.nodeId}`]],
    );
    await assert.rejects(react(bob, uri, '<script>'), { code: 'posts/reaction-unprocessable' });
  });

  it('are refused where the post may not be read, and dropped when their proof does not hold', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const hidden = await write(alice, 'only for me', { visibility: 'private' });
    const open = await write(alice, 'for friends');
    await reads(bob, 'for friends');
    const door = bob.door(federation);
    const reply = (parent: string, object: string) =>
      bob.host.db.write((tx) =>
        door.send(tx, {
          to: alice.nodeId as NodeId,
          type: 'post_reply',
          payload: {
            created_at: new Date().toISOString(),
            uri: `orf://${bob.nodeId}/post/01890000-0000-7000-8000-000000000000` as Uri,
            parent: parent as Uri,
            object,
          },
        }),
      );
    const refused = await reply(hidden.uri, '{}');
    const entry = await eventually('it is refused', async () =>
      (await door.ledger.list({ limit: 20 })).items.find(
        ({ id, state }) => id === refused && state === 'refused',
      ),
    );
    assert.equal(entry.reason, 'posts/no-parent');
    await reply(open.uri, '{"type":"post"}');
    await write(bob, 'a true answer', { reply_to: open.uri });
    await eventually('the true one stands', async () => (await thread(alice, open.uri)).replies.length === 1);
    assert.equal((await thread(alice, open.uri)).replies[0]?.text, 'a true answer');
  });

  it('of somebody who is blocked go with the block', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { uri } = await write(alice, 'hello');
    await reads(bob, 'hello');
    await write(bob, 'rude', { reply_to: uri });
    await eventually('it arrives', async () => (await thread(alice, uri)).replies.length === 1);
    await bond(alice, 'block', 'bob-1');
    await eventually('it goes', async () => (await thread(alice, uri)).replies.length === 0);
  });
});
