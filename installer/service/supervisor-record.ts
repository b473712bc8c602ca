// data/run/supervisor.json: who watches the node, for `ored stop` and the installer. Written whole (rename), 0600.
// It is a hint: readers check the processes it names before they act on it.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { runFilesOf } from '../layout.ts';
import { isProcess } from './processes.ts';

export interface SupervisorRecord {
  readonly pid: number;
  /** RFC 3339. */
  readonly started_at: string;
  /** Null between two starts. */
  readonly node_pid: number | null;
  /** Starts after the first. */
  readonly restarts: number;
}

/** The program names by which the two processes are recognised. */
export const supervisorProgram = 'supervise.ts';
export const nodeProgram = 'main.ts';

export function writeSupervisorRecord(dataDir: string, record: SupervisorRecord): void {
  const file = runFilesOf(dataDir).supervisor;
  writeFileSync(`${file}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeSupervisorRecord(dataDir: string): void {
  rmSync(runFilesOf(dataDir).supervisor, { force: true });
}

/** Null when there is none, or none that can be read: a torn record is as good as none, the lock decides. */
export function readSupervisorRecord(dataDir: string): SupervisorRecord | null {
  let text: string;
  try {
    text = readFileSync(runFilesOf(dataDir).supervisor, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return recordOrNull(jsonOrNull(text));
}

export interface Supervised {
  readonly record: SupervisorRecord | null;
  readonly isSupervisorAlive: boolean;
  readonly isNodeAlive: boolean;
}

/** The record with what is true of it now. */
export function inspectSupervisor(dataDir: string): Supervised {
  const record = readSupervisorRecord(dataDir);
  return {
    record,
    isSupervisorAlive: record !== null && isProcess(record.pid, supervisorProgram, dataDir),
    isNodeAlive:
      record !== null && record.node_pid !== null && isProcess(record.node_pid, nodeProgram, dataDir),
  };
}

/** Checked by hand: a schema library would double the memory of a process whose life is waiting. */
function recordOrNull(value: unknown): SupervisorRecord | null {
  if (typeof value !== 'object' || value === null) return null;
  const { pid, started_at, node_pid, restarts } = value as Record<keyof SupervisorRecord, unknown>;
  if (!isCount(pid) || typeof started_at !== 'string' || !isCount(restarts)) return null;
  if (node_pid !== null && !isCount(node_pid)) return null;
  return { pid, started_at, node_pid, restarts };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
