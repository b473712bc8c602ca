// The supervisor with real processes: it restarts, backs off, ends both, holds nothing of its caller, is alone.
import { eventually } from '#kit/eventually.ts';
import { temporaryFolder } from '#kit/folder.ts';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { restartDelayMs } from '../../installer/service/backoff.ts';
import { runFilesOf } from '../../installer/layout.ts';
import { RESTART_MS_MAX, RESTART_MS_MIN } from '../../installer/limits.ts';
import { awaitEnd, isProcess, signal } from '../../installer/service/processes.ts';
import { inspectSupervisor } from '../../installer/service/supervisor-record.ts';
import { endAll, makeCheckout, readText, run, supervisedNode } from './rig.ts';

interface Rig extends AsyncDisposable {
  readonly dataDir: string;
  readonly supervise: string;
  /** Starts a detached supervisor as `bin/ored-supervise` does. */
  start(): Promise<void>;
}

async function makeRig(options: { broken?: boolean } = {}): Promise<Rig> {
  const folder = temporaryFolder();
  const checkout = makeCheckout(folder.path, 'stand-in');
  const dataDir = join(folder.path, 'data');
  const main = join(checkout, 'node', 'main.ts');
  const supervise = join(checkout, 'installer', 'supervise.ts');
  await run(process.execPath, [main, 'init', '--username', 'alice', '--data', dataDir]);
  await run(process.execPath, [main, 'config', 'set', 'edge.port', '0', '--data', dataDir]);
  if (options.broken === true) writeFileSync(join(dataDir, 'broken'), '');
  return {
    dataDir,
    supervise,
    async start() {
      const { code, stderr } = await run(process.execPath, [supervise, '--data', dataDir, '--detach']);
      assert.equal(code, 0, stderr);
    },
    async [Symbol.asyncDispose]() {
      await endAll(dataDir);
      folder[Symbol.dispose]();
    },
  };
}

const hasStarted = (dataDir: string, pid: number): boolean =>
  existsSync(join(dataDir, 'run', 'fake.json')) &&
  (JSON.parse(readText(dataDir, 'run', 'fake.json')) as { pid: number }).pid === pid;

test('a node that is killed is started again, and the record names the new process', async () => {
  await using rig = await makeRig();
  await rig.start();
  const first = await supervisedNode(rig.dataDir);
  signal(first.node_pid, 'SIGKILL');
  const second = await supervisedNode(rig.dataDir, first.node_pid);
  assert.equal(second.pid, first.pid);
  assert.equal(second.restarts, 1);
  assert.match(readText(rig.dataDir, 'log', 'node.log'), /SIGKILL/);
});

test('SIGTERM to the supervisor ends the node, then itself, and leaves no record', async () => {
  await using rig = await makeRig();
  await rig.start();
  const { pid, node_pid } = await supervisedNode(rig.dataDir);
  await eventually('the node listens', () => hasStarted(rig.dataDir, node_pid));
  signal(pid, 'SIGTERM');
  assert.ok(await awaitEnd(() => isProcess(pid, 'supervise.ts', rig.dataDir), 15_000));
  assert.equal(isProcess(node_pid, 'main.ts', rig.dataDir), false);
  assert.equal(existsSync(runFilesOf(rig.dataDir).supervisor), false);
});

test('a node that ends by itself with code 0 is not started again', async () => {
  await using rig = await makeRig();
  await rig.start();
  const { pid, node_pid } = await supervisedNode(rig.dataDir);
  await eventually('the node listens', () => hasStarted(rig.dataDir, node_pid));
  signal(node_pid, 'SIGTERM');
  assert.ok(await awaitEnd(() => isProcess(pid, 'supervise.ts', rig.dataDir), 15_000));
  assert.equal(inspectSupervisor(rig.dataDir).record, null);
});

test('a node that cannot start is tried again and again, and each try is in the log', async () => {
  await using rig = await makeRig({ broken: true });
  await rig.start();
  const record = await eventually('two restarts', () => {
    const { record } = inspectSupervisor(rig.dataDir);
    return record !== null && record.restarts >= 2 ? record : undefined;
  });
  signal(record.pid, 'SIGTERM');
  assert.ok(await awaitEnd(() => inspectSupervisor(rig.dataDir).isSupervisorAlive, 15_000));
  const log = readText(rig.dataDir, 'log', 'node.log');
  assert.ok(log.split('the key file is missing').length > 2, log);
});

test('a second supervisor for the same data ends at once and disturbs nothing', async () => {
  await using rig = await makeRig();
  await rig.start();
  const before = await supervisedNode(rig.dataDir);
  const { lock } = runFilesOf(rig.dataDir);
  const second = await run('flock', [
    '-n',
    '-E',
    '75',
    '--no-fork',
    lock,
    process.execPath,
    rig.supervise,
    '--data',
    rig.dataDir,
  ]);
  assert.equal(second.code, 75);
  assert.deepEqual(await supervisedNode(rig.dataDir), before);
});

