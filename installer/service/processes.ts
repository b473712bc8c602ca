// Recognises our own processes through /proc, so that a process number that was reused is never signalled.
// A record of a pid proves nothing by itself: the command line must name the program and the data folder too.
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { STOP_POLL_MS } from '../limits.ts';

/** Whether process `pid` runs `program` (a file name ending an argument) with `dataDir` among its arguments. */
export function isProcess(pid: number, program: string, dataDir: string): boolean {
  const words = commandLineOf(pid);
  return words.includes(dataDir) && words.some((word) => word === program || word.endsWith(`/${program}`));
}

/** The program file that process `pid` runs, or null when it is gone or not ours. */
export function executableOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Sends a signal; false when the process has ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Waits until `isThere` is false, at most `msMax`; returns whether it is gone. */
export async function awaitEnd(isThere: () => boolean, msMax: number): Promise<boolean> {
  const deadline = performance.now() + msMax;
  while (isThere()) {
    if (performance.now() >= deadline) return false;
    await pause(STOP_POLL_MS);
  }
  return true;
}

function commandLineOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM';
}
