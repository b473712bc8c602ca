// What the installer's tests share: folders that look like a checkout, and the node that a supervisor keeps.
import { eventually } from '#kit/eventually.ts';
import { execFile, type ExecFileOptions } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspectSupervisor, type SupervisorRecord } from '../../installer/service/supervisor-record.ts';
import { awaitEnd, signal } from '../../installer/service/processes.ts';

export const projectRoot = dirname(dirname(import.meta.dirname));

/**
 * A checkout with everything that install.sh reads. 'stand-in' has fake-ored.ts as its node; 'project' the real one.
 */
export function makeCheckout(folder: string, node: 'stand-in' | 'project'): string {
  const checkout = join(folder, 'checkout');
  const parts = ['install.sh', 'installer', 'protocol', 'package.json', 'package-lock.json', '.npmrc'];
  for (const part of [...parts, ...(node === 'project' ? ['node', 'registry', 'web'] : [])]) {
    if (existsSync(join(projectRoot, part)))
      cpSync(join(projectRoot, part), join(checkout, part), { recursive: true });
  }
  if (node === 'stand-in') {
    mkdirSync(join(checkout, 'node'));
    cpSync(join(import.meta.dirname, 'fake-ored.ts'), join(checkout, 'node', 'main.ts'));
  }
  return checkout;
}

const END_MS_MAX = 20_000;

/** The record of a live supervisor with a live node other than process `except`. */
export function supervisedNode(
  dataDir: string,
  except?: number,
): Promise<SupervisorRecord & { node_pid: number }> {
  return eventually('a supervised node', () => {
    const { record, isSupervisorAlive, isNodeAlive } = inspectSupervisor(dataDir);
    if (record === null || record.node_pid === null || !isSupervisorAlive || !isNodeAlive) return undefined;
    return record.node_pid === except ? undefined : { ...record, node_pid: record.node_pid };
  });
}

/** Ends whatever a test left running on `dataDir`. */
export async function endAll(dataDir: string): Promise<void> {
  const { record } = inspectSupervisor(dataDir);
  for (const pid of [record?.pid, record?.node_pid]) {
    const { isSupervisorAlive, isNodeAlive } = inspectSupervisor(dataDir);
    if (typeof pid === 'number' && (isSupervisorAlive || isNodeAlive)) signal(pid, 'SIGKILL');
  }
  await awaitEnd(() => {
    const { isSupervisorAlive, isNodeAlive } = inspectSupervisor(dataDir);
    return isSupervisorAlive || isNodeAlive;
  }, END_MS_MAX);
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longer than the installer's own waits (READY_MS_MAX and the stops before it), so that it can say itself what failed. */
const RUN_MS_MAX = 110_000;

/** Runs a program to its end, until all its output is closed; killed (code null) after RUN_MS_MAX. */
export function run(program: string, args: readonly string[], options: ExecFileOptions = {}): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { timeout: RUN_MS_MAX, ...options, encoding: 'utf8' },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

export function readText(...path: string[]): string {
  return readFileSync(join(...path), 'utf8');
}
