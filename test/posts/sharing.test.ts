// Posts between real nodes: who reads them, who does not, and what happens to them later.
import { eventually, makeNode, type TestNode } from '#kit';
import { federation } from '#node/federation/index.ts';
import * as posts from '#node/posts/api.ts';
import { searchRoute } from '#node/search/api.ts';
import type { Cid, NodeId, Uri } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bond, bondWith, friends, reads, texts, write } from './friends-rig.ts';

const show = (node: TestNode, id: string) => node.call(posts.readPost, { params: { id } });

describe('sharing posts', () => {
  it('brings a friends-only post in full to a friend, and refuses it to a third node that knows its URI', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await using carol = await makeNode({ name: 'carol' });
    const { uri } = await write(alice, 'Les pommes sont mûres', { visibility: 'friends' });
    const read = await reads(bob, 'Les pommes sont mûres');
    assert.deepEqual([read.uri, read.author.username, read.visibility], [uri, 'alice-1', 'friends']);
    assert.equal((await show(bob, uri)).text, 'Les pommes sont mûres');
    assert.equal((await show(bob, read.id)).uri, uri);
    const { discovery } = await import('#node/discovery/index.ts');
    await carol.door(discovery).resolve(alice.url);
    await assert.rejects(show(carol, uri), { code: 'posts/not-found' });
    await assert.rejects(show(carol, `orf://${alice.nodeId}/post/01890000-0000-7000-8000-000000000000`), {
      code: 'posts/not-found',
    });
    const found = await bob.call(searchRoute, { query: { q: 'pommes mur' } });
    assert.deepEqual(
      found.items.map((item) => item.uri),
      [uri],
    );
  });

  it('keeps a private post on its own node', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { uri } = await write(alice, 'a secret', { visibility: 'private' });
    await write(alice, 'afterwards');
    await reads(bob, 'afterwards');
    assert.deepEqual(await texts(bob), ['afterwards']);
    await assert.rejects(show(bob, uri), { code: 'posts/not-found' });
  });

  it('propagates edits and deletions', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { id, uri } = await write(alice, 'first words');
    await reads(bob, 'first words');
    const edited = await alice.call(posts.editPost, { params: { id }, body: { text: 'second thoughts' } });
    assert.equal(edited.version, 2);
    const read = await reads(bob, 'second thoughts');
    assert.deepEqual([read.version, (await texts(bob)).includes('first words')], [2, false]);
    await assert.rejects(bob.call(posts.editPost, { params: { id }, body: { text: 'mine' } }), {
      code: 'posts/not-own',
    });
    await alice.call(posts.deletePost, { params: { id } });
    await eventually('it is gone', async () => (await texts(bob)).length === 0);
    await assert.rejects(show(bob, uri), { code: 'posts/not-found' });
    const found = await bob.call(searchRoute, { query: { q: 'thoughts' } });
    assert.deepEqual(found.items, []);
  });

  it('takes a post back from those who may no longer read it', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { id } = await write(alice, 'too open');
    await reads(bob, 'too open');
    await alice.call(posts.editPost, { params: { id }, body: { visibility: 'private' } });
    await eventually('it is gone', async () => (await texts(bob)).length === 0);
    await alice.call(posts.editPost, { params: { id }, body: { visibility: 'public' } });
    await reads(bob, 'too open');
  });

  it('refuses what a node says of another node’s posts (F22)', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { uri } = await write(alice, 'hers');
    await reads(bob, 'hers');
    const door = bob.door(federation);
    const created_at = new Date().toISOString();
    const sent = await bob.host.db.write(async (tx) => [
      await door.send(tx, {
        to: alice.nodeId as NodeId,
        type: 'post_delete',
        payload: { created_at, uri: uri as Uri, version: 9 },
      }),
      await door.send(tx, {
        to: alice.nodeId as NodeId,
        type: 'post_share',
        payload: {
          created_at,
          uri: uri as Uri,
          version: 9,
          visibility: 'public',
          size: 1,
          media: 0,
          cid: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' as Cid,
        },
      }),
    ]);
    const judged = await eventually('both are judged', async () => {
      const { items } = await door.ledger.list({ limit: 20 });
      const found = items.filter(({ id, state }) => sent.includes(id as never) && state === 'refused');
      return found.length === 2 && found;
    });
    assert.deepEqual(
      judged.map(({ reason }) => reason),
      ['posts/not-yours', 'posts/not-yours'],
    );
    assert.equal((await show(alice, uri)).version, 1);
  });

  it('fills in recent public posts when somebody is followed, and shows no others', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await write(alice, 'for all', { visibility: 'public' });
    await write(alice, 'for friends', { visibility: 'friends' });
    await bond(bob, 'follow', alice.url);
    await reads(bob, 'for all');
    await write(alice, 'news for all', { visibility: 'public' });
    await reads(bob, 'news for all');
    assert.deepEqual(await texts(bob), ['news for all', 'for all']);
    await bond(bob, 'unfollow', 'alice-1');
    await eventually('they leave the feed', async () => (await texts(bob)).length === 0);
  });

  it('fills in for new friends what they may read now', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await write(alice, 'older, for friends', { visibility: 'friends' });
    const { befriend } = await import('./friends-rig.ts');
    await befriend(bob, alice);
    await reads(bob, 'older, for friends');
  });

  it('removes what a friendship gave access to when it ends', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { uri } = await write(alice, 'among friends');
    await reads(bob, 'among friends');
    await bond(alice, 'remove', 'bob-1');
    await eventually('bob is told', async () => (await bondWith(bob, alice)) === undefined);
    await eventually('it is gone', async () => (await texts(bob)).length === 0);
    await assert.rejects(show(bob, uri), { code: 'posts/not-found' });
  });

  it('hides those who are muted, and shows them again', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await write(alice, 'loud');
    await reads(bob, 'loud');
    await bond(bob, 'mute', 'alice-1');
    assert.deepEqual(await texts(bob), []);
    await bond(bob, 'unmute', 'alice-1');
    assert.deepEqual(await texts(bob), ['loud']);
  });
});
