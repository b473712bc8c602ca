// The owner reads: pages, marking as read, other devices, and who may not.
import { claimNode, eventually, makeNode } from '#kit';
import { changesSchema } from '#node/edge/live/api.ts';
import * as api from '#node/notifications/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { befriend, write } from '../posts/friends-rig.ts';
import { followed, happen, list, nobody, request, settled } from './rig.ts';
import * as conversations from '#node/conversations/api.ts';
import * as posts from '#node/posts/api.ts';

describe('reading notifications', () => {
  it('gives pages, newest first, without a double or a gap while more come', async () => {
    await using node = await makeNode({ name: 'alice' });
    await happen(node, ...Array.from({ length: 7 }, (_, index) => request(nobody(index))));
    await followed(node);
    const first = await list(node, { limit: 3 });
    await happen(node, request(nobody(50)));
    await followed(node);
    const second = await list(node, { limit: 3, cursor: first.next_cursor ?? '' });
    const third = await list(node, { limit: 3, cursor: second.next_cursor ?? '' });
    assert.deepEqual(
      [...first.items, ...second.items, ...third.items].map(({ target }) => target),
      [6, 5, 4, 3, 2, 1, 0].map(nobody),
    );
    assert.deepEqual([first.unread, third.unread, third.next_cursor], [7, 8, null]);
  });

  it('marks one, or all that the reader had seen, and tells other devices', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await happen(node, ...Array.from({ length: 4 }, (_, index) => request(nobody(index))));
    const [newest] = await settled(node);
    await happen(node, request(nobody(9)));
    await followed(node);
    const changes = async (query: string) =>
      changesSchema.parse(await (await owner.fetch(`/api/v1/changes${query}`)).json());
    const { cursor } = await changes('');
    assert.deepEqual(await node.call(api.readNotices, { body: { up_to: newest?.cursor ?? '' } }), {
      unread: 1,
    });
    assert.deepEqual(
      (await list(node, { unread: 'true' })).items.map(({ target }) => target),
      [nobody(9)],
    );
    assert.ok((await changes(`?after=${cursor}`)).changes.some(({ kind }) => kind === 'notification'));
    const [last] = await settled(node);
    assert.deepEqual(await node.call(api.readNotices, { body: { id: last?.id ?? '' } }), { unread: 0 });
    await assert.rejects(node.call(api.readNotices, { body: { id: '999999999' } }), {
      code: 'notifications/not-found',
    });
  });

  it('is the owner’s alone', async () => {
    await using node = await makeNode({ name: 'alice' });
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/count'],
      ['POST', '/read'],
      ['GET', '/settings'],
      ['PATCH', '/settings'],
      ['GET', '/push'],
      ['PUT', '/push/subscription'],
      ['DELETE', '/push/subscription'],
    ] as const) {
      const answer = await node.fetch(`/api/v1/notifications${path}`, { method });
      assert.equal(answer.status, 401, `${method} ${path}`);
    }
  });

  it('refuses settings of kinds that do not exist', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const change = (body: object): Promise<Response> =>
      owner.fetch('/api/v1/notifications/settings', {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    assert.equal((await change({ gossip: { app: true } })).ok, false);
    assert.equal((await change({ reply: { sound: true } })).ok, false);
    assert.equal((await change({ reply: { push: false } })).status, 200);
  });
});

describe('between two nodes', () => {
  it('friendship, an answer, a reaction and a message each tell the other’s owner, by name', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await befriend(alice, bob);
    const kinds = async (node: typeof alice): Promise<string[]> =>
      (await list(node)).items.map(({ kind, actors }) => `${kind} ${actors[0]?.username ?? ''}`);
    await eventually('the acceptance', async () => (await kinds(alice)).includes('friend_accepted bob-1'));
    const [asked] = (await list(bob)).items;
    assert.deepEqual([asked?.kind, asked?.read], ['friend_request', true]);

    const post = await write(alice, 'Le fleuve ce soir', { visibility: 'friends' });
    await eventually('the post arrives', async () =>
      (await bob.call(posts.readFeed, { query: {} })).items.find(({ state }) => state === 'here'),
    );
    await bob.call(posts.react, { params: { id: post.uri }, body: { value: '👍' } });
    await write(bob, 'Magnifique', { reply_to: post.uri });
    await bob.call(conversations.sendMessage, { body: { who: 'alice-1', text: 'Bonsoir' } });
    for (const expected of ['reaction bob-1', 'reply bob-1', 'message bob-1']) {
      await eventually(expected, async () => (await kinds(alice)).includes(expected));
    }
    await alice.call(conversations.changeThread, { params: { action: 'read' }, body: { who: 'bob-1' } });
    await eventually('the message is settled', async () =>
      (await list(alice)).items.some(({ kind, read }) => kind === 'message' && read),
    );
    // Nothing that was written stands in a notification.
    assert.ok(!/fleuve|Magnifique|Bonsoir/.test(JSON.stringify(await list(alice))));
  });
});
