// Everything that is the owner's, as files that can be checked; and leaving, which everybody learns of.
import { eventually, makeNode, temporaryFolder, type TestNode } from '#kit';
import { identity } from '#node/identity/index.ts';
import { addFriend, listConnections, readPerson } from '#node/people/api.ts';
import { readProgress, startLeaving, type ShownProgress as Progress } from '#node/portability/api.ts';
import { readFeed } from '#node/posts/api.ts';
import { AppError, sha256, toHex, verifyIdentityLog } from '#protocol';
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { befriend, makeTown, read, say } from '../conversations/rig.ts';

interface Manifest {
  readonly node_id: string;
  readonly files: { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

function linesOf(folder: string, path: string): Record<string, unknown>[] {
  return readFileSync(join(folder, path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const withCode = (name: string) => (error: unknown) =>
  error instanceof AppError && error.code === `portability/${name}`;

async function textsOf(node: TestNode): Promise<string[]> {
  const { items } = await node.call(readFeed, { query: {} });
  return items.map(({ text }) => text);
}

async function eventsOf(node: TestNode): Promise<string[]> {
  return (await node.host.events.since(0, 1_000)).map(({ type }) => type);
}

describe('an export', () => {
  it('holds identity, people, posts with their files, and both sides of conversations; the hashes fit', async () => {
    await using town = await makeTown('alice', 'bob');
    using folder = temporaryFolder();
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    const picture = join(folder.path, 'recipe.txt');
    writeFileSync(picture, 'Three apples, two eggs.');
    await alice.ored('post', 'Apple cake', '--media', picture);
    await say(alice, 'bob', 'It is in the oven.');
    await say(bob, 'alice', 'I am on my way.');
    await eventually('both messages are here', async () => (await read(alice)).length === 2);
    await alice.ored('report', bob.nodeId, 'He ate all of it.');

    const target = join(folder.path, 'export');
    const done = (await alice.ored('export', target)) as { state: string; files: number };
    assert.equal(done.state, 'done');
    const { files, node_id } = manifestOf(target);
    assert.equal(node_id, alice.nodeId);
    assert.equal(done.files, files.length);
    for (const { path, bytes, sha256: hash } of files) {
      const content = readFileSync(join(target, path));
      assert.deepEqual([content.length, toHex(sha256(content))], [bytes, hash], path);
    }
    const log = readFileSync(join(target, 'identity/did.jsonl'), 'utf8');
    assert.equal((await verifyIdentityLog(log)).nodeId, alice.nodeId);
    const [post] = linesOf(target, 'posts/posts.jsonl');
    assert.match(String(post?.['object']), /Apple cake/);
    assert.deepEqual(
      linesOf(target, 'conversations/messages.jsonl').map(({ text }) => text),
      ['I am on my way.', 'It is in the oven.'],
    );
    assert.deepEqual(
      linesOf(target, 'people/connections.jsonl').map(({ nodeId }) => nodeId),
      [bob.nodeId],
    );
    assert.equal(linesOf(target, 'conversations/reports.jsonl')[0]?.['reason'], 'He ate all of it.');
    const media = files.filter(({ path }) => path.startsWith('media/'));
    assert.deepEqual(
      media.map(({ path }) => readFileSync(join(target, path), 'utf8')),
      ['Three apples, two eggs.'],
    );
    assert.deepEqual(
      readdirSync(target, { recursive: true }).filter((name) => /\.part$|progress/.test(String(name))),
      [],
    );
  });

  it('goes on in its own folder, and refuses one that holds anything else', async () => {
    await using town = await makeTown('alice');
    using folder = temporaryFolder();
    const { alice } = town.people;
    const target = join(folder.path, 'export');
    await alice.ored('export', target);
    rmSync(join(target, 'manifest.json'));
    writeFileSync(join(target, '.export-progress.jsonl'), '{"path":"media/x","bytes":1,"sha');
    await alice.ored('post', 'Later');
    await alice.ored('export', target);
    assert.equal(linesOf(target, 'posts/posts.jsonl').length, 1);
    assert.ok(existsSync(join(target, 'manifest.json')));

    const other = join(folder.path, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.txt'), 'mine');
    const refused = await alice.cli(['export', other, '--json']);
    assert.equal(refused.code, 1);
    assert.deepEqual(refused.error().code, 'portability/folder-in-use');
    assert.deepEqual(readdirSync(other), ['thesis.txt']);
  });
});

describe('leaving', () => {
  it('is refused without the exact username, before anything is written or sent', async () => {
    await using alice = await makeNode({ name: 'alice' });
    using folder = temporaryFolder();
    const target = join(folder.path, 'export');
    assert.equal((await alice.cli(['leave', target])).code, 2);
    const wrong = await alice.cli(['leave', target, '--confirm', 'bob']);
    assert.equal(wrong.code, 65, wrong.stderr);
    assert.equal(existsSync(target), false);
    await assert.rejects(alice.call(startLeaving, { body: { confirm: 'alice' } }), withCode('export-first'));
    assert.equal(alice.door(identity).closed(), false);
  });

  it('knows a finished export after a restart, and none whose manifest is gone', async () => {
    await using alice = await makeNode({ name: 'alice' });
    using folder = temporaryFolder();
    const target = join(folder.path, 'export');
    await alice.ored('export', target);
    await alice.restart();
    const { exported } = await alice.call(readProgress, {});
    const manifest = readFileSync(join(target, 'manifest.json'));
    assert.equal(exported?.folder, target);
    assert.equal(exported.manifest_sha256, toHex(sha256(manifest)));
    assert.ok(Date.parse(exported.finished_at) <= Date.now());
    rmSync(join(target, 'manifest.json'));
    await assert.rejects(alice.call(startLeaving, { body: { confirm: 'alice' } }), withCode('export-first'));
    writeFileSync(join(target, 'manifest.json'), manifest);
    await alice.call(startLeaving, { body: { confirm: 'alice' } });
    await eventually('the node is closed', () => alice.door(identity).closed());
  });

  it('asks friends to erase, ends the bonds, leaves the directory and closes the node for good', async () => {
    await using town = await makeTown('alice', 'bob');
    using folder = temporaryFolder();
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    await alice.ored('post', 'Under the old oak');
    await alice.ored('post', 'For me alone', '--visibility', 'private');
    await eventually('bob has read the post', async () => (await textsOf(bob)).includes('Under the old oak'));
    await say(alice, 'bob', 'Goodbye then.');
    const done = (await alice.ored('leave', join(folder.path, 'out'), '--confirm', 'alice')) as Progress;
    assert.deepEqual([done.state, done.contacts, done.reached, done.missed], ['done', 1, 1, []]);

    assert.deepEqual(await bob.ored('friends', 'list'), []);
    await eventually('the post is gone from bob’s node', async () => (await textsOf(bob)).length === 0);
    const types = await eventsOf(bob);
    assert.ok(types.includes('posts.withdrawn'), types.join());
    assert.equal((await bob.call(readPerson, { params: { who: alice.nodeId } })).closed, true);
    await assert.rejects(bob.call(addFriend, { body: { who: alice.nodeId } }), /people\/closed/);
    const gone = await fetch(`${town.registry.url}/api/v1/nodes/discover?username=alice`);
    assert.deepEqual(((await gone.json()) as { items: unknown[] }).items, []);

    await say(bob, alice.nodeId, 'Are you there?');
    await eventually('what bob writes to her is cancelled', async () => {
      const [newest] = (await bob.ored('outbox')) as { state: string; reason?: string }[];
      return newest?.state === 'cancelled' && newest.reason === 'identity/closed';
    });
  });

  it('takes and writes nothing more, stays readable, and says so, also after a restart', async () => {
    await using alice = await makeNode({ name: 'alice' });
    using folder = temporaryFolder();
    await alice.ored('post', 'Mine', '--visibility', 'private');
    await alice.ored('leave', join(folder.path, 'out'), '--confirm', 'alice');
    for (const restarted of [false, true]) {
      if (restarted) await alice.restart();
      for (const line of [
        ['post', 'More'],
        ['message', 'send', 'bob', 'Hello'],
        ['friends', 'add', 'bob'],
        ['profile', '--bio', 'Back'],
      ]) {
        const refused = await alice.cli([...line, '--json']);
        assert.equal(refused.error().code, 'identity/closed', line.join(' '));
      }
      const inbox = await alice.fetch('/orf/v1/inbox', {
        method: 'POST',
        headers: { 'content-type': 'application/orf+json' },
        body: '{}',
      });
      assert.equal(inbox.status, 410);
      assert.equal(((await inbox.json()) as { code: string }).code, 'identity/closed');
      assert.equal((await alice.running.status()).closed, true);
      assert.deepEqual(await textsOf(alice), ['Mine']);
    }
    const again = await alice.cli(['leave', join(folder.path, 'again'), '--confirm', 'alice', '--json']);
    assert.equal(again.error().code, 'portability/left');
    assert.equal(existsSync(join(folder.path, 'again')), false);
    assert.equal(((await alice.ored('export', join(folder.path, 'later'))) as Progress).state, 'done');
    assert.equal(linesOf(join(folder.path, 'later'), 'posts/posts.jsonl').length, 1);
  });

  it('leaves what could not be delivered in the mailbox, and it counts when the friend is back', async () => {
    await using town = await makeTown('alice', 'bob');
    using folder = temporaryFolder();
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    await alice.ored('post', 'Under the old oak');
    await eventually('bob has read the post', async () => (await textsOf(bob)).includes('Under the old oak'));
    await bob.stop();
    const done = (await alice.ored('leave', join(folder.path, 'out'), '--confirm', 'alice')) as Progress;
    assert.deepEqual([done.state, done.reached, done.mailboxes, done.missed], ['done', 0, 1, []]);
    await bob.start();
    await eventually('the bond has ended', async () => {
      const { items } = await bob.call(listConnections, { query: {} });
      return items.length === 0;
    });
    await eventually('the post is gone', async () => (await textsOf(bob)).length === 0);
  });
});
