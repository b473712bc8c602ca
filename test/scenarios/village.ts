// A registry and nodes, each a process of its own, used as a script would: only `ored` commands and what they print.
// Every connection goes through a tap that keeps the bytes, so that a test can look for what must never be there.
import { eventually, freePort, runCli, spawnNode, temporaryFolder, type Program } from '#kit';
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Person {
  readonly name: string;
  readonly nodeId: string;
  readonly dataDir: string;
  /** Runs `ored ARGS`, expects exit 0, returns the one JSON document. */
  ored<Result = unknown>(...args: string[]): Promise<Result>;
  /** Runs `ored ARGS` and returns its exit code. */
  exit(...args: string[]): Promise<number | null>;
  start(): Promise<void>;
  /** SIGTERM; expects exit 0. */
  stop(): Promise<void>;
  /** Everything that the node's processes have written. */
  output(): string;
}

export interface RegistryProgram {
  readonly dataDir: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  output(): string;
}

export interface Village extends AsyncDisposable {
  readonly registry: RegistryProgram;
  /** Makes a node and starts it, registered. */
  settle(name: string): Promise<Person>;
  /** All bytes that went between the programs. */
  wire(): Buffer;
}

/** A village with a running registry and nobody in it. */
export async function makeVillage(): Promise<Village> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder());
  const heard: Buffer[] = [];
  const tapOn = async (port: number): Promise<number> => stack.use(await openTap(port, heard)).port;

  const registryPort = await freePort();
  const registryUrl = `http://127.0.0.1:${await tapOn(registryPort)}`;
  const registry = stack.use(
    registryProgram({ dataDir: join(folder.path, 'registry'), port: registryPort, url: registryUrl }),
  );
  await registry.start();

  return {
    registry,
    wire: () => Buffer.concat(heard),
    async settle(name) {
      const port = await freePort();
      const url = `http://127.0.0.1:${await tapOn(port)}`;
      const person = stack.use(
        await makePerson({ name, dataDir: join(folder.path, name), port, url, registryUrl }),
      );
      await person.start();
      await eventually(`${name} is registered`, async () => {
        const { registry: state } = await person.ored<{ registry: { registered: boolean } }>('status');
        return state.registered;
      });
      return person;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** `a` asks, `b` accepts, both see it. */
export async function befriend(a: Person, b: Person): Promise<void> {
  await a.ored('friends', 'add', b.name);
  await eventually(
    `${b.name} has the request`,
    async () => (await b.exit('friends', 'accept', a.name)) === 0,
  );
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    await eventually(`${one.name} sees the friendship`, async () => {
      const friends = await one.ored<{ node_id: string; relationship: string; status: string }[]>(
        'friends',
        'list',
      );
      return friends.some(
        ({ node_id, relationship, status }) =>
          node_id === other.nodeId && relationship === 'friend' && status === 'accepted',
      );
    });
  }
}

/** The bytes of every file in a folder and below. */
export function filesOf(dir: string): { path: string; bytes: Buffer }[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path, bytes: readFileSync(path) };
    });
}

async function makePerson(options: {
  readonly name: string;
  readonly dataDir: string;
  readonly port: number;
  readonly url: string;
  readonly registryUrl: string;
}): Promise<Person & AsyncDisposable> {
  const { name, dataDir, port, url, registryUrl } = options;
  const made = await runCli({ dataDir }, [
    'init',
    '--username',
    name,
    '--url',
    url,
    '--registry',
    registryUrl,
  ]);
  assert.equal(made.code, 0, made.stderr);
  const { node_id: nodeId } = made.json() as { node_id: string };
  let running: Program | undefined;
  const earlier: string[] = [];
  const said = (program: Program): string => program.stdout() + program.stderr();
  return {
    name,
    nodeId,
    dataDir,
    async ored<Result>(...args: string[]) {
      const result = await runCli({ dataDir }, args);
      assert.equal(result.code, 0, `ored ${args.join(' ')}: ${result.stderr}`);
      return result.json() as Result;
    },
    exit: async (...args) => (await runCli({ dataDir }, args)).code,
    async start() {
      assert.equal(running, undefined, `${name}'s node runs already`);
      running = await spawnNode({
        dataDir,
        args: ['--port', String(port)],
      });
    },
    async stop() {
      assert.ok(running !== undefined, `${name}'s node does not run`);
      assert.equal(await running.end('SIGTERM'), 0);
      earlier.push(said(running));
      running = undefined;
    },
    output: () => [...earlier, running === undefined ? '' : said(running)].join(''),
    async [Symbol.asyncDispose]() {
      await running?.end('SIGKILL');
    },
  };
}

function registryProgram(options: {
  readonly dataDir: string;
  readonly port: number;
  readonly url: string;
}): RegistryProgram & AsyncDisposable {
  const { dataDir, port, url } = options;
  let child: ChildProcess | undefined;
  const output: Buffer[] = [];
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const closed = once(ending, 'close');
    ending.kill(signal);
    await closed;
  };
  return {
    dataDir,
    async start() {
      const args = ['registry/main.ts', 'start', '--data', dataDir, '--port', String(port), '--url', url];
      child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
      child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
      await eventually('the registry is ready', async () => {
        assert.equal(child?.exitCode, null, `the registry ended: ${Buffer.concat(output).toString()}`);
        return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
      });
    },
    stop: () => end('SIGTERM'),
    output: () => Buffer.concat(output).toString(),
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  };
}

/** A port that passes everything on to `target` and keeps it; while nobody listens there, it refuses too. */
async function openTap(
  target: number,
  heard: Buffer[],
): Promise<AsyncDisposable & { readonly port: number }> {
  const open = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(from);
      from.on('data', (chunk) => heard.push(Buffer.from(chunk)));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
