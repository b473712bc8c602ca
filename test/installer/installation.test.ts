// install.sh from a checkout into a temporary prefix, with real processes. The main scenario runs on the project's
// own node where there is one, and on the stand-in otherwise; failures are provoked on the stand-in.
import { eventually } from '#kit/eventually.ts';
import { temporaryFolder } from '#kit/folder.ts';
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { signal } from '../../installer/service/processes.ts';
import { endAll, makeCheckout, projectRoot, readText, run, supervisedNode, type Run } from './rig.ts';

const hasNode = existsSync(join(projectRoot, 'node', 'main.ts'));

interface Place extends AsyncDisposable {
  readonly checkout: string;
  readonly prefix: string;
  readonly dataDir: string;
  install(...args: string[]): Promise<Run>;
  ored(...args: string[]): Promise<Run>;
}

function makePlace(node: 'stand-in' | 'project'): Place {
  const folder = temporaryFolder();
  const checkout = makeCheckout(folder.path, node);
  const prefix = join(folder.path, 'a prefix');
  const dataDir = join(prefix, 'data');
  const modules = join(projectRoot, 'node_modules');
  const env = {
    ...process.env,
    LC_ALL: 'C',
    ORED_DATA_DIR: '',
    NODE_OPTIONS: '',
    ORED_OFFLINE_MODULES: modules,
  };
  return {
    checkout,
    prefix,
    dataDir,
    install: (...args) => run(join(checkout, 'install.sh'), ['--prefix', prefix, ...args], { env, cwd: '/' }),
    ored: (...args) =>
      run(join(prefix, 'bin', 'ored'), args, {
        cwd: '/',
        env: { PATH: '/nowhere', NODE_OPTIONS: '--bad-option' },
      }),
    async [Symbol.asyncDispose]() {
      await endAll(dataDir);
      folder[Symbol.dispose]();
    },
  };
}

const addressIn = (text: string): string => /https?:\/\/[^\s]+/.exec(text)?.[0] ?? '';

async function answers(url: string): Promise<boolean> {
  return (await fetch(`${url}/health/ready`)).status === 200;
}

async function listening(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('a first run ends with a node that answers; a second changes and restarts nothing; an edit updates it', async () => {
  await using place = makePlace(hasNode ? 'project' : 'stand-in');
  const first = await place.install('--yes', '--username', 'alice');
  assert.equal(first.code, 0, first.stderr);
  const address = addressIn(first.stdout);
  assert.ok(await answers(address), first.stdout);
  assert.match(first.stdout, /in no directory yet/);
  assert.match(first.stdout, /once/, 'the claim link is explained');
  const before = await supervisedNode(place.dataDir);
  const app = join(place.prefix, 'current', 'web', 'dist', 'index.html');
  assert.equal(existsSync(app), hasNode, 'the web app is built with the release');
  assert.equal(
    existsSync(join(place.prefix, 'current', 'node_modules', 'vite')),
    false,
    'its tools are not kept',
  );

  const release = readlinkSync(join(place.prefix, 'current'));
  const second = await place.install('--yes', '--username', 'alice');
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /already installed and running at http/);
  assert.equal(addressIn(second.stdout), address);
  assert.deepEqual(await supervisedNode(place.dataDir), before);
  assert.equal(readlinkSync(join(place.prefix, 'current')), release);

  const status = await place.ored('status', '--json');
  assert.equal((JSON.parse(status.stdout) as { username: string }).username, 'alice', status.stderr);

  signal(before.node_pid, 'SIGKILL');
  await supervisedNode(place.dataDir, before.node_pid);
  // Else an installation elsewhere on this machine could choose the port before the node has it back.
  await eventually('the node answers again', () => answers(address));

  appendFileSync(join(place.checkout, 'installer', 'say.ts'), '// edited\n');
  const third = await place.install('--yes');
  assert.equal(third.code, 0, third.stderr);
  assert.notEqual(readlinkSync(join(place.prefix, 'current')), release);
  assert.equal(addressIn(third.stdout), address);
  assert.equal(existsSync(app), hasNode, 'the next release has the web app too');
  assert.ok(await answers(address));
  assert.equal(readdirSync(join(place.prefix, 'releases')).length, 2);
  assert.equal(statSync(place.dataDir).mode & 0o077, 0);
  assert.equal(statSync(join(place.prefix, 'releases')).mode & 0o077, 0);
});

