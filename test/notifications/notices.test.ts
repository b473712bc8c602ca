// Which events become notifications, how they merge, settle and are bounded.
import { claimNode, eventually, fakeClock, makeNode } from '#kit';
import * as api from '#node/notifications/api.ts';
import { addFriend } from '#node/people/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { by, followed, happen, list, message, nobody, reaction, request, settled } from './rig.ts';

const [carol, dave] = [nobody(1), nobody(2)];
const uri = (nodeId: string, id: string): string => `orf://${nodeId}/post/${id}`;
const POST = '01890000-0000-7000-8000-000000000001';
const OTHER = '01890000-0000-7000-8000-000000000002';

describe('notifications', () => {
  it('tell of requests, acceptances, answers, reactions, messages, strangers and refusals', async () => {
    await using node = await makeNode({ name: 'alice' });
    const mine = uri(node.nodeId, POST);
    const received = { type: 'posts.received', subject: uri(carol, OTHER), actor: by(carol) };
    await happen(
      node,
      request(carol),
      { type: 'people.befriended', subject: dave, actor: by(dave), new: { direction: 'out' } },
      { ...received, new: { version: 1, parent: mine } },
      reaction(mine, dave),
      message(carol, 'm1'),
      message(dave, 'm2', true),
      { type: 'people.followed', subject: dave, actor: by(dave) },
      {
        type: 'federation.undelivered',
        subject: 'orf://x/message/m3',
        actor: by(dave),
        new: { state: 'refused', type: 'direct_message' },
      },
    );
    const found = (await settled(node)).toReversed();
    assert.deepEqual(
      found.map(({ kind, target, about, actors }) => [kind, target, about, actors.map((one) => one.node_id)]),
      [
        ['friend_request', carol, null, [carol]],
        ['friend_accepted', dave, null, [dave]],
        ['reply', uri(carol, OTHER), mine, [carol]],
        ['reaction', mine, null, [dave]],
        ['message', carol, null, [carol]],
        ['message_request', dave, null, [dave]],
        ['follow', node.nodeId, null, [dave]],
        ['delivery_refused', 'orf://x/message/m3', null, [dave]],
      ],
    );
    assert.ok(found.every(({ read }) => !read));
  });

  it('tell of every change at the owner’s own doors, and cannot be switched off by who made it', async () => {
    await using node = await makeNode({ name: 'alice' });
    const quiet = await node.call(api.changeSettings, { body: { security: { app: false, push: false } } });
    assert.deepEqual(quiet.security, { app: true, push: true });
    const types = [
      'passkey_added',
      'passphrase_changed',
      'second_factor_off',
      'recovery_code_used',
      'paired',
    ];
    const actor = 'account:1';
    await happen(node, ...types.map((type) => ({ type: `session.${type}`, subject: node.nodeId, actor })));
    const found = (await settled(node)).toReversed();
    assert.deepEqual(
      found.map(({ kind, target, actors }) => [kind, target, actors.length]),
      types.map((type) => ['security', type, 0]),
    );
  });

  it('say nothing of what the owner did, nor of what is between others', async () => {
    await using node = await makeNode({ name: 'alice' });
    const account = 'account:1';
    await happen(
      node,
      { type: 'people.befriended', subject: carol, actor: account, new: { direction: 'in' } },
      {
        type: 'posts.received',
        subject: uri(carol, OTHER),
        actor: by(carol),
        new: { parent: uri(dave, POST) },
      },
      { type: 'posts.received', subject: uri(carol, POST), actor: by(carol), new: { parent: null } },
      reaction(uri(dave, POST), carol),
      { type: 'posts.reacted', subject: uri(node.nodeId, POST), actor: account },
      { type: 'hint.federation.delivery', subject: 'x', actor: 'system' },
      // Between nodes: nothing that the owner wrote.
      {
        type: 'federation.undelivered',
        subject: 'x',
        actor: by(carol),
        new: { state: 'refused', type: 'identity_update' },
      },
      { type: 'notifications.reminded', subject: 'elsewhere', actor: 'system' },
    );
    assert.deepEqual(await settled(node), []);
  });

  it('merge what happens again to the same thing while it is unread, and begin anew when it was read', async () => {
    await using node = await makeNode({ name: 'alice' });
    const mine = uri(node.nodeId, POST);
    await happen(node, reaction(mine, carol), reaction(mine, dave), reaction(mine, carol));
    await happen(node, ...Array.from({ length: 5 }, (_, index) => message(carol, `m${index}`)));
    await happen(node, message(carol, 'm6'));
    const [talk, liked] = await settled(node);
    assert.deepEqual([talk?.kind, talk?.count, talk?.people], ['message', 6, 1]);
    assert.deepEqual([liked?.kind, liked?.count, liked?.people], ['reaction', 3, 2]);
    assert.deepEqual(
      liked?.actors.map((one) => one.node_id),
      [carol, dave],
    );
    await node.call(api.readNotices, { body: { id: liked?.id ?? '' } });
    await happen(node, reaction(mine, nobody(3)));
    const again = await settled(node);
    assert.deepEqual(
      again.map(({ kind, count, read }) => [kind, count, read]),
      [
        ['reaction', 1, false],
        ['message', 6, false],
        ['reaction', 3, true],
      ],
    );
  });

  it('name at most twenty people, and count them all', async () => {
    await using node = await makeNode({ name: 'alice' });
    const mine = uri(node.nodeId, POST);
    await happen(node, ...Array.from({ length: 30 }, (_, index) => reaction(mine, nobody(index))));
    const [only] = await settled(node);
    assert.deepEqual([only?.actors.length, only?.people], [20, 30]);
    assert.equal(only?.actors[0]?.node_id, nobody(29));
  });

  it('tell of an answer once, however often it is edited', async () => {
    await using node = await makeNode({ name: 'alice' });
    const answer = {
      type: 'posts.received',
      subject: uri(carol, OTHER),
      actor: by(carol),
      new: { version: 1, parent: uri(node.nodeId, POST) },
    };
    await happen(node, answer);
    const [first] = await settled(node);
    await node.call(api.readNotices, { body: { id: first?.id ?? '' } });
    await happen(node, { ...answer, new: { ...answer.new, version: 2 } });
    assert.deepEqual(
      (await settled(node)).map(({ id, read }) => [id, read]),
      [[first?.id, true]],
    );
  });

  it('settle with their matter: read in the conversation, answered, withdrawn, ended, blocked', async () => {
    await using node = await makeNode({ name: 'alice' });
    const account = 'account:1';
    const mine = uri(node.nodeId, POST);
    const answer = uri(carol, OTHER);
    await happen(
      node,
      message(carol, 'm1'),
      message(dave, 'm2', true),
      request(nobody(3)),
      request(nobody(4)),
      request(nobody(5)),
      { type: 'posts.received', subject: answer, actor: by(carol), new: { parent: mine } },
      reaction(mine, carol),
    );
    assert.equal((await settled(node)).length, 7);
    await happen(
      node,
      { type: 'conversations.read', subject: carol, actor: account },
      { type: 'conversations.request-declined', subject: dave, actor: account },
      { type: 'people.befriended', subject: nobody(3), actor: account, new: { direction: 'in' } },
      { type: 'people.ended', subject: nobody(4), actor: by(nobody(4)) },
      { type: 'people.blocked', subject: nobody(5), actor: account },
      { type: 'posts.withdrawn', subject: answer, actor: by(carol) },
      { type: 'posts.deleted', subject: mine, actor: account },
    );
    assert.deepEqual(
      (await settled(node)).map(({ kind, read }) => [kind, read]),
      [
        ['friend_request', true],
        ['message_request', true],
        ['message', true],
      ],
    );
    assert.equal((await list(node)).unread, 0);
  });

  it('are silent about the muted and about kinds that the owner does not want', async () => {
    await using node = await makeNode({ name: 'alice' });
    await using bob = await makeNode({ name: 'bob' });
    await node.call(addFriend, { body: { who: bob.url } });
    await node.ored('mute', 'bob');
    await node.call(api.changeSettings, { body: { follow: { app: false } } });
    await happen(node, message(bob.nodeId, 'm1'), {
      type: 'people.followed',
      subject: carol,
      actor: by(carol),
    });
    await happen(node, message(carol, 'm2'));
    assert.deepEqual(
      (await settled(node)).map(({ kind, target }) => [kind, target]),
      [['message', carol]],
    );
    const settings = await node.call(api.readSettings, {});
    assert.deepEqual(
      [settings.follow, settings.message],
      [
        { app: false, push: false },
        { app: true, push: true },
      ],
    );
  });

  it('tell once of what many refuse, naming them all until it is read, and never of it again', async () => {
    await using node = await makeNode({ name: 'alice' });
    const mine = uri(node.nodeId, POST);
    const refused = (who: string, type = 'post_share') => ({
      type: 'federation.undelivered',
      subject: mine,
      actor: by(who),
      new: { state: 'refused', type, code: 'posts/not-followed' },
    });
    const crowd = Array.from({ length: 1_000 }, (_, index) => nobody(index + 1));
    await happen(node, ...crowd.map((who) => refused(who)));
    const [one, ...others] = await settled(node);
    assert.deepEqual(others, []);
    assert.deepEqual([one?.kind, one?.target, one?.count], ['delivery_refused', mine, 1_000]);
    assert.ok((one?.people ?? 0) > 10);
    await node.call(api.readNotices, { body: { id: one?.id ?? '' } });
    await happen(node, refused(nobody(2_000)));
    assert.deepEqual(
      (await settled(node)).map(({ count, read }) => [count, read]),
      [[1_000, true]],
    );
    await happen(node, refused(dave, 'friend_request'));
    assert.deepEqual((await settled(node))[0]?.target, dave);
    // Asking once more begins anew.
    await happen(node, { type: 'people.asked', subject: dave, actor: 'account:1' });
    assert.equal((await settled(node)).length, 1);
  });

  it('tell of everything that was given up as one matter', async () => {
    await using node = await makeNode({ name: 'alice' });
    const expired = (who: string, type: string, id: string) => ({
      type: 'federation.undelivered',
      subject: uri(node.nodeId, id),
      actor: by(who),
      new: { state: 'expired', type, code: 'network/unreachable' },
    });
    await happen(
      node,
      expired(carol, 'post_share', POST),
      expired(dave, 'post_share', POST),
      expired(dave, 'post_reaction', OTHER),
      expired(dave, 'void', OTHER),
    );
    assert.deepEqual(
      (await settled(node)).map(({ kind, target, people, count }) => [kind, target, people, count]),
      [['delivery_expired', node.nodeId, 2, 3]],
    );
  });

  it('keep 10,000: the oldest that were read go first', async () => {
    await using node = await makeNode({ name: 'alice' });
    const fill = (from: number, count: number): Promise<void> =>
      happen(
        node,
        ...Array.from({ length: count }, (_, index) => ({
          type: 'federation.undelivered',
          subject: `orf://x/message/${from + index}`,
          actor: by(carol),
          new: { state: 'refused', type: 'direct_message' },
        })),
      );
    await fill(0, 10_000);
    await followed(node);
    const page = await list(node, { limit: 10 });
    const one = page.items[3];
    await node.call(api.readNotices, { body: { id: one?.id ?? '' } });
    await fill(10_000, 2);
    await followed(node);
    const { unread } = await node.call(api.countNotices, {});
    assert.equal(unread, 10_000);
    const { items } = await list(node, { limit: 20 });
    assert.ok(!items.some(({ id }) => id === one?.id));
  });

  it('remind once of a recovery kit that is not confirmed, a day after the node was claimed', async () => {
    const clock = fakeClock();
    await using node = await makeNode({ name: 'alice', clock });
    await claimNode(node);
    await clock.advance(1_000);
    assert.deepEqual(await settled(node), []);
    clock.step(clock.now() + 25 * 3_600_000);
    await clock.advance(1_000);
    const kinds = async (): Promise<string[]> => (await settled(node)).map(({ kind }) => kind);
    await eventually('the reminder', async () => (await kinds()).includes('kit_unconfirmed'));
    clock.step(clock.now() + 72 * 3_600_000);
    await clock.advance(1_000);
    assert.deepEqual(await kinds(), ['kit_unconfirmed']);
    await happen(node, { type: 'identity.kit_confirmed', subject: node.nodeId, actor: 'account:1' });
    assert.deepEqual(await kinds(), []);
  });
});
