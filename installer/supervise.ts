// The supervisor's process: `supervise.ts --data DIR` runs it in the foreground, `--detach` starts it in a session
// of its own, with no output but the log, and returns. One for a data folder: flock holds the lock, and the kernel
// frees it however the process ends.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { NODE_ENV, NODE_FLAGS } from './machine/files.ts';
import { cleanEnvironment, runFilesOf } from './layout.ts';
import { LOCK_WAIT_S_MAX } from './limits.ts';
import { inspectSupervisor } from './service/supervisor-record.ts';
import { supervise } from './service/supervisor.ts';

/** What flock answers when another supervisor holds the lock. */
export const EXIT_LOCKED = 75;

/**
 * Descriptors above 2 that the caller left open (a pipe of `$(...)`, install.sh's lock) would be held for as long
 * as the node runs: they are closed, then the program takes the shell's place.
 */
const closeAndExec =
  'for fd in /proc/$$/fd/*; do fd=${fd##*/}; if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi; done; exec "$@"';

/**
 * Starts the supervisor of `dataDir` detached. Returns its process at once; a second one for the same folder ends by
 * itself with EXIT_LOCKED. `root` is the release to run.
 */
export function startDetached(options: {
  readonly root: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): ChildProcess {
  const files = runFilesOf(options.dataDir);
  mkdirSync(files.runDir, { recursive: true, mode: 0o700 });
  mkdirSync(files.logDir, { recursive: true, mode: 0o700 });
  const log = openSync(files.log, 'a', 0o600);
  try {
    const program = [
      process.execPath,
      join(options.root, 'installer', 'supervise.ts'),
      '--data',
      options.dataDir,
    ];
    // A supervisor that has taken its record away is over, and yet holds the lock until the kernel has cleared it away:
    // its successor waits for that, and for nothing else.
    const { isSupervisorAlive } = inspectSupervisor(options.dataDir);
    const patience = isSupervisorAlive ? ['-n'] : ['-w', String(LOCK_WAIT_S_MAX)];
    // --no-fork: flock becomes the supervisor, so that the recorded process is the one that holds the lock.
    const flock = ['flock', ...patience, '-E', String(EXIT_LOCKED), '--no-fork', files.lock, ...program];
    const child = spawn('bash', ['-c', closeAndExec, 'ored-supervise', ...flock], {
      cwd: '/',
      detached: true,
      env: cleanEnvironment(options.env),
      stdio: ['ignore', log, log],
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, detach: { type: 'boolean', default: false } },
  });
  if (values.data === undefined) throw new Error('usage: supervise.ts --data DIR [--detach]');
  process.umask(0o077);
  const root = dirname(import.meta.dirname);
  const dataDir = resolve(values.data);
  if (values.detach) {
    startDetached({ root, dataDir, env: process.env });
    return;
  }
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  process.on('SIGINT', () => stop.abort());
  // A closed terminal is no reason to end.
  process.on('SIGHUP', () => undefined);
  await supervise({
    dataDir,
    command: [process.execPath, ...NODE_FLAGS, join(root, 'node', 'main.ts'), 'start', '--data', dataDir],
    // As the command `ored` does: the node's own files are compiled once.
    env: {
      ...cleanEnvironment(process.env),
      ...NODE_ENV,
      NODE_COMPILE_CACHE: join(dataDir, 'run', 'compiled'),
    },
    now: Date.now,
    random: Math.random,
    log: (line) =>
      process.stdout.write(
        `${JSON.stringify({ level: 'info', time: new Date().toISOString(), supervisor: line })}\n`,
      ),
    stop: stop.signal,
  });
}

if (import.meta.main) await main();
