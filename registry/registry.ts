// Puts a registry together and runs it: store, directory, relay, HTTP. Used by main.ts and by tests.
// What has been opened is closed in reverse, also when a later step fails.
import { closeServer, createHardenedServer } from '#kernel/http/server.ts';
import { createJobs } from '#kernel/jobs.ts';
import { BODY_MS_MAX } from '#kernel/http/limits.ts';
import type { Log } from '#kernel/log.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { AppError } from '#protocol';
import { existsSync, mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createChallenges } from './challenges.ts';
import type { RegistryConfig } from './config.ts';
import { createDirectory } from './directory.ts';
import { createRegistryListener } from './http.ts';
import { createMetrics } from './metrics.ts';
import { loadOwnSecrets } from './own-secrets.ts';
import { createPresence } from './presence.ts';
import { createRelay } from './relay.ts';
import { createRequestOpener } from './requests.ts';
import { openSqliteStore } from './store/store-sqlite.ts';

/** With a trusted proxy in front, all connections are the proxy's, wherever it stands. */
const EVERY_ADDRESS = ['0.0.0.0/0', '::/0'];

export interface RunningRegistry extends AsyncDisposable {
  /** Its address, without a trailing slash. */
  readonly url: string;
  readonly port: number;
}

/** Starts a registry; it answers when the promise resolves. @throws registry/port-in-use, registry/key-* */
export async function startRegistry(options: {
  readonly config: RegistryConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  readonly onFatal: (error: unknown) => void;
}): Promise<RunningRegistry> {
  const { config, clock, random, log, version, onFatal } = options;
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const file = join(config.data, 'registry.db');
  const secrets = loadOwnSecrets({ dataDir: config.data, isNew: !existsSync(file), random });
  await using cleanup = new AsyncDisposableStack();
  const store = cleanup.use(await openSqliteStore({ file, nowMs: clock.now(), onFatal }));
  const jobs = cleanup.use(createJobs({ clock, random, log }));
  const presence = createPresence({ store, clock, jobs });
  cleanup.defer(() => presence.flush());
  const relay = createRelay({ store, clock, jobs, pseudonymKey: secrets.pseudonymKey });
  const challenges = createChallenges({ key: secrets.challengeKey, clock, random });
  let url = config.url ?? '';
  const key = secrets.signingKey;
  const directory = createDirectory({
    store,
    clock,
    challenges,
    presence,
    key,
    url: () => url,
    networks: config.networks,
  });
  const listener = createRegistryListener({
    store,
    directory,
    relay,
    challenges,
    presence,
    key,
    clock,
    log,
    version,
    requests: createRequestOpener({ store, clock, audience: () => url }),
    metrics: createMetrics({ store, clock }),
    name: config.name,
    url: () => url,
    trustProxy: config['trust-proxy'],
    metricsPublic: config['public-metrics'],
  });
  const server = createHardenedServer(listener, BODY_MS_MAX, config['trust-proxy'] ? EVERY_ADDRESS : []);
  const port = await listen(server, config);
  cleanup.defer(async () => {
    relay.close();
    await closeServer(server);
  });
  const shownHost = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  if (url === '') url = `http://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${port}`;
  jobs.start();
  const running = cleanup.move();
  return { url, port, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function listen(server: Server, config: RegistryConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new AppError({
          category: 'unavailable',
          code: 'registry/port-in-use',
          safe: `Port ${config.port} is in use by another program. Choose another with --port; nothing was changed.`,
          cause: error,
        }),
      );
    });
    server.listen(config.port, config.host, () => resolve((server.address() as AddressInfo).port));
  });
}
