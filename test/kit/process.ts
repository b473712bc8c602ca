// Programs in processes of their own, as a script runs them: `ored ...` to its end, or a node that stays up.
// What was spawned is killed with the test that spawned it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const CLI_MS_MAX = 60_000;
const READY_MS_MAX = 30_000;

type Env = Readonly<Record<string, string | undefined>>;

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON; throws when it is not exactly one document. */
  json(): unknown;
  /** The failure in that document. */
  error(): { readonly code: string; readonly message: string };
}

/** Runs `ored ARGS` on a data folder without a terminal. */
export async function runCli(
  on: { readonly dataDir?: string; readonly input?: string; readonly env?: Env },
  args: readonly string[],
): Promise<CliResult> {
  const child = spawnOred(args, {
    ...(on.dataDir === undefined ? {} : { ORED_DATA_DIR: on.dataDir }),
    ...on.env,
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), CLI_MS_MAX);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(on.input ?? '');
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return {
    code,
    stdout: stdout(),
    stderr: stderr(),
    json: () => JSON.parse(stdout()) as unknown,
    error: () => (JSON.parse(stdout()) as { error: { code: string; message: string } }).error,
  };
}

export interface Program extends AsyncDisposable {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The first JSON line that it printed. */
  readonly ready: Record<string, unknown>;
  stdout(): string;
  stderr(): string;
  /** Sends a signal and waits for the end; resolves with the exit code, null when the signal killed it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** `ored start` as a process of its own; resolves when it has said that it is ready. */
export function spawnNode(on: {
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly env?: Env;
}): Promise<Program> {
  return spawnProgram('node/main.ts', ['start', '--data', on.dataDir, ...(on.args ?? [])], on.env ?? {});
}

/** A TypeScript program of this repository that prints one JSON line when it is ready. */
export async function spawnProgram(file: string, args: readonly string[], env: Env = {}): Promise<Program> {
  const child = spawnScript(file, args, env);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = once(child, 'close') as Promise<[number | null]>;
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${file} was not ready in time: ${stderr()}`));
    }, READY_MS_MAX);
    const look = (): void => {
      const [line, rest] = stdout().split('\n', 2);
      // A program that fails says so in its first line too, and ends.
      if (line === undefined || rest === undefined || line.startsWith('{"error"')) return;
      clearTimeout(timer);
      try {
        resolve(JSON.parse(line) as Record<string, unknown>);
      } catch (cause) {
        child.kill('SIGKILL');
        reject(new Error(`${file} said no JSON when it was ready: ${line}`, { cause }));
      }
    };
    child.stdout?.on('data', look);
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`${file} ended with ${String(code)} before it was ready: ${stderr()}`));
    });
  });
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return (await ended)[0];
  };
  return {
    pid: child.pid ?? 0,
    child,
    ready,
    stdout,
    stderr,
    end,
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
}

function spawnOred(args: readonly string[], env: Env): ChildProcess {
  return spawnScript('node/main.ts', args, env);
}

function spawnScript(file: string, args: readonly string[], env: Env): ChildProcess {
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, [join(root, file), ...args], {
    cwd: root,
    env: { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, LANG: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
