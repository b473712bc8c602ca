// Friendship between real nodes: how it begins, crosses, is declined, ends and is blocked.
import { eventually, makeNode } from '#kit';
import * as people from '#node/people/api.ts';
import { federation } from '#node/federation/index.ts';
import type { MessageId, NodeId } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { befriend, bond, bondWith, connections } from '../posts/friends-rig.ts';

describe('friendship', () => {
  it('stands on both sides once the asked one has accepted, under the names of the verified records', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    const asked = await alice.call(people.addFriend, { body: { who: bob.url, note: 'Bonjour' } });
    assert.deepEqual([asked.username, asked.relationship, asked.status], ['bob-1', 'friend', 'pending']);
    const request = await eventually('the request arrives', async () =>
      (await connections(bob)).find(({ status }) => status === 'pending'),
    );
    assert.deepEqual([request.username, request.note, request.direction], ['alice-1', 'Bonjour', 'in']);
    await bond(bob, 'accept', 'alice-1');
    await eventually('both are friends', async () => (await bondWith(alice, bob)) === 'friend:accepted');
    assert.equal(await bondWith(bob, alice), 'friend:accepted');
  });

  it('comes at once from requests that cross', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await Promise.all([
      alice.call(people.addFriend, { body: { who: bob.url } }),
      bob.call(people.addFriend, { body: { who: alice.url } }),
    ]);
    await eventually('both are friends', async () =>
      [await bondWith(alice, bob), await bondWith(bob, alice)].every((found) => found === 'friend:accepted'),
    );
  });

  it('is not made by claiming that it was accepted (F23)', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using mallory = await makeNode({ name: 'mallory' });
    await mallory.call(people.addFriend, { body: { who: alice.url } });
    await eventually(
      'the request arrives',
      async () => (await bondWith(alice, mallory)) === 'friend:pending',
    );
    const door = mallory.door(federation);
    const forged = await mallory.host.db.write((tx) =>
      door.send(tx, {
        to: alice.nodeId as NodeId,
        type: 'friend_response',
        payload: {
          created_at: new Date().toISOString(),
          request_id: '01890000-0000-7000-8000-000000000000' as MessageId,
          accepted: true,
        },
      }),
    );
    const entry = await eventually('the claim is judged', async () =>
      (await door.ledger.list({ limit: 10 })).items.find(
        ({ id, state }) => id === forged && state === 'refused',
      ),
    );
    assert.equal(entry.reason, 'people/not-asked');
    assert.equal(await bondWith(alice, mallory), 'friend:pending');
  });

  it('ends on both sides, and an answer to nothing is refused', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await befriend(alice, bob);
    await bond(alice, 'remove', 'bob-1');
    await eventually('bob no longer has her', async () => (await bondWith(bob, alice)) === undefined);
    await assert.rejects(bond(bob, 'accept', alice.nodeId), { code: 'people/unknown' });
    await assert.rejects(bond(bob, 'remove', 'alice-1'), { code: 'people/unknown' });
  });

  it('can be declined, three times for good', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    for (let round = 1; round <= 3; round += 1) {
      await alice.call(people.addFriend, { body: { who: bob.url } });
      await eventually('it waits', async () => (await bondWith(bob, alice)) === 'friend:pending');
      await bond(bob, 'reject', 'alice-1');
      await eventually('she knows', async () => (await bondWith(alice, bob)) === 'friend:rejected');
    }
    await alice.call(people.addFriend, { body: { who: bob.url } });
    const refused = await eventually('it is refused', async () =>
      (await alice.door(federation).ledger.list({ limit: 10 })).items.find(
        ({ state }) => state === 'refused',
      ),
    );
    assert.equal(refused.reason, 'people/refused');
    assert.equal(await bondWith(bob, alice), 'friend:rejected');
  });

  it('is over with a block, which refuses what the blocked one sends', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await befriend(alice, bob);
    await bond(alice, 'block', 'bob-1');
    await eventually('bob no longer has her', async () => (await bondWith(bob, alice)) === undefined);
    assert.equal(await bondWith(alice, bob), 'blocked:accepted');
    await assert.rejects(alice.call(people.addFriend, { body: { who: 'bob-1' } }), {
      code: 'people/blocked',
    });
    await bob.call(people.addFriend, { body: { who: alice.url } });
    await eventually('his request is not accepted', async () =>
      (await bob.door(federation).ledger.list({ limit: 10 })).items.some(
        ({ type, state, attempts }) => type === 'friend_request' && (state === 'refused' || attempts > 0),
      ),
    );
    assert.equal(await bondWith(alice, bob), 'blocked:accepted');
  });

  it('is refused with oneself and with nobody', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await assert.rejects(alice.call(people.addFriend, { body: { who: alice.url } }), { code: 'people/self' });
    await assert.rejects(bond(alice, 'accept', 'nobody-here'), { code: 'people/unknown' });
    await assert.rejects(bond(alice, 'accept', 'x'), { code: 'people/unknown' });
  });
});
