// What keeps the node running in the background: our own supervisor, or systemd where it runs the machine and the
// place is the default one. Both answer the same questions, so that the plan does not care which it is.
import { AppError } from '#protocol/errors.ts';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { commandFiles, isAsWritten, writeOwned } from '../machine/files.ts';
import { runFilesOf, type Layout } from '../layout.ts';
import {
  FIRST_START_RESTARTS_MAX,
  LOG_TAIL_BYTES,
  LOG_TAIL_LINES,
  SUPERVISOR_START_MS_MAX,
  SUPERVISOR_STOP_MS_MAX,
} from '../limits.ts';
import { awaitEnd, executableOf, signal } from './processes.ts';
import { EXIT_LOCKED, startDetached } from '../supervise.ts';
import { inspectSupervisor } from './supervisor-record.ts';

export interface Service {
  readonly kind: 'supervisor' | 'systemd';
  /** The running node's release is null when it cannot be told. */
  inspect(): Promise<{ readonly state: 'stopped' | 'running' | 'orphan'; readonly release: string | null }>;
  /** Whether the files that the service needs are there, as this release writes them. */
  isUpToDate(): boolean;
  write(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** True once a first start has ended too often to hope, or nothing is left that would start the node. */
  isFailing(): Promise<boolean>;
  /** Where the log is: a path or a command. */
  readonly logPlace: string;
  logTail(): Promise<string>;
}

/** Our own supervisor of the node in `layout`. `nodePath` is the Node below a release's root. */
export function ownSupervisor(layout: Layout, nodePath: string): Service {
  const files = commandFiles(layout, nodePath);
  const log = runFilesOf(layout.data).log;
  let hasStarted = false;
  return {
    kind: 'supervisor',
    inspect() {
      const { record, isSupervisorAlive, isNodeAlive } = inspectSupervisor(layout.data);
      const state = isSupervisorAlive ? 'running' : isNodeAlive ? 'orphan' : 'stopped';
      const pid = isSupervisorAlive ? record?.pid : isNodeAlive ? record?.node_pid : null;
      return Promise.resolve({ state, release: releaseOf(pid ?? null, nodePath) });
    },
    isUpToDate: () => files.every(isAsWritten),
    write() {
      files.forEach(writeOwned);
      return Promise.resolve();
    },
    async start() {
      const child = startDetached({ root: layout.current, dataDir: layout.data, env: process.env });
      // Without a record nobody would ever know that nothing runs.
      const isAwaited = (): boolean =>
        child.exitCode === null &&
        child.signalCode === null &&
        inspectSupervisor(layout.data).record?.pid !== child.pid;
      await awaitEnd(isAwaited, SUPERVISOR_START_MS_MAX);
      hasStarted = true;
      if (child.exitCode === EXIT_LOCKED) throw lockHeld(runFilesOf(layout.data).lock);
    },
    async stop() {
      const { record } = inspectSupervisor(layout.data);
      const isAlive = (): boolean => inspectSupervisor(layout.data).isSupervisorAlive;
      if (record === null || !isAlive()) return;
      signal(record.pid, 'SIGTERM');
      if (!(await awaitEnd(isAlive, SUPERVISOR_STOP_MS_MAX))) throw notStopped(record.pid);
    },
    isFailing() {
      const { record, isSupervisorAlive } = inspectSupervisor(layout.data);
      const isOver = hasStarted && !isSupervisorAlive;
      return Promise.resolve(isOver || (record?.restarts ?? 0) >= FIRST_START_RESTARTS_MAX);
    },
    logPlace: log,
    logTail: () => Promise.resolve(tailOf(log)),
  };
}

/** The release from which process `pid` runs: its program lies in releases/<release>/<nodePath>. */
export function releaseOf(pid: number | null, nodePath: string): string | null {
  const executable = pid === null ? null : executableOf(pid);
  if (executable === null || !executable.endsWith(`/${nodePath}`)) return null;
  const root = executable.slice(0, -nodePath.length - 1);
  return basename(dirname(root)) === 'releases' ? basename(root) : null;
}

function tailOf(file: string): string {
  const source = openSync(file, 'a+', 0o600);
  try {
    const { size } = fstatSync(source);
    const length = Math.min(size, LOG_TAIL_BYTES);
    const buffer = Buffer.alloc(length);
    readSync(source, buffer, 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  } finally {
    closeSync(source);
  }
}

function notStopped(pid: number): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'installer/not-stopped',
    safe: {
      en: `The node's supervisor (process ${pid}) does not end. Nothing was changed. End it with "kill -9 ${pid}", then run this again.`,
      fr: `Le superviseur du nœud (processus ${pid}) ne s'arrête pas. Rien n'a été modifié. Arrêtez-le avec « kill -9 ${pid} », puis recommencez.`,
    },
  });
}

function lockHeld(lock: string): AppError {
  return new AppError({
    category: 'conflict',
    code: 'installer/supervisor-locked',
    safe: {
      en: `Another process holds ${lock}, so the node was not started. Your data is untouched. See who it is with "fuser -v ${lock}", end it, then run this again.`,
      fr: `Un autre processus tient ${lock} : le nœud n'a pas été démarré. Vos données sont intactes. Voyez lequel avec « fuser -v ${lock} », arrêtez-le, puis recommencez.`,
    },
  });
}
