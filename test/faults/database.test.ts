// Faults 5 to 9 of docs/security.md on the kernel's database, with real faults: system calls that fail by strace,
// a disk of three megabytes that fills, few file descriptors. What was acknowledged is there afterwards.
import { temporaryFolder } from '#kit/folder.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const program = join(import.meta.dirname, 'database-writer.ts');
const MS_MAX = 60_000;

interface Run {
  readonly code: number | null;
  readonly lines: string[];
  readonly stderr: string;
}

/** Runs the database program behind `wrapper`, with `input` on its standard input. */
async function run(file: string, input: string, wrapper: readonly string[] = []): Promise<Run> {
  const [command, ...args] = [...wrapper, process.execPath, program, file];
  const child = spawn(command, args, { stdio: 'pipe', timeout: MS_MAX, killSignal: 'SIGKILL' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A program that ended early has closed its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = Buffer.concat(out).toString().trim().split('\n');
  return { code, lines, stderr: Buffer.concat(err).toString() };
}

const failing = (calls: string, how: string): string[] => {
  return ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:${how}`];
};
const writes = (count: number): string =>
  Array.from({ length: count }, (_, index) => `write ${index + 1} 10\n`).join('');
const stored = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith('stored ')).map((line) => line.slice('stored '.length));
const rowsOf = (lines: readonly string[]): string[] =>
  lines
    .findLast((line) => line.startsWith('rows '))
    ?.slice('rows '.length)
    .split(',') ?? [];

describe('a database on a failing disk', () => {
  for (const nth of [3, 4, 5]) {
    it(`acknowledges nothing whose fsync failed, ends, and keeps what it had acknowledged (fsync ${nth}) (5)`, async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'test.db');
      assert.equal((await run(file, 'write 100 10\n')).code, 0);
      const broken = await run(file, writes(6), failing('fsync,fdatasync', `error=EIO:when=${nth}`));
      assert.equal(broken.code, 70, broken.stderr);
      assert.equal(broken.lines.at(-1), 'fatal SQLITE_IOERR_FSYNC');
      const after = await run(file, 'read\n');
      assert.equal(after.code, 0, after.stderr);
      const kept = new Set(rowsOf(after.lines));
      assert.deepEqual(
        ['100', ...stored(broken.lines)].filter((row) => !kept.has(row)),
        [],
      );
    });
  }

  it('refuses writes and goes on reading while the disk is full, then resumes by itself (6)', async () => {
    using folder = temporaryFolder();
    const disk = join(folder.path, 'disk');
    const fill = Array.from({ length: 10 }, (_, index) => `write ${index + 1} 400000\n`).join('');
    // The ballast goes when the program asks for it, by its line "remove PATH".
    const input = `write 0 10\n${fill}read\nremove ${disk}/ballast\nwrite 20 100\nwrite 21 400000\nread\n`;
    const mount = `mkdir ${disk} && mount -t tmpfs -o size=3m tmpfs ${disk} && head -c 1000000 /dev/zero >${disk}/ballast && exec "$@"`;
    const full = await run(join(disk, 'test.db'), input, ['unshare', '-m', 'sh', '-c', mount, 'sh']);
    assert.equal(full.code, 0, full.stderr);
    const refused = full.lines.filter((line) => line.startsWith('refused '));
    assert.ok(refused.length > 0);
    assert.deepEqual(
      refused.filter((line) => !line.endsWith(' db/disk-full')),
      [],
    );
    assert.deepEqual(rowsOf(full.lines), stored(full.lines));
    assert.deepEqual(stored(full.lines).slice(-2), ['20', '21']);
    assert.equal(full.lines.at(-1), 'closed');
  });

  it('refuses writes and goes on reading on a disk that has become read-only, and does not end (7)', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'test.db');
    assert.equal((await run(file, 'write 100 10\n')).code, 0);
    const broken = await run(file, `${writes(2)}read\n`, failing('pwrite64', 'error=EROFS:when=10+'));
    assert.equal(broken.code, 0, broken.stderr);
    assert.deepEqual(broken.lines.slice(1), [
      'refused 1 db/unwritable',
      'refused 2 db/unwritable',
      'rows 100',
      'closed',
    ]);
  });

  it('says why it does not start on a read-only disk, and starts again when it can be written (7)', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'test.db');
    assert.equal((await run(file, 'write 100 10\n')).code, 0);
    const broken = await run(file, 'read\n', failing('pwrite64', 'error=EROFS:when=1+'));
    assert.deepEqual(broken.lines, ['cannot open: db/unwritable']);
    assert.deepEqual(rowsOf((await run(file, 'read\n')).lines), ['100']);
  });

  it('answers each write in its order when the disk is slow (8)', async () => {
    using folder = temporaryFolder();
    const slow = failing('fsync,fdatasync', 'delay_exit=100000');
    const all = await run(join(folder.path, 'test.db'), `flood 2000\nread\n`, slow);
    assert.equal(all.code, 0, all.stderr);
    assert.equal(stored(all.lines).length, 2_000);
    assert.equal(rowsOf(all.lines).length, 2_000);
  });

  it('works with 64 file descriptors (9)', async () => {
    using folder = temporaryFolder();
    const few = await run(join(folder.path, 'test.db'), `${writes(5)}read\n`, [
      'sh',
      '-c',
      'ulimit -n 64 && exec "$@"',
      'sh',
    ]);
    assert.equal(few.code, 0, few.stderr);
    assert.equal(rowsOf(few.lines).length, 5);
  });
});
