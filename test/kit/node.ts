// A real node inside the test's process: its own folder, encrypted database, port and socket, as `ored start` makes
// it, through the same composition root. It can be stopped and started again on the same data.
import type { CommandContext } from '#kernel/command.ts';
import type { AnyFeature, DoorOf, Host } from '#kernel/feature.ts';
import { createLog, type Log } from '#kernel/log.ts';
import type { Network } from '#kernel/network.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { createClient } from '#node/edge/cli/client.ts';
import type { RunningNode } from '#node/edge/run/node.ts';
import { init, start } from '#node/main.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './port.ts';
import { runCli, type CliResult } from './process.ts';

export interface MakeNodeOptions {
  /** The username. */
  readonly name: string;
  /** URL of a registry. */
  readonly registry?: string;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** Where its keys come from, and its chance while it runs; default: the system's. */
  readonly random?: Random;
  /** Default: a free one. */
  readonly port?: number;
  /** In its own words (log, command line); default: English. */
  readonly language?: 'en' | 'fr';
  readonly network?: Network;
  /** Default: silent, or standard error when ORED_TEST_LOG is set. */
  readonly log?: Log;
  /** Settings by area, as flags: `{ edge: { hosts: ['a.example'] } }`. */
  readonly settings?: Record<string, Record<string, unknown>>;
  readonly passphrase?: string;
  /** The built web app; default: the repository's. */
  readonly webDir?: string;
}

export interface TestNode extends AsyncDisposable {
  readonly name: string;
  readonly dataDir: string;
  /** http://127.0.0.1:PORT, the same after a restart. */
  readonly url: string;
  readonly nodeId: string;
  readonly did: string;
  readonly host: Host;
  readonly running: RunningNode;
  door<F extends AnyFeature>(feature: F): DoorOf<F>;
  /** Calls a route as the owner over the local socket. */
  readonly call: CommandContext['call'];
  readonly upload: CommandContext['upload'];
  /** fetch on this node's address, as a stranger. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Runs `ored ARGS --json` on this node, in a process of its own. */
  cli(args: readonly string[], input?: string): Promise<CliResult>;
  /** Runs `ored ARGS` and returns its JSON; fails the test unless it exits 0. */
  ored(...args: string[]): Promise<unknown>;
  /** An orderly stop; the data stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
}

/** Makes and starts a node; `await using` stops it and removes its data. */
export async function makeNode(options: MakeNodeOptions): Promise<TestNode> {
  const folder = temporaryFolder();
  try {
    return await makeIn(folder, options);
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

async function makeIn(
  folder: ReturnType<typeof temporaryFolder>,
  options: MakeNodeOptions,
): Promise<TestNode> {
  const dataDir = `${folder.path}/data`;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const passphrase = options.passphrase === undefined ? {} : { passphrase: options.passphrase };
  const made = await init({
    dataDir,
    username: options.name,
    url,
    language: options.language ?? 'en',
    env: {},
    ...passphrase,
    ...(options.registry === undefined ? {} : { registry: options.registry }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.random === undefined ? {} : { random: options.random }),
  });
  const log =
    options.log ?? createLog({ level: process.env.ORED_TEST_LOG === undefined ? 'silent' : 'debug' });
  const boot = (): Promise<RunningNode> =>
    start({
      dataDir,
      env: {},
      flags: options.settings ?? {},
      ...(options.webDir === undefined ? {} : { webDir: options.webDir }),
      onFatal: (error) => {
        throw error;
      },
      ...passphrase,
      ports: {
        log,
        ...(options.clock === undefined ? {} : { clock: options.clock }),
        ...(options.random === undefined ? {} : { random: options.random }),
        ...(options.network === undefined ? {} : { network: options.network }),
      },
    });
  let current: RunningNode | undefined = await boot();
  const running = (): RunningNode => {
    if (current === undefined) throw new Error(`${options.name}'s node is stopped`);
    return current;
  };
  const node: TestNode = {
    name: options.name,
    dataDir,
    url,
    nodeId: made.node_id,
    did: made.did,
    get host() {
      return running().host;
    },
    get running() {
      return running();
    },
    door: (feature) => running().booted.door(feature),
    ...createClient({ socketPath: () => running().socketPath, language: 'en' }),
    fetch: (path, request) => fetch(`${url}${path}`, request),
    cli: (args, input) => runCli({ dataDir, ...(input === undefined ? {} : { input }) }, args),
    async ored(...args) {
      const result = await runCli({ dataDir }, args);
      if (result.code !== 0) throw new Error(`ored ${args.join(' ')}: exit ${result.code}: ${result.stderr}`);
      return JSON.parse(result.stdout);
    },
    async stop() {
      const stopping = current;
      current = undefined;
      await stopping?.[Symbol.asyncDispose]();
    },
    async start() {
      current ??= await boot();
    },
    async restart() {
      await node.stop();
      await node.start();
    },
    async [Symbol.asyncDispose]() {
      await node.stop();
      folder[Symbol.dispose]();
    },
  };
  return node;
}
