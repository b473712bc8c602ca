// One node for one data folder: run/lock names the process that holds it.
// A lock whose process is gone (SIGKILL, power cut) is stale and taken over at once; a live one refuses the start.
// The Unix socket, which only the holder binds, is the second guard.
import { AppError } from '#protocol/errors.ts';
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, nameProcess, processNameSchema, type ProcessName } from './process-id.ts';
import { runDir } from './paths.ts';

/** Rounds of taking over a stale lock while others try the same: each round, one of them wins. */
const TAKEOVER_ROUNDS_MAX = 20;

const lockFile = (dataDir: string): string => join(runDir(dataDir), 'lock');

/** The process that runs this node, if one does. */
export function lockHolder(dataDir: string): ProcessName | undefined {
  const holder = readHolder(lockFile(dataDir));
  return holder !== undefined && isRunning(holder) ? holder : undefined;
}

/** Takes the lock of a data folder; disposing gives it back. @throws lock/held */
export function takeLock(dataDir: string): Disposable {
  const self = nameProcess(process.pid);
  if (self === undefined) throw new Error('this process has no name');
  mkdirSync(runDir(dataDir), { recursive: true, mode: 0o700 });
  const target = lockFile(dataDir);
  const own = `${target}.${randomUUID()}`;
  try {
    writeFileSync(own, JSON.stringify(self), { mode: 0o600, flag: 'wx', flush: true });
    for (let round = 0; round < TAKEOVER_ROUNDS_MAX; round += 1) {
      if (linkIfFree(own, target)) return release(target, self);
      const holder = readHolder(target);
      // A second node in one process (tests) is as wrong as one in another.
      if (holder !== undefined && isRunning(holder)) throw held(holder.pid);
      removeStale(own, target);
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw held(0);
}

function linkIfFree(own: string, target: string): boolean {
  try {
    // link(2) fails when the name exists, also between two processes at the same instant.
    linkSync(own, target);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Removes a lock whose process is gone. One process at a time may do so, and it looks again before it does: else one
 * that had seen the stale lock could remove the fresh one of somebody quicker, and two nodes would run.
 */
function removeStale(own: string, target: string): void {
  const turn = `${target}.takeover`;
  if (!linkIfFree(own, turn)) {
    const other = readHolder(turn);
    // Whoever had the turn was killed in it.
    if (other !== undefined && !isRunning(other)) rmSync(turn, { force: true });
    return;
  }
  try {
    const holder = readHolder(target);
    if (holder === undefined || !isRunning(holder)) rmSync(target, { force: true });
  } finally {
    rmSync(turn, { force: true });
  }
}

function release(target: string, self: ProcessName): Disposable {
  return {
    [Symbol.dispose]() {
      if (readHolder(target)?.pid === self.pid) rmSync(target, { force: true });
    },
  };
}

function readHolder(file: string): ProcessName | undefined {
  try {
    return processNameSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Absent, or cut short by a crash: nobody holds it.
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function held(pid: number): AppError {
  return new AppError({
    category: 'conflict',
    code: 'lock/held',
    safe: {
      en: `This node runs already (process ${pid}). Nothing was changed. "ored status" shows it, "ored stop" ends it.`,
      fr: `Ce nœud tourne déjà (processus ${pid}). Rien n'a été modifié. « ored status » le montre, « ored stop » l'arrête.`,
    },
  });
}
