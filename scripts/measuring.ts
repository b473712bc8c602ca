// What a measurement needs beside its figure: the machine, the commit, and the checks registered in a folder.
// A figure without its machine and commit cannot be compared with anything.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

/** What a file of test/bench/ or test/long/ exports. */
export interface Registered<Context> {
  readonly name: string;
  readonly description: string;
  run(context: Context): Promise<void>;
}

/** The machine in one line: processor, cores that may be used, memory, Node. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memoryGib = (totalmem() / 2 ** 30).toFixed(1);
  return `${model}, ${availableParallelism()} cores, ${memoryGib} GiB, Node ${process.version}`;
}

/** The commit that is checked out, with `+changes` when the tree differs from it. */
export function commitLine(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+changes');
  } catch {
    // A release's tarball has no history.
    return 'no commit';
  }
}

/** Loads what is registered in a folder, in the order of its file names; files that export no `run` are shared parts. */
export async function loadRegistered<Context>(folder: string): Promise<Registered<Context>[]> {
  if (!existsSync(folder)) return [];
  const found: Registered<Context>[] = [];
  for (const file of readdirSync(folder).toSorted()) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const loaded: unknown = await import(pathToFileURL(resolve(folder, file)).href);
    if (isRegistered<Context>(loaded)) found.push(loaded);
  }
  return found;
}

function isRegistered<Context>(value: unknown): value is Registered<Context> {
  if (typeof value !== 'object' || value === null) return false;
  const { name, description, run } = value as Partial<Registered<Context>>;
  return typeof name === 'string' && typeof description === 'string' && typeof run === 'function';
}

/** The entry called `name`; ends the process with the list of names when there is none. */
export function chosen<Context>(
  entries: readonly Registered<Context>[],
  name: string | undefined,
): Registered<Context> {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  console.error(name === undefined ? 'Say which one:' : `There is no ${name}. There is:`);
  for (const { name: known, description } of entries) console.error(`  ${known.padEnd(20)} ${description}`);
  return process.exit(2);
}
