// Some areas alone on a real encrypted database with a fake clock: for tests of what a whole node (#kit) hides.
import { createEvents, type Events } from '#kernel/events.ts';
import { bootFeatures, migrateFeatures, type AnyFeature, type Booted, type Host } from '#kernel/feature.ts';
import { openDatabase } from '#kernel/db/database.ts';
import { createJobs } from '#kernel/jobs.ts';
import { createKeyring, openKeyring } from '#kernel/keyring.ts';
import { createLog } from '#kernel/log.ts';
import { createNetwork } from '#kernel/network.ts';
import { systemRandom, type Clock } from '#kernel/ports.ts';
import { fakeClock, temporaryFolder } from '#kit';
import { loadConfig } from '#kernel/config.ts';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Rig extends AsyncDisposable {
  readonly host: Host;
  readonly events: Events;
  readonly booted: Booted;
  readonly logLines: readonly string[];
}

export interface RigOptions {
  readonly dataDir: string;
  readonly clock?: Clock;
  readonly serverUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs on the migrated database before the areas start, as `ored init` does. */
  readonly before?: (host: Host) => Promise<void>;
}

/** Boots the given areas, in order. The folder is the caller's to remove. */
export async function makeRig(features: readonly AnyFeature[], options: RigOptions): Promise<Rig> {
  const { dataDir } = options;
  const clock = options.clock ?? fakeClock();
  mkdirSync(dataDir, { recursive: true });
  const keyring = existsSync(join(dataDir, 'keys')) ? openKeyring({ dataDir }) : createKeyring({ dataDir });
  const logLines: string[] = [];
  const log = createLog({ level: 'info', destination: { write: (line) => void logLines.push(line) } });
  const db = openDatabase({
    file: join(dataDir, 'node.db'),
    key: keyring.derive('db'),
    onFatal: (error) => {
      throw error;
    },
  });
  await migrateFeatures(db, features, clock);
  const jobs = createJobs({ clock, random: systemRandom, log });
  const events = createEvents({ db, clock, jobs });
  const serverUrl = options.serverUrl ?? 'http://127.0.0.1:7701';
  const network = createNetwork({ ownUrl: () => serverUrl, networks: [], userAgent: 'test' });
  const config = loadConfig({ dataDir, env: options.env ?? {} });
  const host: Host = {
    config,
    dataDir,
    serverUrl,
    version: '0.0.0',
    db,
    keyring,
    events,
    jobs,
    clock,
    random: systemRandom,
    network,
    log,
  };
  await options.before?.(host);
  const booted = await bootFeatures(host, features);
  jobs.start();
  return {
    host,
    events,
    booted,
    logLines,
    async [Symbol.asyncDispose]() {
      await jobs[Symbol.asyncDispose]();
      await booted[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

/** Runs a test in a fresh folder, which is removed after it. */
export async function inFolder(run: (dataDir: string) => Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  await run(folder.path);
}
