// Makes a node without network: folder, key, settings, database, identity. All or nothing: a marker stands while
// it works, and what an interrupted init left (nothing that anybody has seen) is removed by the next one.
// An existing node is never touched.
import { configFile, loadConfig, writeSetting } from '#kernel/config.ts';
import { openDatabase } from '#kernel/db/database.ts';
import { createEvents } from '#kernel/events.ts';
import { migrateFeatures, type AnyFeature } from '#kernel/feature.ts';
import { createJobs } from '#kernel/jobs.ts';
import { createKeyring } from '#kernel/keyring.ts';
import { createLog } from '#kernel/log.ts';
import { systemClock, systemRandom, type Clock, type Random } from '#kernel/ports.ts';
import { AppError, type Text } from '#protocol/errors.ts';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOf, serverUrlOf } from '../http/address.ts';
import { databaseFile, initMarker } from './paths.ts';

export interface InitOptions {
  readonly dataDir: string;
  readonly username: string;
  readonly url?: string;
  readonly registry?: string;
  readonly displayName?: string;
  readonly language: keyof Text;
  readonly passphrase?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly features: readonly AnyFeature[];
  readonly createIdentity: CreateIdentity;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Writes the identity into a fresh, migrated database. */
export type CreateIdentity = (
  host: {
    readonly db: ReturnType<typeof openDatabase>;
    readonly keyring: ReturnType<typeof createKeyring>;
    readonly events: ReturnType<typeof createEvents>;
    readonly clock: Clock;
    readonly random: Random;
  },
  profile: {
    readonly username: string;
    readonly serverUrl: string;
    readonly displayName?: string;
    readonly language: keyof Text;
  },
) => Promise<{ readonly node_id: string; readonly did: string; readonly username: string }>;

export interface NewNode {
  readonly node_id: string;
  readonly did: string;
  readonly username: string;
  readonly server_url: string;
}

/** Makes the node. @throws node/exists, keyring/exists, config/invalid, and the identity's codes (names) */
export async function initNode(options: InitOptions): Promise<NewNode> {
  const { dataDir } = options;
  const marker = initMarker(dataDir);
  if (existsSync(marker)) removeWhatInitMade(dataDir);
  else refuseExistingNode(dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const settingsBefore = existsSync(configFile(dataDir)) ? readFileSync(configFile(dataDir)) : undefined;
  writeFileSync(marker, '', { mode: 0o600, flag: 'wx', flush: true });
  try {
    const made = await make(options);
    rmSync(marker);
    return made;
  } catch (error) {
    removeWhatInitMade(dataDir);
    if (settingsBefore === undefined) rmSync(configFile(dataDir), { force: true });
    else writeFileSync(configFile(dataDir), settingsBefore, { mode: 0o600 });
    throw error;
  }
}

async function make(options: InitOptions): Promise<NewNode> {
  const { dataDir, env, features, username, language, displayName } = options;
  if (options.url !== undefined) writeSetting(dataDir, 'node.url', options.url);
  if (options.registry !== undefined) writeSetting(dataDir, 'registry.url', options.registry);
  if (language !== 'en') writeSetting(dataDir, 'node.language', language);
  const config = loadConfig({ dataDir, env });
  const serverUrl = serverUrlOf(config, portOf(config));
  const keyring = createKeyring({
    dataDir,
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
    ...(env.CREDENTIALS_DIRECTORY === undefined ? {} : { credentialsDir: env.CREDENTIALS_DIRECTORY }),
  });
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const fatal: unknown[] = [];
  await using db = openDatabase({
    file: databaseFile(dataDir),
    key: keyring.derive('db'),
    onFatal: (error) => fatal.push(error),
  });
  await migrateFeatures(db, features, clock);
  // Nothing is scheduled here: the jobs exist because events register with them.
  await using jobs = createJobs({ clock, random, log: createLog({ level: 'silent' }) });
  const events = createEvents({ db, clock, jobs });
  const made = await options.createIdentity(
    { db, keyring, events, clock, random },
    { username, serverUrl, language, ...(displayName === undefined ? {} : { displayName }) },
  );
  if (fatal.length > 0) throw new Error('the database could not be written', { cause: fatal[0] });
  return { node_id: made.node_id, did: made.did, username: made.username, server_url: serverUrl };
}

function refuseExistingNode(dataDir: string): void {
  if (!existsSync(databaseFile(dataDir)) && !existsSync(join(dataDir, 'keys'))) return;
  throw new AppError({
    category: 'conflict',
    code: 'node/exists',
    safe: {
      en: `There is a node in ${dataDir} already. Nothing was changed. Start it with "ored start", or choose another folder with --data.`,
      fr: `Il y a déjà un nœud dans ${dataDir}. Rien n'a été modifié. Démarrez-le avec « ored start », ou choisissez un autre dossier avec --data.`,
    },
  });
}

/** Only ever called while the marker stands, so a real node's key is out of its reach. */
function removeWhatInitMade(dataDir: string): void {
  const database = databaseFile(dataDir);
  const made = [database, `${database}-wal`, `${database}-shm`, join(dataDir, 'keys')];
  for (const path of made) rmSync(path, { recursive: true, force: true });
  rmSync(initMarker(dataDir), { force: true });
}
