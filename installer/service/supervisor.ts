// Keeps one node running: starts it, starts it again when it ends unasked, ends it when asked, bounds its log.
// An end with code 0 is an end on purpose and ends the supervisor too. It never gives up and never runs hot.
import { spawn, type ChildProcess } from 'node:child_process';
import { restartDelayMs } from './backoff.ts';
import { runFilesOf } from '../layout.ts';
import { LOG_BYTES_MAX, LOG_CHECK_MS, LOG_FILES, STEADY_MS, STOP_MS_MAX } from '../limits.ts';
import { awaitEnd, isProcess, signal } from './processes.ts';
import { rotateLog } from './rotation.ts';
import {
  nodeProgram,
  readSupervisorRecord,
  removeSupervisorRecord,
  writeSupervisorRecord,
} from './supervisor-record.ts';

export interface SupervisorOptions {
  readonly dataDir: string;
  /** The node as a foreground process: program and arguments. Its output goes where the supervisor's goes. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** One line for the log. */
  readonly log: (line: string) => void;
  /** Aborting it ends the node, then the supervisor. */
  readonly stop: AbortSignal;
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs until the node ends on purpose or `stop` is aborted and the node has ended. The caller holds the lock. */
export async function supervise(options: SupervisorOptions): Promise<void> {
  const { dataDir, stop } = options;
  await endOrphan(options);
  const startedAt = new Date(options.now()).toISOString();
  const record = (nodePid: number | null, restarts: number): void =>
    writeSupervisorRecord(dataDir, { pid: process.pid, started_at: startedAt, node_pid: nodePid, restarts });
  const rotation = setInterval(() => keepLogBounded(options), LOG_CHECK_MS);
  let failures = 0;
  try {
    for (let restarts = 0; !stop.aborted; restarts++) {
      keepLogBounded(options);
      const began = options.now();
      const end = await runOnce(options, (pid) => record(pid, restarts));
      if (stop.aborted) return;
      if (end.code === 0) {
        options.log('the node has ended on purpose; so does its supervisor');
        return;
      }
      record(null, restarts);
      failures = options.now() - began >= STEADY_MS ? 1 : failures + 1;
      const delayMs = restartDelayMs(failures, options.random());
      options.log(
        `the node has ended (${end.signal ?? `code ${end.code}`}); starting it again in ${delayMs} ms`,
      );
      await wait(delayMs, stop);
    }
  } finally {
    clearInterval(rotation);
    removeSupervisorRecord(dataDir);
  }
}

/** A node whose supervisor was killed still holds its data: it ends before ours begins. */
async function endOrphan(options: SupervisorOptions): Promise<void> {
  const pid = readSupervisorRecord(options.dataDir)?.node_pid ?? null;
  const isThere = (): boolean => pid !== null && isProcess(pid, nodeProgram, options.dataDir);
  if (pid === null || !isThere()) return;
  options.log(`taking over from a supervisor that was killed: ending its node (process ${pid})`);
  signal(pid, 'SIGTERM');
  if (await awaitEnd(isThere, STOP_MS_MAX)) return;
  signal(pid, 'SIGKILL');
  await awaitEnd(isThere, STOP_MS_MAX);
}

async function runOnce(options: SupervisorOptions, started: (pid: number) => void): Promise<End> {
  const [program, ...args] = options.command;
  const child = spawn(program, args, {
    cwd: options.dataDir,
    env: options.env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = awaitChild(child, options);
  if (child.pid !== undefined) started(child.pid);
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  };
  if (options.stop.aborted) end();
  else options.stop.addEventListener('abort', end, { once: true });
  try {
    return await ended;
  } finally {
    clearTimeout(killer);
    options.stop.removeEventListener('abort', end);
  }
}

function awaitChild(child: ChildProcess, options: SupervisorOptions): Promise<End> {
  return new Promise((resolve) => {
    child.once('exit', (code, name) => resolve({ code, signal: name }));
    child.once('error', (error) => {
      options.log(`the node does not start: ${error.message}`);
      if (child.pid === undefined) resolve({ code: 1, signal: null });
    });
  });
}

/** A full or failing disk must not end the supervisor: the next look tries again. */
function keepLogBounded(options: SupervisorOptions): void {
  try {
    rotateLog(runFilesOf(options.dataDir).log, { bytesMax: LOG_BYTES_MAX, files: LOG_FILES });
  } catch (error) {
    options.log(`the log cannot be rotated: ${String(error)}`);
  }
}

function wait(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.addEventListener('abort', done, { once: true });
  });
}
