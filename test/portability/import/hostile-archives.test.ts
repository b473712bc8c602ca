// Archives that no honest program makes (docs/security.md U2): refused whole with a sentence, nothing written anywhere.
import { makeNode, temporaryFolder, type TestNode } from '#kit';
import { vault } from '#node/vault/index.ts';
import * as api from '#node/portability/api.ts';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { feed } from '../../posts/friends-rig.ts';
import { note, outbox, tar, tarGz, zip, type Part } from './archives.ts';

const honest = outbox([note({ n: 1, html: '<p>bait</p>' })]);
const part = (path: string, more: Partial<Part> = {}): Part => ({
  path,
  bytes: Buffer.from('evil'),
  ...more,
});

const unsafe = 'portability/archive-unsafe-unprocessable';
const broken = 'portability/archive-unprocessable';
const bomb = 'portability/archive-bomb-unprocessable';
const many = 'portability/archive-too-many-unprocessable';
const zeros = Buffer.alloc(80 * 1024 * 1024);

/** Made only when its turn comes: some are large. */
const corpus: readonly (readonly [name: string, code: string, make: () => Buffer])[] = [
  ['a zip with a name that leads out', unsafe, () => zip([honest, part('../../escaped.txt')])],
  ['a zip with an absolute name', unsafe, () => zip([honest, part('/tmp/escaped.txt')])],
  ['a zip with a name that Windows would take', unsafe, () => zip([honest, part('C:\\escaped.txt')])],
  ['a zip with a name of a thousand letters', unsafe, () => zip([honest, part('a'.repeat(1_500))])],
  ['a zip with a link', unsafe, () => zip([honest, part('avatar.png', { mode: 0o120777 })])],
  ['a zip with a device', unsafe, () => zip([honest, part('avatar.png', { mode: 0o060600 })])],
  [
    'a zip that unpacks to a thousand times its size',
    bomb,
    () => zip([honest, part('a.png', { bytes: zeros })]),
  ],
  [
    'a zip that claims to unpack to gigabytes',
    bomb,
    () => zip([honest, part('a.png', { claimed: 4_000_000_000 })]),
  ],
  ['a zip cut in the middle', broken, () => zip([honest, part('a.png')]).subarray(0, 150)],
  ['a zip whose outbox is longer than it says', broken, () => zip([{ ...honest, claimed: 10 }])],
  ['a zip of 300,000 files', many, () => manyFiles()],
  ['a tar with a name that leads out', unsafe, () => tarGz([honest, part('media/../../escaped.txt')])],
  ['a tar with an absolute name', unsafe, () => tarGz([honest, part('/etc/passwd')])],
  [
    'a tar with a symbolic link',
    unsafe,
    () => tarGz([honest, part('avatar.png', { type: '2', bytes: Buffer.alloc(0) })]),
  ],
  [
    'a tar with a hard link',
    unsafe,
    () => tarGz([honest, part('avatar.png', { type: '1', bytes: Buffer.alloc(0) })]),
  ],
  [
    'a tar with a device',
    unsafe,
    () => tar([honest, part('avatar.png', { type: '3', bytes: Buffer.alloc(0) })]),
  ],
  [
    'a tar that unpacks to a thousand times its size',
    bomb,
    () => tarGz([honest, part('a.png', { bytes: zeros })]),
  ],
  ['a tar whose header would fill the memory', bomb, () => tar([part('x', { type: 'x', bytes: zeros })])],
  ['a tar cut in the middle', broken, () => tarGz([honest, part('a.png')]).subarray(0, 100)],
  ['gzip of no tar', broken, () => gzipSync(Buffer.from('hello'.repeat(500)))],
  ['a picture', broken, () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
  ['nothing at all', broken, () => Buffer.alloc(0)],
  ['an archive without an outbox', 'portability/no-outbox-unprocessable', () => zip([part('readme.txt')])],
  [
    'an outbox without a list',
    'portability/outbox-unprocessable',
    () => zip([{ ...honest, bytes: Buffer.from('{}') }]),
  ],
  [
    'an outbox that breaks off',
    'portability/outbox-unprocessable',
    () => zip([{ ...honest, bytes: honest.bytes.subarray(0, -9) }]),
  ],
  [
    'an outbox that is HTML',
    'portability/outbox-unprocessable',
    () => zip([{ ...honest, bytes: Buffer.from('<html>') }]),
  ],
];

function manyFiles(): Buffer {
  const archive = zip([honest]);
  // The directory's own count is looked at before an entry is.
  archive.writeUInt16LE(0xffff, archive.length - 22 + 8);
  archive.writeUInt16LE(0xffff, archive.length - 22 + 10);
  const end = archive.subarray(archive.length - 22);
  const [size, offset] = [end.readUInt32LE(12), end.readUInt32LE(16)];
  const end64 = Buffer.alloc(56);
  end64.write('PK\x06\x06', 0, 'latin1');
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(300_000n, 24);
  end64.writeBigUInt64LE(300_000n, 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(archive.length - 22), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([archive.subarray(0, -22), end64, locator, end]);
}

async function refusedAs(node: TestNode, bytes: Buffer): Promise<string | undefined> {
  using folder = temporaryFolder();
  const file = `${folder.path}/archive`;
  writeFileSync(file, bytes);
  try {
    await node.call(api.startImport, { body: { file } });
    return undefined;
  } catch (error) {
    assert.ok(!existsSync(`${folder.path}/../escaped.txt`));
    return (error as { code?: string }).code;
  }
}

describe('a hostile archive', () => {
  it('is refused whole, whatever is wrong with it, and nothing of it is anywhere', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const before = readdirSync(alice.dataDir, { recursive: true }).length;
    for (const [name, code, make] of corpus) {
      assert.equal(await refusedAs(alice, make()), code, name);
    }
    assert.deepEqual((await alice.call(api.listImports, {})).items, []);
    assert.deepEqual(await feed(alice), []);
    assert.equal(alice.door(vault).usage().media, 0);
    assert.equal(readdirSync(alice.dataDir, { recursive: true }).length, before);
  });

  it('may be given as a path only on this machine', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    const answer = await alice.fetch('/api/v1/imports', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ file: '/etc/passwd' }),
    });
    assert.equal(answer.status, 401);
    await assert.rejects(alice.call(api.startImport, { body: { file: '/dev/zero' } }), {
      code: 'portability/no-archive',
    });
    await assert.rejects(alice.call(api.startImport, { body: { file: '/etc' } }), {
      code: 'portability/no-archive',
    });
    await assert.rejects(alice.call(api.readImport, { params: { id: 'current' } }), {
      code: 'portability/no-import',
    });
  });
});