test('failures: a node that cannot start, a port in use, another name, a locked prefix, then all is well', async () => {
  await using place = makePlace('stand-in');
  const prepared = await place.install(
    '--yes',
    '--username',
    'alice',
    '--no-start',
    '--registry',
    'http://registry.example',
  );
  assert.equal(prepared.code, 0, prepared.stderr);
  assert.match(prepared.stdout, /installed, and not running/);
  assert.doesNotMatch(prepared.stdout, /http/);

  writeFileSync(join(place.dataDir, 'broken'), '');
  const broken = await place.install('--yes');
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /did not start[^]*the key file is missing[^]*run this again/);
  assert.equal(existsSync(join(place.dataDir, 'run', 'supervisor.json')), false, 'nothing goes on failing');
  unlinkSync(join(place.dataDir, 'broken'));

  const { edge } = JSON.parse(readText(place.dataDir, 'config.json')) as { edge: { port: string } };
  await using thief = createServer((socket) => socket.destroy()).listen(Number(edge.port), '127.0.0.1');
  await once(thief, 'listening');
  const taken = await place.install('--yes', '--lang', 'fr');
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /Le port \d+ est occupé/);
  await thief[Symbol.asyncDispose]();

  const lock = join(place.prefix, 'install.lock');
  const locked = await run('flock', [
    lock,
    join(place.checkout, 'install.sh'),
    '--yes',
    '--prefix',
    place.prefix,
  ]);
  assert.equal(locked.code, 75, locked.stderr);

  // A run that was killed while it created a release leaves this behind.
  mkdirSync(join(place.prefix, 'releases', '.staging-old'));
  const well = await place.install('--yes', '--lang=fr');
  assert.equal(well.code, 0, well.stderr);
  assert.match(well.stdout, /fonctionne à l'adresse http/);
  assert.doesNotMatch(well.stdout, /annuaire/, 'a registry was given');
  assert.equal(existsSync(join(place.prefix, 'releases', '.staging-old')), false);

  const other = await place.install('--yes', '--username', 'bob');
  assert.equal(other.code, 1);
  assert.match(other.stderr, /"alice" already lives here/);
});

test('a port that went to another program while the node was down is said, with the name of who has it', async () => {
  await using place = makePlace('stand-in');
  const first = await place.install('--yes', '--username', 'alice');
  assert.equal(first.code, 0, first.stderr);
  const { node_pid } = await supervisedNode(place.dataDir);
  const port = Number(new URL(addressIn(first.stdout)).port);
  // As the kernel may when the node is between a crash and its restart.
  signal(node_pid, 'SIGKILL');
  await using thief = await eventually('the port is taken', () => listening(port));
  appendFileSync(join(place.checkout, 'installer', 'say.ts'), '// edited\n');
  const update = await place.install('--yes');
  assert.equal(update.code, 1, update.stdout);
  assert.match(
    update.stderr,
    new RegExp(`Port ${port} is in use by another program \\(\\S+, ${process.pid}\\)`),
  );
  await thief[Symbol.asyncDispose]();
  const again = await place.install('--yes');
  assert.equal(again.code, 0, again.stderr);
  assert.equal(addressIn(again.stdout), addressIn(first.stdout));
});

test('a node is created whole or not at all: the draft of a killed run is replaced', async () => {
  await using place = makePlace('stand-in');
  const draft = join(place.prefix, '.data-draft');
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(join(draft, 'node.json'), '{"node":{"username":"half"}}');
  const { code, stderr } = await place.install('--yes', '--username', 'alice', '--no-start');
  assert.equal(code, 0, stderr);
  assert.match(readText(place.dataDir, 'node.json'), /alice/);
  assert.equal(existsSync(draft), false);
});

test('libraries that do not match the lock are refused before anything is installed', async () => {
  await using place = makePlace('stand-in');
  const modules = join(place.checkout, 'other_modules');
  mkdirSync(join(modules, 'zod'), { recursive: true });
  symlinkSync(
    join(projectRoot, 'node_modules', `node-linux-${process.arch}`),
    join(modules, `node-linux-${process.arch}`),
  );
  writeFileSync(join(modules, 'zod', 'package.json'), '{"version":"0.0.1"}');
  const { code, stderr } = await place.install('--yes', '--username', 'alice', '--offline-modules', modules);
  assert.equal(code, 1);
  assert.match(stderr, /zod \d\S+ \(0\.0\.1\)/);
  assert.match(stderr, /express \S+ \(-\)/);
  assert.deepEqual(readdirSync(join(place.prefix, 'releases')), []);
});
