// Fault 3 of docs/security.md: the power goes. A real ext4 file system whose journal is committed only by fsync; its
// image is copied while the program writes, as a disk is when the current stops, and mounted again. Every write that
// was acknowledged before the copy began is there. The control, a file that nobody synced, is empty.
import { temporaryFolder } from '#kit/folder.ts';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';

const program = join(import.meta.dirname, 'database-writer.ts');
/** Writes before the first cut, and between two cuts. */
const WRITES = 300;
const CUTS = 4;
/** Longer than the test: only a sync may bring anything to the disk. */
const JOURNAL_COMMIT_S = 300;

function mountImage(image: string, folder: string): Disposable {
  mkdirSync(folder);
  execFileSync('mount', ['-o', `loop,commit=${JOURNAL_COMMIT_S}`, image, folder]);
  return { [Symbol.dispose]: () => void execFileSync('umount', [folder]) };
}

it('keeps every acknowledged write when the power is cut, at several moments of a stream (3)', async () => {
  using folder = temporaryFolder();
  const image = join(folder.path, 'disk.img');
  execFileSync('truncate', ['-s', '64M', image]);
  execFileSync('mkfs.ext4', ['-q', image]);
  const cuts: { readonly image: string; readonly acknowledged: readonly string[] }[] = [];
  {
    using _disk = mountImage(image, join(folder.path, 'disk'));
    writeFileSync(join(folder.path, 'disk', 'never-synced'), 'gone with the power');
    const file = join(folder.path, 'disk', 'test.db');
    const child = spawn(process.execPath, [program, file], { stdio: ['pipe', 'pipe', 'inherit'] });
    const acknowledged: string[] = [];
    let due = WRITES;
    child.stdin.write(`flood ${WRITES * (CUTS + 1)}\n`);
    child.stdin.end();
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('stored ')) acknowledged.push(line.slice('stored '.length));
      if (acknowledged.length < due || cuts.length === CUTS) continue;
      due += WRITES;
      const cut = { image: join(folder.path, `cut-${cuts.length}.img`), acknowledged: [...acknowledged] };
      copyFileSync(image, cut.image);
      cuts.push(cut);
    }
  }
  assert.equal(cuts.length, CUTS);
  for (const [index, cut] of cuts.entries()) {
    const place = join(folder.path, `after-${index}`);
    using _disk = mountImage(cut.image, place);
    // Its name came along with the journal; its bytes were never sent to the disk.
    assert.equal(readFileSync(join(place, 'never-synced'), 'utf8'), '', 'the cut loses what was not synced');
    const rows = execFileSync(process.execPath, [program, join(place, 'test.db')], { input: 'read\n' })
      .toString()
      .split('\n')
      .find((line) => line.startsWith('rows '));
    const kept = new Set(rows?.slice('rows '.length).split(','));
    assert.deepEqual(
      cut.acknowledged.filter((row) => !kept.has(row)),
      [],
    );
  }
});
