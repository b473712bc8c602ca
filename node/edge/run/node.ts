// Starts a node: lock, settings, key, database, areas, HTTP, local socket, jobs; and stops it in the reverse order.
// A failing start gives back everything it took. Nothing is created here: a missing key or database refuses.
// The same function starts the program and, in tests, nodes inside one process.
import { loadConfig, type Config } from '#kernel/config.ts';
import { openDatabase } from '#kernel/db/database.ts';
import { createOnce } from '#kernel/http/once.ts';
import { createEvents } from '#kernel/events.ts';
import { bootFeatures, migrateFeatures, type AnyFeature, type Booted, type Host } from '#kernel/feature.ts';
import { createJobs } from '#kernel/jobs.ts';
import { openKeyring } from '#kernel/keyring.ts';
import { createLog, type Log } from '#kernel/log.ts';
import { createNetwork, type Network } from '#kernel/network.ts';
import { systemClock, systemRandom, type Clock, type Random } from '#kernel/ports.ts';
import { AppError } from '#protocol/errors.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Guard } from '../guard.ts';
import { hostNames, portOf, serverUrlOf } from '../http/address.ts';
import type { Status } from '../http/api.ts';
import type { Finding } from '../doctor/finding.ts';
import { createReadiness } from '../http/readiness.ts';
import { edgeRoutes, registerEdgeKinds } from '../http/routes.ts';
import { openWebApp } from '../http/web-app.ts';
import { listenEarly, listenOnSocket, nodeApi } from '../http/servers.ts';
import { createReader } from '../live/changes.ts';
import { serveLive } from '../live/live.ts';
import { createPolling } from '../live/polling.ts';
import { takeLock } from './lock.ts';
import { databaseFile, initMarker, prepareSocketPath } from './paths.ts';

export interface StartOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly features: readonly AnyFeature[];
  readonly guardOf: (booted: Booted) => Guard;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Settings that win over all others. */
  readonly flags?: Record<string, Record<string, unknown>>;
  readonly passphrase?: string;
  /** The built web app; where it is missing, everything else is served. */
  readonly webDir?: string;
  /** A commit could not be made durable: the process must end at once. */
  readonly onFatal: (error: unknown) => void;
  readonly ports?: {
    readonly clock?: Clock;
    readonly random?: Random;
    readonly network?: Network;
    readonly log?: Log;
  };
}

export interface RunningNode extends AsyncDisposable {
  readonly serverUrl: string;
  readonly port: number;
  readonly socketPath: string;
  readonly host: Host;
  readonly booted: Booted;
  status(): Promise<Status>;
}

/**
 * Starts the node of a data folder; resolves when it is ready.
 * @throws node/none, lock/held, http/port-busy, and the codes of config, keyring, db and the areas
 */
