// The contract with scripts of the commands about people and posts.
import { eventually, temporaryFolder } from '#kit';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { friends, reads, write } from './friends-rig.ts';

interface Listed {
  id: string;
  uri: string;
  author: { node_id: string; username: string };
  text: string;
  created_at: string;
}

describe('the commands about people and posts', () => {
  it('post, feed, show and search print what scripts rely on', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const made = (await alice.ored('post', 'Bonjour', 'le monde', '--visibility', 'friends')) as Listed;
    assert.deepEqual(Object.keys(made), ['id', 'uri']);
    const piped = await alice.cli(['post', '-'], 'from a pipe\nsecond line\n');
    assert.equal(piped.code, 0, piped.stderr);
    await reads(bob, 'Bonjour le monde');
    await reads(bob, 'from a pipe\nsecond line');
    const feed = (await bob.ored('feed')) as Listed[];
    assert.deepEqual(
      feed.map(({ author, text }) => [author.node_id, author.username, text]),
      [
        [alice.nodeId, 'alice-1', 'from a pipe\nsecond line'],
        [alice.nodeId, 'alice-1', 'Bonjour le monde'],
      ],
    );
    assert.deepEqual([feed[1]?.id, feed[1]?.uri], [made.id, made.uri]);
    assert.equal(((await bob.ored('feed', '--limit', '1')) as Listed[]).length, 1);
    assert.equal(((await bob.ored('show', made.uri)) as Listed).text, 'Bonjour le monde');
    const found = (await bob.ored('search', 'bonjour')) as Listed[];
    assert.deepEqual(
      found.map(({ uri }) => uri),
      [made.uri],
    );
    await alice.ored('delete', made.id);
    await eventually('it is gone', async () => (await bob.cli(['show', made.uri])).code === 1);
    const refused = await bob.cli([
      'show',
      `orf://${alice.nodeId}/post/01890000-0000-7000-8000-000000000000`,
    ]);
    assert.deepEqual([refused.code, Object.keys(refused.json() as object)], [1, ['error']]);
  });

  it('posts a file, and says so when there is none', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    using folder = temporaryFolder();
    const file = `${folder.path}/letter.txt`;
    writeFileSync(file, 'Dear Bob');
    await alice.ored('post', 'a letter', '--media', file);
    const read = await reads(bob, 'a letter');
    assert.equal(read.media[0]?.name, 'letter.txt');
    const missing = await alice.cli(['post', 'x', '--media', `${folder.path}/nothing`]);
    assert.notEqual(missing.code, 0);
    assert.match(missing.stderr, /There is no file/);
  });

  it('friends commands name people, and fail when there is nothing to answer', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    const list = (await alice.ored('friends', 'list')) as Record<string, unknown>[];
    assert.deepEqual(
      list.map(({ node_id, username, relationship, status }) => [node_id, username, relationship, status]),
      [[bob.nodeId, 'bob-1', 'friend', 'accepted']],
    );
    const found = (await alice.ored('find', 'bob-1')) as Record<string, unknown>[];
    assert.deepEqual(
      found.map(({ node_id }) => node_id),
      [bob.nodeId],
    );
    assert.notEqual((await alice.cli(['friends', 'accept', 'bob-1'])).code, 0);
    assert.notEqual((await alice.cli(['friends', 'add', 'nobody-here'])).code, 0);
    await alice.ored('friends', 'remove', 'bob-1');
    assert.deepEqual(await alice.ored('friends', 'list'), []);
    await write(alice, 'alone again', { visibility: 'private' });
    const shown = (await alice.ored('feed')) as Listed[];
    assert.equal(shown[0]?.text, 'alone again');
  });
});
