// Which process is meant, beyond its number: numbers are reused after a crash or a restart of the machine.
// A process is named by pid, start time (proc(5), field 22 of /proc/PID/stat) and the boot of the machine.
// Where there is no /proc, the pid alone must do.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export const processNameSchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks after boot; empty where /proc is absent. */
  start: z.string().max(32),
  boot: z.string().max(64),
});
export type ProcessName = z.output<typeof processNameSchema>;

/** The name of a process that runs now; undefined when none has this pid. */
export function nameProcess(pid: number): ProcessName | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) {
    return hasProc() || !answersSignals(pid) ? undefined : { pid, start: '', boot: '' };
  }
  // The command's name, in parentheses, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, start: fields[19] ?? '', boot: readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? '' };
}

/** True while exactly that process runs. */
export function isRunning(name: ProcessName): boolean {
  const now = nameProcess(name.pid);
  return now !== undefined && now.start === name.start && now.boot === name.boot;
}

/** The command line of a process as words; empty when it is gone or not ours to read. */
export function commandLineOf(pid: number): string[] {
  const line = readIfThere(`/proc/${pid}/cmdline`);
  return line === undefined ? [] : line.split('\0').filter((word) => word !== '');
}

function hasProc(): boolean {
  return readIfThere('/proc/self/stat') !== undefined;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