test('a supervisor waits for the lock of one that is being cleared away', async () => {
  await using rig = await makeRig();
  // What the kernel does for a moment after a supervisor has ended: no record any more, and the lock still held.
  mkdirSync(join(rig.dataDir, 'run'), { recursive: true });
  const holder = spawn('flock', ['--no-fork', runFilesOf(rig.dataDir).lock, 'cat']);
  using _ended = { [Symbol.dispose]: () => void holder.kill('SIGKILL') };
  await once(holder, 'spawn');
  const { lock } = runFilesOf(rig.dataDir);
  await eventually('the lock is held', async () => (await run('flock', ['-n', lock, 'true'])).code === 1);
  await rig.start();
  await eventually('the successor waits', () =>
    readdirSync('/proc').some((entry) => isProcess(Number(entry), 'supervise.ts', rig.dataDir)),
  );
  holder.stdin.end();
  assert.ok((await supervisedNode(rig.dataDir)).node_pid > 0);
});

test('a new supervisor takes over from one that was killed: one node at the end', async () => {
  await using rig = await makeRig();
  await rig.start();
  const first = await supervisedNode(rig.dataDir);
  await eventually('the node listens', () => hasStarted(rig.dataDir, first.node_pid));
  signal(first.pid, 'SIGKILL');
  assert.ok(await awaitEnd(() => isProcess(first.pid, 'supervise.ts', rig.dataDir), 15_000));
  assert.ok(isProcess(first.node_pid, 'main.ts', rig.dataDir), 'the node outlives its supervisor');
  await rig.start();
  const second = await supervisedNode(rig.dataDir, first.node_pid);
  assert.notEqual(second.pid, first.pid);
  assert.equal(isProcess(first.node_pid, 'main.ts', rig.dataDir), false);
});

test('neither supervisor nor node holds an output or a descriptor of the caller', async () => {
  await using rig = await makeRig();
  // Descriptors 9 and 201 stand for a lock and for a pipe that some shell left open; both lead to our pipe.
  const script = 'exec 9>&1 201>&1; out=$("$@"); echo "returned:$out"';
  const words = [process.execPath, rig.supervise, '--data', rig.dataDir, '--detach'];
  const { code, stdout } = await run('bash', ['-c', script, 'caller', ...words]);
  assert.equal(code, 0);
  assert.equal(stdout, 'returned:\n');
  const { pid, node_pid } = await supervisedNode(rig.dataDir);
  for (const process of [pid, node_pid]) {
    const held = readdirSync(`/proc/${process}/fd`).filter((fd) => Number(fd) <= 2);
    const places = held.map((fd) => readlinkSync(`/proc/${process}/fd/${fd}`));
    assert.deepEqual(places, ['/dev/null', runFilesOf(rig.dataDir).log, runFilesOf(rig.dataDir).log]);
    assert.equal(existsSync(`/proc/${process}/fd/201`), false);
  }
});

test('the node sees nothing of the environment that could change how it runs', async () => {
  await using rig = await makeRig();
  const env = {
    ...process.env,
    ORED_EDGE_PORT: '1',
    NODE_OPTIONS: '--no-warnings',
    npm_config_x: '1',
    TZ: 'UTC',
  };
  await run(process.execPath, [rig.supervise, '--data', rig.dataDir, '--detach'], { env });
  const { node_pid } = await supervisedNode(rig.dataDir);
  await eventually('the node listens', () => hasStarted(rig.dataDir, node_pid));
  const seen = (JSON.parse(readText(rig.dataDir, 'run', 'fake.json')) as { env: string[] }).env;
  assert.ok(seen.includes('TZ'));
  assert.deepEqual(
    seen.filter((name) => /^(ORED_|NODE_OPTIONS|npm_)/.test(name)),
    [],
  );
});

test('a record that names a reused process number is not believed', () => {
  using folder = temporaryFolder();
  mkdirSync(runFilesOf(folder.path).runDir);
  const record = {
    pid: process.pid,
    started_at: '2026-01-01T00:00:00.000Z',
    node_pid: process.pid,
    restarts: 0,
  };
  writeFileSync(runFilesOf(folder.path).supervisor, JSON.stringify(record));
  const { isSupervisorAlive, isNodeAlive } = inspectSupervisor(folder.path);
  assert.deepEqual([isSupervisorAlive, isNodeAlive], [false, false]);
  for (const torn of ['', '{"pid":', '{"pid":"1"}', 'null']) {
    writeFileSync(runFilesOf(folder.path).supervisor, torn);
    assert.equal(inspectSupervisor(folder.path).record, null);
  }
});

test('the pause before a restart doubles, has jitter, and never passes its bounds', () => {
  assert.equal(restartDelayMs(1, 0), RESTART_MS_MIN / 2);
  assert.equal(restartDelayMs(2, 0), RESTART_MS_MIN);
  assert.equal(restartDelayMs(3, 0.5), RESTART_MS_MIN * 3);
  for (const failures of [10, 100, 1e9]) {
    assert.equal(restartDelayMs(failures, 0), RESTART_MS_MAX / 2);
    assert.ok(restartDelayMs(failures, 0.999_999) <= RESTART_MS_MAX);
  }
});
