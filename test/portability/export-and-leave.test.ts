// Everything that is the owner's, as files that can be checked; and leaving, which everybody learns of.
import { eventually, temporaryFolder } from '#kit';
import { discovery } from '#node/discovery/index.ts';
import { identity } from '#node/identity/index.ts';
import { sha256, toHex, verifyIdentityLog } from '#protocol';
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
    assert.equal((refused.json() as { code: string }).code, 'portability/folder-in-use');
    assert.deepEqual(readdirSync(other), ['thesis.txt']);
  });
});

describe('leaving', () => {
  it('needs the typed username, exports, tells friends, leaves the directory and closes the identity', async () => {
    await using town = await makeTown('alice', 'bob');
    using folder = temporaryFolder();
    const { alice, bob } = town.people;
    await befriend(alice, bob);
    const target = join(folder.path, 'export');
    assert.equal((await alice.cli(['leave', target])).code, 2);
    const wrong = await alice.cli(['leave', target, '--confirm', 'bob']);
    assert.equal(wrong.code, 65, wrong.stderr);
    assert.equal(alice.door(identity).closed(), false);

    const done = (await alice.ored('leave', target, '--confirm', 'alice')) as Record<string, unknown>;
    assert.deepEqual([done['state'], done['contacts'], done['reached']], ['done', 1, 1]);
    assert.ok(existsSync(join(target, 'manifest.json')));
    assert.equal(alice.door(identity).closed(), true);
    assert.deepEqual(await bob.ored('friends', 'list'), []);
    const known = await bob.door(discovery).loadSender(alice.door(identity).self().nodeId);
    assert.equal(known?.suspended, true);
    const gone = await fetch(`${town.registry.url}/api/v1/nodes/discover?username=alice`);
    assert.deepEqual(((await gone.json()) as { items: unknown[] }).items, []);

    const again = await alice.cli(['leave', join(folder.path, 'again'), '--confirm', 'alice', '--json']);
    assert.equal(again.code, 1);
    await alice.restart();
    assert.equal(alice.door(identity).closed(), true);
  });
});
