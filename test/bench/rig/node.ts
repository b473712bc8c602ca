// Nodes that benchmarks measure: made in a folder, started as a process of their own as `ored start` is, owned
// through a bearer session. What takes long to fill is filled once and kept in .cache/ under a hash of its making.
import { openDatabase, type Database } from '#kernel/db/database.ts';
import { openKeyring } from '#kernel/keyring.ts';
import { freePort, runCli, spawnNode, temporaryFolder, type Program } from '#kit';
import { compiledDir, databaseFile } from '#node/edge/run/paths.ts';
import { NODE_ENV, NODE_FLAGS } from '../../../installer/machine/files.ts';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
export const PASSPHRASE = 'a passphrase of a benchmark, nobody else has it';

export interface MadeNode extends Disposable {
  readonly dataDir: string;
  readonly nodeId: string;
}

/** A fresh node in a temporary folder, not started; what `fill` writes is in it. */
export async function makeData(
  fill: (db: Database, nodeId: string) => Promise<void> = nothing,
): Promise<MadeNode> {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  const nodeId = await makeIn(dataDir, fill);
  return { dataDir, nodeId, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/**
 * The folder of a node that `fill` has filled, kept between runs; a change of `recipe` (a file's text) or of any
 * migration makes it anew.
 */
export async function keptData(
  name: string,
  recipe: string,
  fill: (db: Database, nodeId: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(name).update(recipe);
  for (const file of globSync('node/*/migrations/*.ts', { cwd: root }).toSorted()) {
    hash.update(readFileSync(join(root, file)));
  }
  const folder = join(root, '.cache', 'bench', `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  console.log(`filling ${name}: once, then kept in .cache/`);
  const started = performance.now();
  await makeIn(unfinished, fill);
  renameSync(unfinished, folder);
  console.log(`filled in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  return folder;
}

async function makeIn(
  dataDir: string,
  fill: (db: Database, nodeId: string) => Promise<void>,
): Promise<string> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const made = await runCli({ dataDir, env: { NODE_COMPILE_CACHE: compiledDir(dataDir) } }, [
    'init',
    '--username',
    'bench-node',
    '--url',
    url,
    '--json',
  ]);
  if (made.code !== 0) throw new Error(`no node was made: ${made.stderr}`);
  const { node_id: nodeId } = made.json() as { node_id: string };
  await using db = openData(dataDir);
  await fill(db, nodeId);
  return nodeId;
}

/** The database of a node that is not running. */
export function openData(dataDir: string): Database {
  return openDatabase({
    file: databaseFile(dataDir),
    key: openKeyring({ dataDir }).derive('db'),
    onFatal: (error) => {
      throw error;
    },
  });
}

export interface OwnedNode extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  /** `Authorization` of the owner's session. */
  readonly authorization: string;
}

/** Starts the node of a folder and claims it, or signs in when it was claimed before. */
export async function startOwned(dataDir: string): Promise<OwnedNode> {
  const program = await startProgram(dataDir);
  const url = String(program.ready.server_url);
  const claimUrl = program.ready.claim_url;
  const token = typeof claimUrl === 'string' ? claimUrl.split('#claim=')[1] : undefined;
  const response = await fetch(`${url}/api/v1/${token === undefined ? 'sessions' : 'claim'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      passphrase: PASSPHRASE,
      mode: 'bearer',
      ...(token === undefined ? {} : { token }),
    }),
  });
  const grant = (await response.json()) as { access_token?: string };
  if (grant.access_token === undefined) throw new Error(`no session: ${JSON.stringify(grant)}`);
  return {
    program,
    url,
    authorization: `Bearer ${grant.access_token}`,
    [Symbol.asyncDispose]: async () => void (await program.end()),
  };
}

/** `ored start` on a folder, as the installed command starts it; ORED_BENCH_NODE_OPTIONS (a profiler's flags, a heap's size) reaches that process alone. */
export function startProgram(dataDir: string): Promise<Program> {
  const { ORED_BENCH_NODE_OPTIONS: options = '' } = process.env;
  return spawnNode({
    dataDir,
    env: {
      ...NODE_ENV,
      NODE_COMPILE_CACHE: compiledDir(dataDir),
      NODE_OPTIONS: [...NODE_FLAGS, options].join(' '),
    },
  });
}

function nothing(): Promise<void> {
  return Promise.resolve();
}
