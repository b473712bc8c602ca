// Two people find each other through a registry, become friends, share a post with friends only, and talk in private.
// Each node and the registry is a process of its own, and everything is done by `ored` commands.
import { eventually } from '#kit';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { befriend, filesOf, makeVillage } from './village.ts';

interface Said {
  readonly id: string;
  readonly author: { readonly node_id: string; readonly username: string };
  readonly text: string;
  readonly created_at: string;
}

test('alice finds bob, a friends-only post reaches him and not carol, and their messages are theirs alone', async () => {
  await using village = await makeVillage();
  const [alice, bob, carol] = await Promise.all([
    village.settle('alice'),
    village.settle('bob'),
    village.settle('carol'),
  ]);

  const found = await alice.ored<{ node_id: string; username: string; name_since: string }[]>('find', 'bob');
  assert.deepEqual(
    found.map(({ node_id, username }) => ({ node_id, username })),
    [{ node_id: bob.nodeId, username: 'bob' }],
  );
  // A name may have been another's before: what the directory says of it reaches who looks for somebody.
  assert.ok(Date.parse(found[0]?.name_since ?? '') <= Date.now());
  assert.notEqual(await alice.exit('friends', 'add', 'nobody-here'), 0);
  assert.notEqual(await bob.exit('friends', 'accept', 'alice'), 0, 'nothing is pending yet');
  await befriend(alice, bob);

  const text = 'Les premières figues sont mûres : passez quand vous voulez.';
  const post = await alice.ored<{ id: string; uri: string }>('post', text, '--visibility', 'friends');
  assert.match(post.uri, new RegExp(`^orf://${alice.nodeId}/post/`));
  await eventually("the post reads in full in bob's feed", async () => {
    const feed = await bob.ored<Said[]>('feed');
    return feed.some((item) => item.author.node_id === alice.nodeId && item.text === text);
  });
  assert.equal((await bob.ored<{ text: string }>('show', post.uri)).text, text);
  assert.equal(await carol.exit('show', post.uri), 1);
  assert.deepEqual(await carol.ored('feed'), []);

  const secret = 'Rendez-vous sous le vieux châtaignier, à 19 h 15.';
  const sent = await bob.ored<Said>('message', 'send', 'alice', secret);
  const [got] = await eventually('alice has the message', async () => {
    const messages = await alice.ored<Said[]>('message', 'list', 'bob');
    return messages.length > 0 && messages;
  });
  assert.deepEqual(
    { id: got?.id, author: got?.author, text: got?.text, created_at: got?.created_at },
    {
      id: sent.id,
      author: { node_id: bob.nodeId, username: 'bob' },
      text: secret,
      created_at: sent.created_at,
    },
  );

  // The same search finds what did travel in the open, so that finding nothing means something.
  const wire = village.wire();
  assert.ok(wire.includes('"direct_message"'), 'the wire was listened to');
  const places = [
    { path: 'the wire', bytes: wire },
    { path: "the registry's log", bytes: Buffer.from(village.registry.output()) },
    ...[alice, bob, carol].map((one) => ({ path: `${one.name}'s log`, bytes: Buffer.from(one.output()) })),
    ...[village.registry, alice, bob, carol].flatMap(({ dataDir }) => filesOf(dataDir)),
  ];
  assert.ok(
    places.some(({ path }) => path.startsWith(village.registry.dataDir)),
    'the registry has files',
  );
  for (const needle of [secret, 'châtaignier', JSON.stringify('châtaignier').slice(1, -1)]) {
    for (const form of [
      Buffer.from(needle),
      Buffer.from(needle, 'utf16le'),
      Buffer.from(base64Core(needle)),
    ]) {
      for (const { path, bytes } of places) assert.ok(!bytes.includes(form), `${path} holds the message`);
    }
  }
});

/** The part of a text's base64 that does not depend on what stands after it. */
function base64Core(text: string): string {
  return Buffer.from(text).toString('base64').slice(0, -4);
}
