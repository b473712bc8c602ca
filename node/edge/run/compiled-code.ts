// Keeps what V8 and the type stripper make of the program's files, so that later starts neither strip nor compile:
// a third of the time to ready, and 30 MB that the stripper would hold. Launchers set NODE_COMPILE_CACHE to the same
// folder, which covers the very first files too. Only a cache: a changed file is compiled anew, and a folder that
// cannot be written costs nothing but time. It is in run/, which no backup holds.
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { compiledDir, runDir } from './paths.ts';

export interface CompiledCode {
  /** Writes at once what a first start has compiled, which would else be written at an orderly end only. */
  write(): void;
  /** Removes what this process made where there is no node. */
  drop(): void;
}

/** Begins to use the cache of a data folder, for what is loaded from now on. */
export function keepCompiledCode(dataDir: string, version: string): CompiledCode {
  const folder = compiledDir(dataDir);
  const made = { run: !existsSync(runDir(dataDir)), folder: !existsSync(folder) };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Entries are named by path: those of a release that is gone would stay for ever.
  const release = createHash('sha256')
    .update(`${version} ${import.meta.dirname}`)
    .digest('hex');
  const note = join(folder, 'release');
  const isNew = !existsSync(note) || readFileSync(note, 'utf8') !== release;
  if (isNew) {
    // The folders stay: this process may write into them already.
    for (const file of globSync('*/*', { cwd: folder })) rmSync(join(folder, file), { force: true });
    writeFileSync(note, release, { mode: 0o600 });
  }
  enableCompileCache(folder);
  return {
    write: () => {
      if (isNew) flushCompileCache();
    },
    drop: () => {
      if (made.folder) rmSync(folder, { recursive: true, force: true });
      // Another process may have begun to run there meanwhile.
      if (made.run && readdirSync(runDir(dataDir)).length === 0) rmdirSync(runDir(dataDir));
    },
  };
}
