// The contract with scripts, held by the real program in processes of its own.
import { freePort, runCli, spawnNode, temporaryFolder } from '#kit';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const initArgs = (port: number): string[] => [
  'init',
  '--username',
  'alice',
  '--url',
  `http://127.0.0.1:${port}`,
];

async function inited(dataDir: string): Promise<{ port: number; made: Record<string, unknown> }> {
  const port = await freePort();
  const result = await runCli({ dataDir }, initArgs(port));
  assert.equal(result.code, 0, result.stderr);
  return { port, made: result.json() as Record<string, unknown> };
}

describe('the contract for scripts', () => {
  it('makes a node, runs it, shows it and stops it', async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'node');
    const { port, made } = await inited(dataDir);
    assert.deepEqual(Object.keys(made).sort(), ['did', 'node_id', 'server_url', 'username']);
    assert.equal(made.server_url, `http://127.0.0.1:${port}`);

    await using node = await spawnNode({ dataDir });
    assert.equal(node.ready.server_url, made.server_url);
    for (const path of ['/health/live', '/health/ready']) {
      assert.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 200);
    }
    const status = (await runCli({ dataDir }, ['status'])).json() as Record<string, unknown>;
    assert.equal(status.node_id, made.node_id);
    assert.equal(status.username, 'alice');
    for (const name of ['did', 'server_url', 'version', 'uptime_s', 'recovery', 'database']) {
      assert.ok(name in status, `status has ${name}`);
    }
    assert.match(String(status.claim_url), new RegExp(`^http://localhost:${port}/`));

    const second = await runCli({ dataDir }, ['start']);
    assert.deepEqual([second.code, second.error().code], [75, 'lock/held']);

    const stopped = await runCli({ dataDir }, ['stop']);
    assert.deepEqual([stopped.code, stopped.json()], [0, { stopped: true }]);
    assert.equal(await node.end(), 0);
    assert.deepEqual((await runCli({ dataDir }, ['stop'])).json(), { stopped: false });
    const gone = await runCli({ dataDir }, ['status', '--json']);
    assert.deepEqual([gone.code, gone.error().code], [69, 'cli/not-running']);
    assert.match(gone.error().message, /ored start/);
    assert.equal(gone.stderr, `${gone.error().message}\n`);
  });

  it('keeps everything under the data folder, readable by its user alone', async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'node');
    const home = join(folder.path, 'home');
    const port = await freePort();
    await runCli({ dataDir, env: { HOME: home } }, initArgs(port));
    await using node = await spawnNode({ dataDir, env: { HOME: home } });
    const paths = readdirSync(dataDir, { recursive: true }).map((name) => join(dataDir, String(name)));
    assert.ok(paths.length > 5);
    for (const path of paths) {
      assert.equal(statSync(path).mode & 0o077, 0, `${path} is private`);
    }
    assert.equal(statSync(join(dataDir, 'run', 'node.sock')).isSocket(), true);
    assert.equal(existsSync(home), false);
    assert.equal(await node.end(), 0);
  });

  it('refuses to make a second node over the first, and leaves nothing of a refused one', async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'node');
    const { port } = await inited(dataDir);
    const key = readFileSync(join(dataDir, 'keys', 'master.key'), 'utf8');
    const again = await runCli({ dataDir }, initArgs(port));
    assert.deepEqual([again.code, again.error().code], [1, 'node/exists']);
    assert.equal(readFileSync(join(dataDir, 'keys', 'master.key'), 'utf8'), key);

    const other = join(folder.path, 'other');
    const refused = await runCli({ dataDir: other }, ['init', '--username', 'Not A Name']);
    assert.equal(refused.code, 65);
    assert.deepEqual(readdirSync(other), []);
    const badUrl = await runCli({ dataDir: other }, ['init', '--username', 'bob', '--url', 'file:///etc']);
    assert.notEqual(badUrl.code, 0);
    assert.deepEqual(readdirSync(other), []);
    assert.equal((await runCli({ dataDir: other }, ['init', '--username', 'bob'])).code, 0);
  });

  it('names the way to a node where there is none', async () => {
    using folder = temporaryFolder();
    const result = await runCli({ dataDir: folder.path }, ['start']);
    assert.equal(result.code, 1);
    assert.match(result.error().message, /ored init/);
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('changes settings in the file, and refuses what is no setting', async () => {
    using folder = temporaryFolder();
    const on = { dataDir: folder.path };
    assert.equal((await runCli(on, ['config', 'get', 'edge.port'])).json(), null);
    assert.deepEqual((await runCli(on, ['config', 'set', 'edge.port', '7755'])).json(), {
      key: 'edge.port',
      value: 7755,
      restart_needed: false,
    });
    assert.equal((await runCli(on, ['config', 'get', 'edge.port'])).json(), 7755);
    const all = (await runCli(on, ['config', 'get'])).json() as Record<string, unknown>;
    assert.equal(all['edge.port'], 7755);
    const wrong = await runCli(on, ['config', 'set', 'edge.port', 'seven']);
    assert.deepEqual([wrong.code, wrong.error().code], [2, 'config/invalid']);
    assert.equal((await runCli(on, ['config', 'set', 'no.such', '1'])).code, 2);
    assert.equal((await runCli(on, ['config', 'get', 'edge.port'])).json(), 7755);
  });

  it('ends quietly when its reader goes away', async () => {
    const root = join(import.meta.dirname, '..', '..');
    const child = spawn(process.execPath, [join(root, 'node/main.ts'), 'config', 'get'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    await once(child, 'close');
    assert.equal(Buffer.concat(errors).toString(), '');
  });
});

describe('the doctor', () => {
  it('finds a healthy node healthy, and names the next step for what is not', async () => {
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'node');
    await inited(dataDir);
    const asleep = await runCli({ dataDir }, ['doctor']);
    assert.equal(asleep.code, 3);
    const verdicts = (result: typeof asleep): Record<string, string> =>
      Object.fromEntries(
        (result.json() as { checks: { check: string; verdict: string; next?: string }[] }).checks.map(
          (found) => {
            assert.equal(found.next === undefined, found.verdict === 'ok', found.check);
            return [found.check, found.verdict];
          },
        ),
      );
    assert.equal(verdicts(asleep).node, 'fail');
    assert.equal(verdicts(asleep).database, 'ok');
    await using node = await spawnNode({ dataDir });
    const awake = await runCli({ dataDir }, ['doctor']);
    assert.equal(awake.code, 0, awake.stdout);
    assert.deepEqual(verdicts(awake), {
      node: 'ok',
      keys: 'ok',
      database: 'ok',
      disk: 'ok',
      port: 'ok',
      clock: 'ok',
      registry: 'warn',
      recovery: 'warn',
      outbox: 'ok',
    });
    assert.equal(await node.end(), 0);
  });
});
