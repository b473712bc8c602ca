// Invitation links between real nodes: friends at once, counted, expiring, taken back, and worth nothing when forged.
import { eventually, fakeClock, makeNode, type TestNode } from '#kit';
import { listOutbox } from '#node/federation/api.ts';
import * as people from '#node/people/api.ts';
import { inviteIn } from '#node/people/invites/model.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bond, bondWith } from '../posts/friends-rig.ts';

const invite = (
  node: TestNode,
  body: { uses?: number; days?: number; accept?: boolean; note?: string } = {},
) => node.call(people.createInvite, { body });
const list = async (node: TestNode) => (await node.call(people.listInvites, {})).items;
const come = (node: TestNode, url: string) => node.call(people.addFriend, { body: { who: url } });

describe('an invitation', () => {
  it('makes a friend at once of whoever comes with it, as often as it says, and no more', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await using carol = await makeNode({ name: 'carol' });
    const { url, id, state, reach } = await invite(alice, { note: 'Pour Bob' });
    assert.equal(reach, 'machine', 'the test’s address is no use to anybody elsewhere');
    assert.equal(state, 'open');
    assert.match(url, new RegExp(`^${alice.url}/i/[A-Za-z0-9_-]{22}$`));
    await come(bob, url);
    await eventually('they are friends', async () => (await bondWith(bob, alice)) === 'friend:accepted');
    assert.equal(await bondWith(alice, bob), 'friend:accepted');
    const [used] = await list(alice);
    assert.deepEqual(
      [used?.id, used?.state, used?.uses, used?.note, used?.url],
      [id, 'used', 1, 'Pour Bob', url],
    );
    await come(carol, url);
    await eventually('carol’s is a request like any other', async () => {
      return (await bondWith(alice, carol)) === 'friend:pending';
    });
    assert.equal((await list(alice))[0]?.uses, 1);
  });

  it('that does not accept beforehand brings a request', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await come(bob, (await invite(alice, { accept: false, uses: 3 })).url);
    await eventually('the request waits', async () => (await bondWith(alice, bob)) === 'friend:pending');
    assert.deepEqual(
      (await list(alice)).map(({ uses, state }) => [uses, state]),
      [[1, 'open']],
    );
  });

  it('is worth nothing when it is taken back, forged, or for somebody who is blocked', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    const { id, url } = await invite(alice, { uses: 10 });
    await alice.call(people.revokeInvite, { params: { id } });
    await assert.rejects(alice.call(people.revokeInvite, { params: { id } }), { code: 'people/no-invite' });
    await come(bob, url);
    await eventually('only a request', async () => (await bondWith(alice, bob)) === 'friend:pending');
    await bond(alice, 'block', bob.nodeId);
    await eventually('bob’s request has ended', async () => (await bondWith(bob, alice)) === undefined);
    await come(bob, (await invite(alice)).url);
    await eventually('bob’s new request has been tried', async () => {
      const { items } = await bob.call(listOutbox, { query: {} });
      const [newest] = items.filter(({ type }) => type === 'friend_request');
      return items.filter(({ type }) => type === 'friend_request').length === 2 && newest?.attempts !== 0;
    });
    assert.equal(await bondWith(alice, bob), 'blocked:accepted');
    assert.deepEqual(
      (await list(alice)).map(({ uses }) => uses),
      [0, 0],
    );
  });

  it('ends with its days, and only so many are open at once', async () => {
    const clock = fakeClock();
    await using alice = await makeNode({ name: 'alice-1', clock });
    for (let made = 0; made < 200; made += 1) await invite(alice, { days: 1 });
    await assert.rejects(invite(alice), { code: 'people/too-many-invites' });
    clock.step(clock.now() + 86_400_001);
    assert.ok((await list(alice)).every(({ state }) => state === 'expired'));
    await invite(alice);
    assert.deepEqual([(await list(alice)).length, (await list(alice))[0]?.state], [200, 'open']);
    await assert.rejects(invite(alice, { uses: 0 }), { code: 'http/invalid' });
  });

  it('is read from a link and from nothing else', () => {
    const secret = 'abcdefghijklmnopqrstuv';
    assert.deepEqual(inviteIn(` https://a.example:7/x/i/${secret}/ `), {
      url: 'https://a.example:7/x',
      secret,
    });
    for (const who of [
      'alice',
      'https://a.example',
      `https://a.example/i/${secret}x`,
      `ftp://a/i/${secret}`,
    ]) {
      assert.equal(inviteIn(who), undefined, who);
    }
  });

  it('is made, shown and taken back from the command line too', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    assert.deepEqual(await alice.ored('invites'), []);
    const made = (await alice.ored('invites', 'create', '--note', 'Chorale', '--uses', '30')) as {
      readonly id: string;
      readonly url: string;
    };
    const [shown] = (await alice.ored('invites')) as (typeof made & people.ShownInvite)[];
    assert.deepEqual(
      [shown?.url, shown?.note, shown?.uses_max, shown?.accept, shown?.state],
      [made.url, 'Chorale', 30, true, 'open'],
    );
    assert.deepEqual(await alice.ored('invites', 'revoke', made.id), { id: made.id, done: 'revoke' });
    assert.equal((await list(alice))[0]?.state, 'revoked');
    assert.equal((await alice.cli(['invites', 'revoke', made.id])).code, 1);
    assert.equal((await alice.cli(['invites', 'create', '--uses', 'many'])).code, 2);
    assert.equal((await alice.cli(['invites', 'create', '--uses', '5000'])).code, 65);
  });
});
