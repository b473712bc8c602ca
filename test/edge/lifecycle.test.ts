// Starts that must be refused or must succeed, and stops: locks, sockets, ports, keys, signals.
import { freePort, runCli, spawnNode, temporaryFolder, type Program } from '#kit';
import { init } from '#node/main.ts';
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

interface Made extends Disposable {
  readonly dataDir: string;
  readonly url: string;
  readonly port: number;
  start(args?: string[], env?: Record<string, string>): Promise<Program>;
  ored(args: string[], env?: Record<string, string>): ReturnType<typeof runCli>;
}

async function make(options: { sub?: string; passphrase?: string } = {}): Promise<Made> {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, options.sub ?? 'node');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // In this process: how the command line makes a node is for script-contract.test.ts.
  const { passphrase } = options;
  await init({
    dataDir,
    username: 'alice',
    url,
    language: 'en',
    env: {},
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  return {
    dataDir,
    url,
    port,
    start: (args = [], env = {}) => spawnNode({ dataDir, args, env }),
    ored: (args, env = {}) => runCli({ dataDir, env }, args),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const isReady = async (url: string): Promise<boolean> => (await fetch(`${url}/health/ready`)).status === 200;

describe('stopping', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends in order on ${signal}, with requests open, and leaves no lock and no socket`, async () => {
      using made = await make();
      await using node = await made.start();
      const idle = connect(made.port, '127.0.0.1');
      await once(idle, 'connect');
      idle.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n');
      idle.on('error', () => undefined);
      assert.equal(await node.end(signal), 0);
      idle.destroy();
      assert.deepEqual(
        readdirSync(join(made.dataDir, 'run')).filter((name) => /^lock|sock$/.test(name)),
        [],
      );
    });
  }

  it('starts at once after SIGKILL, with the same identity', async () => {
    using made = await make();
    await using first = await made.start();
    const nodeId = first.ready.node_id;
    await first.end('SIGKILL');
    assert.ok(existsSync(join(made.dataDir, 'run', 'lock')), 'a killed node leaves its lock');
    assert.ok(existsSync(join(made.dataDir, 'run', 'node.sock')), 'and its socket');
    assert.equal((await made.ored(['status'])).code, 69);
    await using second = await made.start();
    assert.equal(second.ready.node_id, nodeId);
    assert.ok(await isReady(made.url));
    assert.equal(await second.end(), 0);
  });

  it('takes over a lock whose pid belongs to another process by now', async () => {
    using made = await make();
    mkdirSync(join(made.dataDir, 'run'), { recursive: true });
    const stale = { pid: process.pid, start: '1', boot: 'another boot' };
    writeFileSync(join(made.dataDir, 'run', 'lock'), JSON.stringify(stale));
    await using node = await made.start();
    assert.equal(await node.end(), 0);
  });

  it('lets one of several that start at the same moment win', async () => {
    using made = await make();
    await using first = await made.start();
    await first.end('SIGKILL');
    const starts = await Promise.allSettled([made.start(), made.start(), made.start()]);
    const won = starts.filter((start) => start.status === 'fulfilled');
    assert.equal(won.length, 1);
    for (const start of starts) {
      if (start.status === 'rejected') assert.match(String(start.reason), /ended with 75/);
    }
    assert.equal(await won[0]?.value.end(), 0);
  });

  it('signals no stranger whose pid stands in an old supervisor file', async () => {
    using made = await make();
    mkdirSync(join(made.dataDir, 'run'), { recursive: true });
    writeFileSync(join(made.dataDir, 'run', 'supervisor.json'), JSON.stringify({ pid: process.pid }));
    assert.deepEqual((await made.ored(['stop'])).json(), { stopped: false });
  });
});

describe('a start that cannot be', () => {
  it('names a busy port and the way to another, and works with that', async () => {
    using made = await make();
    const squatter = createServer().listen(made.port, '127.0.0.1');
    await once(squatter, 'listening');
    const refused = await made.ored(['start'], { LANG: 'fr_FR.UTF-8' });
    const { code, message } = refused.error();
    assert.deepEqual([refused.code, code], [1, 'http/port-busy']);
    for (const part of [String(made.port), 'Rien', '--port']) assert.ok(message.includes(part));
    const other = await freePort();
    await using node = await made.start(['--port', String(other)]);
    assert.ok(await isReady(`http://127.0.0.1:${other}`));
    assert.equal(await node.end(), 0);
    squatter.close();
  });

  it('refuses a port or host that is none', async () => {
    using made = await make();
    assert.equal((await made.ored(['start', '--port', '99999'])).code, 2);
    const host = await made.ored(['start', '--host', '203.0.113.7']);
    assert.notEqual(host.code, 0);
    assert.equal(host.error().code, 'http/host-unknown');
  });

  it('opens with the passphrase and with nothing else, never asking without a terminal', async () => {
    using secrets = temporaryFolder();
    const file = (name: string, text: string): string => {
      const path = join(secrets.path, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const right = { ORED_PASSPHRASE_FILE: file('right', 'un cheval très correct\n') };
    const wrong = { ORED_PASSPHRASE_FILE: file('wrong', 'un âne') };
    using made = await make({ passphrase: 'un cheval très correct' });
    assert.deepEqual(readdirSync(join(made.dataDir, 'keys')), ['master.wrapped.json']);
    for (const [env, code] of [
      [{}, 'keyring/passphrase-needed'],
      [wrong, 'keyring/wrong-passphrase'],
    ] as const) {
      const refused = await made.ored(['start'], env);
      assert.deepEqual([refused.code, refused.error().code], [4, code]);
    }
    chmodSync(right.ORED_PASSPHRASE_FILE, 0o644);
    assert.equal((await made.ored(['start'], right)).error().code, 'keyring/permissions');
    chmodSync(right.ORED_PASSPHRASE_FILE, 0o600);
    await using node = await made.start([], right);
    assert.equal(await node.end(), 0);
  });

  it('never makes a new key or identity for one that is missing, readable by others or damaged', async () => {
    using made = await make();
    const key = join(made.dataDir, 'keys', 'master.key');
    const database = join(made.dataDir, 'node.db');
    const refusal = async (): Promise<string> => {
      const refused = await made.ored(['start']);
      assert.equal(refused.code, 1);
      return refused.error().code;
    };
    renameSync(key, `${key}.away`);
    assert.equal(await refusal(), 'keyring/missing');
    assert.equal(existsSync(key), false);
    assert.equal((await made.ored(['init', '--username', 'alice'])).code, 1);
    renameSync(`${key}.away`, key);

    chmodSync(key, 0o644);
    assert.equal(await refusal(), 'keyring/permissions');
    chmodSync(key, 0o600);

    const content = readFileSync(key, 'utf8');
    writeFileSync(key, 'short');
    assert.equal(await refusal(), 'keyring/damaged');
    writeFileSync(key, Buffer.alloc(32, 1).toString('base64'));
    assert.equal(await refusal(), 'db/wrong-key');
    writeFileSync(key, content);

    renameSync(database, `${database}.away`);
    assert.equal(await refusal(), 'db/missing');
    assert.equal(existsSync(database), false);
    assert.equal((await made.ored(['init', '--username', 'alice'])).code, 1);
    renameSync(`${database}.away`, database);
    await using node = await made.start();
    assert.equal(await node.end(), 0);
  });

  it('takes an interrupted init for no node, and lets the next init finish it', async () => {
    using made = await make();
    writeFileSync(join(made.dataDir, '.init'), '');
    const refused = await made.ored(['start']);
    assert.equal(refused.error().code, 'node/none');
    assert.equal((await made.ored(['init', '--username', 'bob', '--url', made.url])).code, 0);
    await using node = await made.start();
    assert.equal(node.ready.username, 'bob');
    assert.equal(await node.end(), 0);
  });

  it('refuses settings that are damaged or wrong by name', async () => {
    using made = await make();
    writeFileSync(join(made.dataDir, 'config.json'), '{');
    assert.equal((await made.ored(['start'])).error().code, 'config/damaged');
    rmSync(join(made.dataDir, 'config.json'));
    assert.match((await made.ored(['start'], { ORED_EDGE_PORT: 'x' })).stderr, /edge\.port/);
  });
});

describe('where a node runs', () => {
  it('moves a socket path that is too long into a private folder of its own', async () => {
    using short = temporaryFolder();
    using made = await make({ sub: 'a'.repeat(120) });
    const env = { XDG_RUNTIME_DIR: short.path };
    await using node = await made.start([], env);
    const path = readFileSync(join(made.dataDir, 'run', 'socket'), 'utf8');
    assert.ok(path.startsWith(short.path));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
    assert.equal((await made.ored(['status'])).code, 0, 'the command line finds it without the variable');
    assert.equal(await node.end(), 0);

    chmodSync(join(path, '..'), 0o777);
    const refused = await made.ored(['start'], env);
    assert.deepEqual([refused.code, refused.error().code], [1, 'socket/folder']);
  });

  it('listens where flags, settings or the address say, in this order', async () => {
    using made = await make();
    const [set, flag] = [await freePort(), await freePort()];
    assert.equal((await made.ored(['config', 'set', 'edge.port', String(set)])).code, 0);
    await using bySetting = await made.start();
    assert.ok(await isReady(`http://127.0.0.1:${set}`));
    await bySetting.end();
    await using byFlag = await made.start(['--port', String(flag)]);
    assert.ok(await isReady(`http://127.0.0.1:${flag}`));
    assert.equal(byFlag.ready.server_url, made.url, 'others still reach it under the address it was given');
    assert.equal(await byFlag.end(), 0);
  });

  it('verifies with as many threads as there are cores', async () => {
    using made = await make();
    const threads = async (size: string | undefined): Promise<number> => {
      await using node = await made.start([], size === undefined ? {} : { UV_THREADPOOL_SIZE: size });
      const count = readdirSync(`/proc/${node.pid}/task`).length;
      await node.end();
      return count;
    };
    const cores = availableParallelism();
    assert.equal((await threads(undefined)) - (await threads(String(cores + 3))), -3);
  });
});
