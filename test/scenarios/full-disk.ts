// A program for plain-words.test.ts: a node on a disk of its own that fills up. It runs in a mount namespace
// (`unshare --mount`), so that the disk is nobody else's and goes with it; prints one JSON document.
import { makeNode, runCli } from '#kit';
import { createPost, readFeed } from '#node/posts/api.ts';
import { uploadMedia } from '#node/media/api.ts';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { inBothLanguages, sentencesOf, type Sentences } from './sentences.ts';

const DISK = 'size=24m';

export interface FullDiskReport {
  /** What was answered while the disk was full. */
  readonly post: Sentences;
  readonly upload: Sentences;
  readonly start: Sentences;
  readonly init: Sentences;
  /** The feed while the disk was full, and at the end. */
  readonly feedFull: string[];
  readonly feedAfter: string[];
}

if (import.meta.main) process.stdout.write(JSON.stringify(await report(process.argv[2] ?? '')));

async function report(folder: string): Promise<FullDiskReport> {
  const disk = join(folder, 'disk');
  const picture = join(folder, 'picture.bin');
  writeFileSync(picture, Buffer.alloc(300_000, 7));
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', disk]);
  process.env.TMPDIR = disk;
  await using alice = await makeNode({ name: 'alice' });
  const post = (text: string) => ({ body: { text, visibility: 'private' as const } });
  const feed = async (): Promise<string[]> =>
    (await alice.call(readFeed, { query: {} })).items.map(({ text }) => text);
  const filler = join(disk, 'filler');

  await alice.call(createPost, post('before'));
  fill(filler);
  const refused = {
    post: await inBothLanguages(alice, ({ call }) => call(createPost, post('while it is full'))),
    upload: await inBothLanguages(alice, ({ upload }) => upload(uploadMedia, picture, {})),
  };
  const feedFull = await feed();
  assert.equal((await alice.fetch('/health/ready')).status, 200);
  rmSync(filler);
  await alice.call(createPost, post('after'));

  fill(filler);
  await alice.stop();
  fill(`${filler}-2`);
  const command = async (args: readonly string[], dataDir: string): Promise<Sentences> => {
    const [en, fr] = await Promise.all(
      ['en_GB.UTF-8', 'fr_FR.UTF-8'].map((LANG) => runCli({ dataDir, env: { LANG } }, args)),
    );
    assert.ok(en !== undefined && fr !== undefined);
    return sentencesOf(en, fr);
  };
  const start = await command(['start'], alice.dataDir);
  const init = await command(['init', '--username', 'bob'], join(disk, 'bob'));
  rmSync(filler);
  rmSync(`${filler}-2`, { force: true });
  await alice.start();
  return { ...refused, start, init, feedFull, feedAfter: await feed() };
}

/** Writes until nothing more fits, down to the last page. */
function fill(file: string): void {
  const descriptor = openSync(file, 'a');
  for (const size of [1 << 20, 4096, 1]) {
    try {
      while (writeSync(descriptor, Buffer.alloc(size)) > 0);
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC');
    }
  }
  closeSync(descriptor);
}
