// Two friends talk: what arrives, in which order, where it stands, and what can be found again.
import { eventually } from '#kit';
import { searchRoute } from '#node/search/api.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { befriend, makeTown, read, say } from './rig.ts';

test('friends write to each other, and both read the same conversation, oldest first', async () => {
  await using town = await makeTown('alice', 'bob');
  const { alice, bob } = town.people;
  await befriend(alice, bob);
  const first = await say(alice, 'bob', 'On se voit à huit heures ?');
  assert.equal(first.text, 'On se voit à huit heures ?');
  assert.deepEqual(first.author, { node_id: alice.nodeId, username: 'alice' });
  await eventually('bob has it', async () => (await read(bob, 'alice')).length === 1);
  await say(bob, 'alice', 'Oui, devant la gare.');
  const both = await eventually('alice has the answer', async () => {
    const messages = await read(alice, 'bob');
    return messages.length === 2 && messages[0]?.delivery === 'accepted' && messages;
  });
  assert.deepEqual(
    both.map(({ text, author }) => [author.username, text]),
    [
      ['alice', 'On se voit à huit heures ?'],
      ['bob', 'Oui, devant la gare.'],
    ],
  );
  const atBob = await read(bob, 'alice');
  assert.deepEqual(
    atBob.map(({ id, text, created_at }) => ({ id, text, created_at })),
    both.map(({ id, text, created_at }) => ({ id, text, created_at })),
  );
});