export async function startNode(options: StartOptions): Promise<RunningNode> {
  refuseNoNode(options.dataDir);
  await using stack = new AsyncDisposableStack();
  stack.use(takeLock(options.dataDir));
  const { host, early } = await openHost(options, stack);
  await migrateFeatures(host.db, options.features, host.clock);
  const booted = stack.use(await bootFeatures(host, options.features));
  stack.use(host.jobs);
  const guard = options.guardOf(booted);
  registerEdgeKinds(guard);

  const startedAt = host.clock.now();
  const status = async (): Promise<Status> => ({
    server_url: host.serverUrl,
    version: host.version,
    insecure: host.config.edge.insecure,
    uptime_s: Math.floor((host.clock.now() - startedAt) / 1000),
    database: { bytes: host.db.bytes() },
    ...(await booted.status()),
  });
  const socketPath = prepareSocketPath(options.dataDir, options.env);
  const readiness = createReadiness({ db: host.db, clock: host.clock, socketPath });
  const { clock, events, log } = host;
  const read = createReader(events, booted.changes);
  const polling = createPolling({ clock, events, guard, read });
  const webApp = options.webDir === undefined ? undefined : openWebApp(options.webDir);
  const routes = [
    ...booted.routes,
    ...edgeRoutes({ status, readiness, webApp, examine: doctorOf(host, options.env, status) }),
    polling.route,
  ];
  const hosts = hostNames(host.config, host.serverUrl);
  const once = createOnce(host);
  const api = {
    routes,
    rawRoutes: booted.rawRoutes,
    guard,
    log: host.log,
    version: host.version,
    webApp,
    once,
    proxies: host.config.edge.proxies,
  };

  stack.use(await listenOnSocket(socketPath, nodeApi(api, { local: true })));
  stack.defer(() => early.close());
  // Closed before the server, which would wait for it: an upgraded connection is no request in flight.
  const live = stack.use(serveLive(early.server, { guard, events, read, clock, hosts: () => hosts, log }));
  guard.measure('ored_live_connections', 'Live connections that are open', () => live.count());
  stack.use(polling);
  early.open(nodeApi(api, { local: false, hosts: () => hosts }));
  host.jobs.start();

  const owned = stack.move();
  return {
    serverUrl: host.serverUrl,
    port: early.port,
    socketPath,
    host,
    booted,
    status,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The doctor of a running node, loaded when it is asked for. */
function doctorOf(
  { config, dataDir }: Host,
  env: StartOptions['env'],
  status: () => Promise<Status>,
): () => Promise<readonly Finding[]> {
  return async () => {
    const { examine } = await import('../doctor/checks.ts');
    return examine({ dataDir, env, config, status: await status() }, { deep: false });
  };
}

/** Everything that areas need, and a port that answers 503 until they have started. */
async function openHost(
  options: StartOptions,
  stack: AsyncDisposableStack,
): Promise<{ host: Host; early: Awaited<ReturnType<typeof listenEarly>> }> {
  const { dataDir, env, version } = options;
  const config = loadConfig({
    dataDir,
    env,
    ...(options.flags === undefined ? {} : { flags: options.flags }),
  });
  const log = options.ports?.log ?? createLog({ level: config.log.level });
  const clock = options.ports?.clock ?? systemClock;
  const random = options.ports?.random ?? systemRandom;
  const keyring = openKeyring({
    dataDir,
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
    ...(env.CREDENTIALS_DIRECTORY === undefined ? {} : { credentialsDir: env.CREDENTIALS_DIRECTORY }),
  });
  // The port comes before the database: a busy one is the commonest reason not to start.
  const early = await listenEarly(config.edge.host, portOf(config), config.edge.proxies);
  stack.defer(() => early.close());
  const db = stack.use(
    openDatabase({ file: databaseFile(dataDir), key: keyring.derive('db'), onFatal: options.onFatal }),
  );
  const serverUrl = serverUrlOf(config, early.port);
  const network = stack.use(options.ports?.network ?? networkOf(config, serverUrl, version));
  const jobs = createJobs({ clock, random, log });
  const events = createEvents({ db, clock, jobs });
  const host = {
    config,
    dataDir,
    serverUrl,
    version,
    db,
    keyring,
    events,
    jobs,
    clock,
    random,
    network,
    log,
  };
  return { host, early };
}

function networkOf(config: Config, serverUrl: string, version: string): Network {
  return createNetwork({
    ownUrl: () => serverUrl,
    networks: config.federation.networks,
    userAgent: `O-Red/${version}`,
  });
}

function refuseNoNode(dataDir: string): void {
  const interrupted = existsSync(initMarker(dataDir));
  if (existsSync(databaseFile(dataDir)) && !interrupted) return;
  if (!interrupted && existsSync(join(dataDir, 'keys'))) {
    throw new AppError({
      category: 'unavailable',
      code: 'db/missing',
      safe: {
        en: `The database ${databaseFile(dataDir)} is missing, though this node's key is there. Nothing was changed, and no new identity was made. Restore the database from a backup, then start again.`,
        fr: `La base ${databaseFile(dataDir)} manque, alors que la clé de ce nœud est là. Rien n'a été modifié et aucune identité n'a été créée. Restaurez la base depuis une sauvegarde, puis relancez.`,
      },
    });
  }
  throw new AppError({
    category: 'not-found',
    code: 'node/none',
    safe: {
      en: `There is no node in ${dataDir}. Make one with "ored init --username NAME --data ${dataDir}".`,
      fr: `Il n'y a pas de nœud dans ${dataDir}. Créez-en un avec « ored init --username NOM --data ${dataDir} ».`,
    },
  });
}
