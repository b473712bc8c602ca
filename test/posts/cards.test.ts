// What a screen needs of a post, in one answer: counts, reactions, who is reached, where it arrived, earlier versions,
// answers to answers, and a deletion that can be taken back.
import { eventually, makeNode, type TestNode } from '#kit';
import * as federation from '#node/federation/api.ts';
import * as people from '#node/people/api.ts';
import * as posts from '#node/posts/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { befriend, bond, feed, friends, reads, texts, write } from './friends-rig.ts';

const show = (node: TestNode, id: string) => node.call(posts.readPost, { params: { id } });
const thread = (node: TestNode, id: string) => node.call(posts.readThread, { params: { id } });
const deliveries = (node: TestNode, item: string) =>
  node.call(federation.listDeliveries, { query: { item } });

describe('a page of posts', () => {
  it('holds all that a card shows, also of the author and of whom it reaches', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const audience = await alice.call(posts.readAudience, {});
    assert.deepEqual(audience.people, { public: 1, friends: 1, private: 0 });
    const { uri } = await write(alice, 'cake');
    await write(alice, 'diary', { visibility: 'private' });
    const read = await reads(bob, 'cake');
    assert.deepEqual([read.mine, read.audience, read.delivery, read.my_reaction], [false, null, null, null]);
    await bob.call(posts.react, { params: { id: uri }, body: { value: '🍰' } });
    await write(bob, 'Yes please', { reply_to: uri });
    const own = await eventually('the card is full', async () => {
      const [, cake] = (await feed(alice)).filter(({ reply_to }) => reply_to === null);
      const done = cake?.replies_count === 1 && cake.reaction_counts.length === 1;
      return done && cake.delivery?.accepted === 1 && cake;
    });
    assert.deepEqual(own.delivery, { queued: 0, relayed: 0, accepted: 1, refused: 0, cancelled: 0 });
    assert.deepEqual([own.mine, own.audience, own.my_reaction], [true, 1, null]);
    assert.deepEqual(own.reaction_counts, [{ value: '🍰', count: 1 }]);
    const theirs = (await feed(bob)).find(({ text }) => text === 'cake');
    assert.equal(theirs?.my_reaction, '🍰');
    const diary = (await feed(alice)).find(({ text }) => text === 'diary');
    assert.deepEqual([diary?.audience, diary?.delivery], [0, null]);
    const answer = (await feed(bob)).find(({ text }) => text === 'Yes please');
    assert.deepEqual([answer?.audience, answer?.delivery?.accepted], [null, 1]);
  });

  it('says how many posts of others have come since, without one’s own', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await write(alice, 'one');
    await reads(bob, 'one');
    const { newest_cursor: cursor } = await bob.call(posts.readFeed, { query: {} });
    assert.ok(cursor);
    const newer = async () => (await bob.call(posts.countNewPosts, { query: { cursor } })).count;
    assert.equal(await newer(), 0);
    await write(bob, 'mine');
    await write(alice, 'two');
    await eventually('the new one is counted', async () => (await newer()) === 1);
    await bond(bob, 'mute', 'alice-1');
    assert.equal(await newer(), 0);
    await assert.rejects(bob.call(posts.countNewPosts, { query: { cursor: 'x' } }), { code: 'posts/cursor' });
  });

  it('of one person holds what is here of them', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await write(alice, 'one');
    await write(alice, 'two', { visibility: 'private' });
    await write(bob, 'mine');
    await reads(bob, 'one');
    const of = async (node: TestNode, author: string) =>
      (await node.call(posts.listPosts, { query: { author } })).items.map(({ text }) => text);
    assert.deepEqual(await of(bob, alice.nodeId), ['one']);
    assert.deepEqual(await of(bob, 'alice-1'), ['one']);
    assert.deepEqual(await of(alice, alice.nodeId), ['two', 'one']);
    await assert.rejects(of(bob, 'nobody-1'));
  });

  it('shows the portrait of a friend, wherever the friend is named', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { default: sharp } = await import('sharp');
    const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const { uploadMedia } = await import('#node/media/api.ts');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${alice.dataDir}/portrait.png`, picture);
    const { id } = await alice.upload(uploadMedia, `${alice.dataDir}/portrait.png`, {});
    await alice.call(people.changeProfile, { body: { avatar: id } });
    await write(alice, 'new hat');
    const address = await eventually('the portrait is known', async () => {
      const post = (await feed(bob)).find(({ text }) => text === 'new hat');
      return post?.author.avatar ?? false;
    });
    assert.match(address, new RegExp(`^/api/v1/people/${alice.nodeId}/avatar\\?v=`));
    const own = (await feed(alice))[0]?.author.avatar;
    assert.equal(own, `/api/v1/media/${id}/thumbnail`);
  });
});

describe('an own post', () => {
  it('keeps what it said before, for its author alone', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const { id, uri } = await write(alice, 'Fisrt');
    await reads(bob, 'Fisrt');
    await alice.call(posts.editPost, { params: { id }, body: { text: 'First' } });
    await alice.call(posts.editPost, { params: { id }, body: { visibility: 'public' } });
    const history = async () => (await alice.call(posts.readHistory, { params: { id } })).items;
    const seen = (await history()).map(({ version, text, visibility }) => [version, text, visibility]);
    assert.deepEqual(seen, [
      [2, 'First', 'friends'],
      [1, 'Fisrt', 'friends'],
    ]);
    await reads(bob, 'First');
    await assert.rejects(bob.call(posts.readHistory, { params: { id: uri } }), { code: 'posts/not-own' });
    await alice.call(posts.deletePost, { params: { id } });
    await assert.rejects(history(), { code: 'posts/not-found' });
  });

  it('that is trashed is out of sight, comes back whole, or goes everywhere when its time is over', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const kept = await write(alice, 'kept');
    const gone = await write(alice, 'gone');
    await reads(bob, 'kept');
    await reads(bob, 'gone');
    const trash = (id: string, undo_s: number) =>
      alice.call(posts.trashPost, { params: { id }, body: { undo_s } });
    await trash(kept.id, 60);
    assert.deepEqual(await texts(alice), ['gone']);
    await assert.rejects(show(alice, kept.id), { code: 'posts/not-found' });
    await assert.rejects(trash(kept.id, 60), { code: 'posts/not-found' });
    await alice.restart();
    await alice.call(posts.restorePost, { params: { id: kept.id } });
    assert.deepEqual((await show(alice, kept.uri)).text, 'kept');
    await assert.rejects(alice.call(posts.restorePost, { params: { id: kept.id } }), {
      code: 'posts/not-found',
    });
    assert.deepEqual((await texts(bob)).toSorted(), ['gone', 'kept']);

    await trash(gone.id, 1);
    await eventually('bob forgets it', async () => (await texts(bob)).join() === 'kept');
    await assert.rejects(alice.call(posts.restorePost, { params: { id: gone.id } }), {
      code: 'posts/not-found',
    });
    await assert.rejects(bob.call(posts.trashPost, { params: { id: kept.uri }, body: {} }), {
      code: 'posts/not-own',
    });
  });

  it('shows answers to answers in the order in which they are read', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const root = await write(alice, 'root');
    const first = await write(alice, 'first', { reply_to: root.uri });
    await write(alice, 'second', { reply_to: root.uri });
    const deeper = await write(alice, 'first, deeper', { reply_to: first.uri });
    await write(alice, 'deepest', { reply_to: deeper.uri });
    const { replies } = await thread(alice, root.id);
    assert.deepEqual(
      replies.map(({ text, depth }) => [depth, text]),
      [
        [1, 'first'],
        [2, 'first, deeper'],
        [3, 'deepest'],
        [1, 'second'],
      ],
    );
  });
});

describe('the deliveries of an item', () => {
  it('say for each who was told where it stands and why, and are tried again or cancelled', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await using carol = await makeNode({ name: 'carol' });
    await befriend(alice, carol);
    await bob.stop();
    const { uri } = await write(alice, 'cake');
    const standing = await eventually('carol has it, bob waits', async () => {
      const found = await deliveries(alice, uri);
      return found.counts.accepted === 1 && found.items.some(({ attempts }) => attempts > 0) && found;
    });
    const waiting = standing.items.find(({ to }) => to.node_id === bob.nodeId);
    assert.deepEqual(
      [waiting?.state, waiting?.to.username, waiting?.can_retry, waiting?.can_cancel, waiting?.type],
      ['queued', 'bob-1', true, false, 'post_share'],
    );
    assert.match(waiting?.why ?? '', /again/);
    assert.deepEqual((await feed(alice))[0]?.delivery, standing.counts);
    await bob.start();
    const retried = await alice.call(federation.changeDeliveries, {
      params: { action: 'retry' },
      body: { item: uri },
    });
    assert.equal(retried.changed, 1);
    await eventually('both have it', async () => (await deliveries(alice, uri)).counts.accepted === 2);
    const theirs = { params: { action: 'cancel' as const }, body: { item: uri } };
    assert.equal((await alice.call(federation.changeDeliveries, theirs)).changed, 0);
    for (const item of [uri.replace(alice.nodeId, bob.nodeId), 'nonsense']) {
      await assert.rejects(deliveries(alice, item), { code: 'federation/not-found' });
    }
  });

  it('name the refusal in words, and a retry sends it anew', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await bond(bob, 'remove', 'alice-1').catch(() => undefined);
    // Alice's node has not heard of it yet in the moment that she writes: it is made as if.
    await eventually(
      'alice knows',
      async () => (await alice.call(posts.readAudience, {})).people.friends === 0,
    );
    await bond(alice, 'follow', bob.url);
    await bond(bob, 'follow', alice.url);
    await eventually('bob reads', async () => (await alice.call(posts.readAudience, {})).people.public === 1);
    const { db } = bob.host;
    const { tables } = await import('#kernel/db/database.ts');
    const { sql } = await import('kysely');
    const rename = (from: string, to: string) =>
      db.write(async (tx) => {
        await sql`UPDATE people_connection SET slot = ${to} WHERE slot = ${from}`.execute(tables(tx));
      });
    await rename('following', 'follower-kept');
    const { uri } = await write(alice, 'public cake', { visibility: 'public' });
    const refused = await eventually('it is refused', async () => {
      const found = await deliveries(alice, uri);
      return found.counts.refused === 1 && found.items[0];
    });
    assert.deepEqual(
      [refused.reason, refused.why],
      ['posts/not-followed', 'They no longer read what you post.'],
    );
    await rename('follower-kept', 'following');
    await alice.call(federation.retryOutbox, { params: { id: refused.id } });
    await eventually('it is taken', async () => (await deliveries(alice, uri)).counts.accepted === 1);
    assert.equal((await deliveries(alice, uri)).items.length, 1);
    const [taken] = (await deliveries(alice, uri)).items;
    await assert.rejects(alice.call(federation.retryOutbox, { params: { id: taken?.id ?? '' } }), {
      code: 'federation/not-again',
    });
  });
});
