// The program `ored-registry` as a person starts it: a process, its address, its health, its end.
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

interface Program extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcessWithoutNullStreams;
}

function run(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['registry/main.ts', ...args]);
}

async function start(data: string, port = '0'): Promise<Program> {
  const child = run('start', '--data', data, '--port', port);
  child.stderr.resume();
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    process: child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function ended(
  child: ChildProcessWithoutNullStreams,
): Promise<{ code: number | null; stderr: string }> {
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

function folder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ored-program-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe('ored-registry', () => {
  it('answers on the address that it prints, and ends on SIGTERM', async () => {
    using dir = folder();
    await using program = await start(dir.path);
    for (const path of ['/health/live', '/health/ready', '/metrics', '/api/docs', '/api/v1/openapi.json']) {
      assert.equal((await fetch(program.url + path)).status, 200, path);
    }
    assert.equal(statSync(join(dir.path, 'registry.key')).mode & 0o777, 0o600);
    const end = once(program.process, 'exit');
    program.process.kill('SIGTERM');
    assert.deepEqual(await end, [0, null]);
  });

  it('starts again at once after a SIGKILL, with the same key', async () => {
    using dir = folder();
    const key = async (program: Program): Promise<unknown> => {
      const about = (await (await fetch(`${program.url}/api/v1/registry`)).json()) as { public_key: string };
      return about.public_key;
    };
    let before: unknown;
    {
      await using program = await start(dir.path);
      before = await key(program);
    }
    await using again = await start(dir.path);
    assert.equal(await key(again), before);
  });

  it('says which port is in use', async () => {
    using dir = folder();
    using other = folder();
    await using program = await start(dir.path);
    const { port } = new URL(program.url);
    const { code, stderr } = await ended(run('start', '--data', other.path, '--port', port));
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`Port ${port} is in use`));
  });

  it('refuses to mint a new key beside an existing database', async () => {
    using dir = folder();
    {
      await using _program = await start(dir.path);
    }
    rmSync(join(dir.path, 'registry.key'));
    const { code, stderr } = await ended(run('start', '--data', dir.path, '--port', '0'));
    assert.equal(code, 1);
    assert.match(stderr, /is missing/);
  });

  it('exits with 2 and says how to call it', async () => {
    for (const args of [
      ['begin'],
      ['start'],
      ['start', '--data', 'x', '--port', 'y'],
      ['start', '--colour', 'red'],
    ]) {
      const { code, stderr } = await ended(run(...args));
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /Usage: ored-registry start/);
    }
  });
});
