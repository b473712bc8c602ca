// A real registry inside the test's process, on a port and a folder of its own.
import { createLog } from '#kernel/log.ts';
import type { Clock } from '#kernel/ports.ts';
import { systemClock, systemRandom } from '#kernel/ports.ts';
import { parseCommandLine } from '#registry/config.ts';
import { startRegistry } from '#registry/registry.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './port.ts';

export interface TestRegistry extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  /** An orderly stop; the data stays. */
  stop(): Promise<void>;
  /** Starts again on the same data and address. */
  start(): Promise<void>;
}

export interface MakeRegistryOptions {
  readonly clock?: Clock;
  /** Default: a folder of its own, removed with it. A folder that is given stays. */
  readonly dataDir?: string;
  readonly port?: number;
  /** The name it is known under, without a port: `http://registry.example`. Whoever asks must resolve it to loopback. */
  readonly name?: string;
  /** Private ranges (CIDR) whose addresses it lists, besides its own. */
  readonly networks?: string;
}

/** Makes and starts a registry; `await using` stops it and removes its data. */
export async function makeRegistry(options: MakeRegistryOptions = {}): Promise<TestRegistry> {
  const folder = options.dataDir === undefined ? temporaryFolder() : undefined;
  const dataDir = options.dataDir ?? folder?.path ?? '';
  const port = options.port ?? (await freePort());
  const line = ['start', '--data', dataDir, '--port', String(port), '--log-level', 'silent'];
  if (options.name !== undefined) line.push('--url', `${options.name}:${port}`);
  if (options.networks !== undefined) line.push('--networks', options.networks);
  const parsed = parseCommandLine(line);
  if (parsed.command !== 'start') throw new Error('the command line must start a registry');
  const { config } = parsed;
  const boot = (): ReturnType<typeof startRegistry> =>
    startRegistry({
      config,
      clock: options.clock ?? systemClock,
      random: systemRandom,
      log: createLog({ level: 'silent' }),
      version: 'test',
      onFatal: (error) => {
        throw error;
      },
    });
  let current: Awaited<ReturnType<typeof boot>> | undefined = await boot();
  const { url } = current;
  const stop = async (): Promise<void> => {
    const stopping = current;
    current = undefined;
    await stopping?.[Symbol.asyncDispose]();
  };
  return {
    url,
    dataDir,
    stop,
    async start() {
      current ??= await boot();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      folder?.[Symbol.dispose]();
    },
  };
}
