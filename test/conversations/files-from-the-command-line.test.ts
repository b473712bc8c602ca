// `ored message send --file`: a file goes along to a friend, and to nobody else.
import { eventually, temporaryFolder } from '#kit';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { befriend, makeTown, read } from './rig.ts';

test('a file goes along with a message to a friend', async () => {
  await using town = await makeTown('alice', 'bob');
  using folder = temporaryFolder();
  const { alice, bob } = town.people;
  const map = join(folder.path, 'map.txt');
  writeFileSync(map, 'Left at the old oak.');

  const refused = await alice.cli(['message', 'send', 'bob', 'The map', '--file', map]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /Files can be sent to friends only/);
  assert.deepEqual(await read(alice), []);
  const missing = await alice.cli(['message', 'send', 'bob', 'The map', '--file', join(folder.path, 'none')]);
  assert.match(missing.stderr, /There is no file/);

  await befriend(alice, bob);
  await alice.ored('message', 'send', 'bob', 'The map', '--file', map);
  const [message] = await eventually('bob has it', async () => {
    const messages = await read(bob, 'alice');
    return messages.length === 1 && messages;
  });
  assert.equal(message?.text, 'The map');
  assert.deepEqual(
    message.attachments?.map(({ name, size }) => [name, size]),
    [['map.txt', 20]],
  );
});
