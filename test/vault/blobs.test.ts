// Sealed blobs: content, addresses, ranges, tampering, quotas, crashes.
import { fakeClock } from '#kit';
import { vault, type Vault } from '#node/vault/index.ts';
import { cidOf } from '#protocol';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { inFolder, makeRig, type RigOptions } from '../identity/rig.ts';

const MIB = 1024 * 1024;
const media = { kind: 'media', bytesMax: 10 * MIB } as const;

async function withVault(
  run: (door: Vault, dataDir: string) => Promise<void>,
  options: Omit<RigOptions, 'dataDir'> = {},
): Promise<void> {
  await inFolder(async (dataDir) => {
    await using rig = await makeRig([vault], { dataDir, ...options });
    await run(rig.booted.door(vault), dataDir);
  });
}

async function read(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function filesOf(dataDir: string): string[] {
  return readdirSync(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('blobs', () => {
  it('come back byte for byte at every size around a piece, in any chunks', async () => {
    await withVault(async (door) => {
      for (const size of [0, 1, 65_535, 65_536, 65_537, 131_072, 200_001]) {
        const bytes = randomBytes(size);
        const blob = await door.blobs.write(inChunks(bytes, 10_007), media);
        assert.equal(blob.size, size);
        assert.ok((await read(await door.blobs.open(blob.cid, blob.key))).equals(bytes), String(size));
        const stat = await door.blobs.stat(blob.cid);
        assert.deepEqual([stat?.size, stat?.storedSize], [size, blob.storedSize]);
      }
    });
  });

  it('are addressed by their ciphertext, under a fresh key each, and unreadable on disk', async () => {
    await withVault(async (door, dataDir) => {
      const bytes = Buffer.from('a sentence that nobody may find on the disk '.repeat(50));
      const first = await door.blobs.write(bytes, media);
      const second = await door.blobs.write(bytes, media);
      assert.notEqual(first.cid, second.cid);
      const sealed = await read(await door.blobs.openCiphertext(first.cid));
      assert.equal(cidOf(sealed), first.cid);
      assert.equal(sealed.indexOf('a sentence'), -1);
      for (const file of filesOf(dataDir)) {
        assert.equal(readFileSync(file).indexOf('a sentence'), -1);
        assert.match(file, /\/[0-9a-f]{2}\/[0-9a-f]{32}$/);
      }
    });
  });

  it('open by range, also across pieces, and refuse ranges outside', async () => {
    await withVault(async (door) => {
      const bytes = randomBytes(200_000);
      const { cid, key } = await door.blobs.write(bytes, media);
      for (const [start, end] of [
        [0, 0],
        [65_535, 65_536],
        [70_000, 199_999],
        [131_071, 131_071],
      ] as const) {
        const part = await read(await door.blobs.open(cid, key, { start, end }));
        assert.ok(part.equals(bytes.subarray(start, end + 1)), `${start}-${end}`);
      }
      for (const range of [
        { start: 0, end: 200_000 },
        { start: -1, end: 5 },
        { start: 9, end: 8 },
        { start: 0.5, end: 2 },
      ]) {
        await assert.rejects(door.blobs.open(cid, key, range), { code: 'http/range' });
      }
    });
  });

  it('yield no byte of a piece that was changed, cut off, swapped, or opened with another key', async () => {
    await withVault(async (door, dataDir) => {
      const bytes = randomBytes(150_000);
      const { cid, key } = await door.blobs.write(bytes, media);
      const [file = ''] = filesOf(dataDir);
      const good = readFileSync(file);
      const refuse = async (why: string, from = 0): Promise<void> => {
        let yielded = 0;
        const reading = (async () => {
          for await (const chunk of await door.blobs.open(cid, key, { start: from, end: 149_999 }))
            yielded += (chunk as Buffer).length;
        })();
        await assert.rejects(reading, { code: 'vault/damaged' }, why);
        assert.equal(yielded % 65_536, 0, 'only whole verified pieces');
      };
      for (const at of [0, 65_535, 65_540, 70_000, good.length - 1]) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ 1;
        writeFileSync(file, bad);
        await refuse(`bit at ${at}`);
      }
      const piece = 65_552;
      writeFileSync(
        file,
        Buffer.concat([good.subarray(piece, 2 * piece), good.subarray(0, piece), good.subarray(2 * piece)]),
      );
      await refuse('swapped');
      writeFileSync(file, good);
      truncateSync(file, 2 * piece);
      await refuse('cut at a piece');
      await refuse('cut, read from the middle', 65_536);
      writeFileSync(file, good);
      const other = new Uint8Array(32).fill(1);
      await assert.rejects(read(await door.blobs.open(cid, other)), { code: 'vault/damaged' });
      await assert.rejects(door.blobs.open(cid, new Uint8Array(16)), { code: 'vault/key' });
      assert.ok((await read(await door.blobs.open(cid, key))).equals(bytes));
    });
  });

  it('leave nothing behind when a write is too large, fails, or is over the quota', async () => {
    await withVault(
      async (door, dataDir) => {
        await assert.rejects(door.blobs.write(randomBytes(101), { kind: 'media', bytesMax: 100 }), {
          code: 'vault/too-large',
        });
        const aborted = async function* (): AsyncGenerator<Uint8Array> {
          yield randomBytes(900_000);
          throw new Error('the client has gone');
        };
        await assert.rejects(door.blobs.write(aborted(), media), /the client has gone/);
        await assert.rejects(door.blobs.write(inChunks(randomBytes(2 * MIB), 65_536), media), {
          code: 'vault/quota',
        });
        assert.deepEqual(filesOf(dataDir), []);
        assert.deepEqual(door.usage(), { media: 0, cache: 0 });
        await door.blobs.write(randomBytes(900_000), media);
      },
      { env: { ORED_VAULT_QUOTA_BYTES: String(MIB) } },
    );
  });

  it('cannot overrun the quota together', async () => {
    await withVault(
      async (door) => {
        const results = await Promise.allSettled(
          Array.from({ length: 6 }, () => door.blobs.write(inChunks(randomBytes(300_000), 20_000), media)),
        );
        assert.equal(results.filter(({ status }) => status === 'rejected').length > 0, true);
        assert.ok(door.usage().media <= MIB);
        const held = door.reserve('media', MIB - door.usage().media);
        await assert.rejects(door.blobs.write(randomBytes(1), media), { code: 'vault/quota' });
        held.release();
        assert.throws(() => door.reserve('media', 2 * MIB), { code: 'vault/quota' });
      },
      { env: { ORED_VAULT_QUOTA_BYTES: String(MIB) } },
    );
  });

  it('of others are kept only if they are what was asked for', async () => {
    await withVault(async (author) => {
      const bytes = randomBytes(100_000);
      const { cid, key } = await author.blobs.write(bytes, media);
      const sealed = await read(await author.blobs.openCiphertext(cid));
      await withVault(async (reader, dataDir) => {
        await assert.rejects(reader.blobs.store(sealed.subarray(0, 99_000), cid, { kind: 'cache' }), {
          code: 'vault/content-unprocessable',
        });
        await assert.rejects(
          reader.blobs.store(inChunks(sealed, 4_096), cid, { kind: 'cache', bytesMax: 50_000 }),
          { code: 'vault/too-large' },
        );
        assert.deepEqual(filesOf(dataDir), []);
        const [kept, again] = await Promise.all([
          reader.blobs.store(inChunks(sealed, 4_096), cid, { kind: 'cache' }),
          reader.blobs.store(sealed, cid, { kind: 'cache' }),
        ]);
        assert.equal(kept.size, 100_000);
        assert.equal(again.cid, cid);
        assert.equal(filesOf(dataDir).length, 1);
        assert.equal(reader.usage().cache, sealed.length);
        assert.ok((await read(await reader.blobs.open(cid, key))).equals(bytes));
      });
    });
  });

  it('in the cache make room for new ones, the least lately used first', async () => {
    const clock = fakeClock();
    await withVault(
      async (door, dataDir) => {
        const cache = { kind: 'cache', bytesMax: MIB } as const;
        const write = async () => {
          clock.step(clock.now() + 1_000);
          return door.blobs.write(randomBytes(300_000), cache);
        };
        const [first, second, third] = [await write(), await write(), await write()];
        clock.step(clock.now() + 1_000);
        await read(await door.blobs.open(first.cid, first.key));
        await door.flushUses();
        const fourth = await write();
        const kept = await Promise.all([first, second, third, fourth].map(({ cid }) => door.blobs.stat(cid)));
        assert.deepEqual(
          kept.map((info) => info !== undefined),
          [true, false, true, true],
        );
        assert.ok(door.usage().cache <= MIB);
        await door.tidy();
        assert.equal(filesOf(dataDir).length, 3);
      },
      { clock, env: { ORED_VAULT_CACHE_BYTES: String(MIB) } },
    );
  });

  it('are removed with their rows, and a rolled-back removal keeps them', async () => {
    await inFolder(async (dataDir) => {
      await using rig = await makeRig([vault], { dataDir });
      const door = rig.booted.door(vault);
      const { blobs } = door;
      const { cid, key } = await blobs.write(randomBytes(10), media);
      const undone = rig.host.db.write(async (tx) => {
        await blobs.remove(tx, cid);
        throw new Error('changed my mind');
      });
      await assert.rejects(undone, /changed my mind/);
      assert.equal((await read(await blobs.open(cid, key))).length, 10);
      await rig.host.db.write((tx) => blobs.remove(tx, cid));
      await assert.rejects(blobs.open(cid, key), { code: 'vault/not-found' });
      await assert.rejects(blobs.openCiphertext(cid), { code: 'vault/not-found' });
      await door.tidy();
      assert.deepEqual(filesOf(dataDir), []);
      assert.equal(door.usage().media, 0);
    });
  });

  it('that were staged go after a day unless they are kept', async () => {
    const clock = fakeClock();
    await inFolder(async (dataDir) => {
      await using rig = await makeRig([vault], { dataDir, clock });
      const door = rig.booted.door(vault);
      const kept = await door.blobs.write(randomBytes(10), { ...media, staged: true });
      const dropped = await door.blobs.write(randomBytes(10), { ...media, staged: true });
      await rig.host.db.write((tx) => door.blobs.keep(tx, kept.cid));
      await door.tidy();
      assert.equal(filesOf(dataDir).length, 2);
      clock.step(clock.now() + 25 * 3_600_000);
      await door.tidy();
      assert.notEqual(await door.blobs.stat(kept.cid), undefined);
      assert.equal(await door.blobs.stat(dropped.cid), undefined);
      const missing = rig.host.db.write((tx) => door.blobs.keep(tx, dropped.cid));
      await assert.rejects(missing, { code: 'vault/not-found' });
    });
  });

  it('survive a restart, which sweeps half-written files and orphans and counts what is there', async () => {
    await inFolder(async (dataDir) => {
      let blob;
      {
        await using rig = await makeRig([vault], { dataDir });
        blob = await rig.booted.door(vault).blobs.write(randomBytes(70_000), media);
      }
      const half = join(dataDir, 'blobs', 'tmp', 'half');
      const orphan = join(dataDir, 'blobs', '00', '00'.repeat(16));
      mkdirSync(join(dataDir, 'blobs', '00'), { recursive: true });
      writeFileSync(half, 'x');
      writeFileSync(orphan, 'x');
      await using rig = await makeRig([vault], { dataDir });
      const door = rig.booted.door(vault);
      assert.equal(existsSync(half), false);
      await door.tidy();
      assert.equal(existsSync(orphan), false);
      assert.equal((await read(await door.blobs.open(blob.cid, blob.key))).length, 70_000);
      assert.equal(door.usage().media, blob.storedSize);
    });
  });
});
