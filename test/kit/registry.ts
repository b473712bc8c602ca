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

/** Makes and starts a registry; `await using` stops it and removes its data. */
export async function makeRegistry(
  options: {
    readonly clock?: Clock;
    /** The name it is known under, without a port: `http://registry.example`. Whoever asks must resolve it to loopback. */
    readonly name?: string;
  } = {},
): Promise<TestRegistry> {
  const folder = temporaryFolder();
  const port = await freePort();
  const line = ['start', '--data', folder.path, '--port', String(port), '--log-level', 'silent'];
  if (options.name !== undefined) line.push('--url', `${options.name}:${port}`);
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
    dataDir: folder.path,
    stop,
    async start() {
      current ??= await boot();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      folder[Symbol.dispose]();
    },
  };
}
