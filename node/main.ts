// The program `ored`, and the composition root: it ties the areas to the edge, and nothing else does.
// As a program it parses the command line; the server's code is loaded only by `start` and `init`.
import type { AnyFeature, Booted } from '#kernel/feature.ts';
import type { Guard } from '#node/edge/guard.ts';
import type { InitOptions, NewNode } from '#node/edge/run/init.ts';
import type { RunningNode, StartOptions } from '#node/edge/run/node.ts';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Env = Readonly<Record<string, string | undefined>>;

/** Starts the node of a folder with all areas. @throws the codes of edge/run/node.ts */
export async function start(
  options: Omit<StartOptions, 'version' | 'features' | 'guardOf'>,
): Promise<RunningNode> {
  const [{ startNode }, features, guardOf] = await Promise.all([
    import('#node/edge/run/node.ts'),
    loadAllFeatures(),
    loadGuard(),
  ]);
  const webDir = fileURLToPath(new URL('../web/dist', import.meta.url));
  return startNode({ webDir, ...options, version: version(), features, guardOf });
}

/** Makes the node of a folder. @throws the codes of edge/run/init.ts */
export async function init(options: Omit<InitOptions, 'features' | 'createIdentity'>): Promise<NewNode> {
  const [{ initNode }, { createNode }, features] = await Promise.all([
    import('#node/edge/run/init.ts'),
    import('#node/identity/index.ts'),
    loadAllFeatures(),
  ]);
  return initNode({ ...options, features, createIdentity: createNode });
}

async function loadAllFeatures(): Promise<AnyFeature[]> {
  return (await import('#node/features.ts')).loadFeatures();
}

async function loadGuard(): Promise<(booted: Booted) => Guard> {
  const [{ identity }, { access }] = await Promise.all([
    import('#node/identity/index.ts'),
    import('#node/access/index.ts'),
  ]);
  return (booted) => {
    const people = booted.door(identity);
    const rules = booted.door(access);
    return {
      authenticate: (request) => people.authenticate(request),
      decide: async (request) => rules.decide(request),
      register: (kind, rule) => rules.register(kind, rule),
      owner: people.ownerActor(),
      sessionStands: (sessionId) => people.sessionStands(sessionId),
      onSessionEnded: (run) => people.onSessionEnded(run),
    };
  };
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error('package.json names no version');
}

/** Writes, and resolves when the bytes have left; a reader that has gone (`| head`) is no failure. */
function writer(stream: NodeJS.WriteStream): (text: string) => Promise<void> {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return (text) => new Promise((resolve) => void stream.write(text, () => resolve()));
}

function endAtOnce(error: unknown): never {
  process.stderr.write(
    `${JSON.stringify({ level: 'fatal', time: new Date().toISOString(), msg: 'the node ends', err: describe(error) })}\n`,
  );
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Does what loads the server's code with the cache of compiled code; a failure leaves nothing of a new cache. */
async function withCompiledCode<Result>(dataDir: string, work: () => Promise<Result>): Promise<Result> {
  const { keepCompiledCode } = await import('#node/edge/run/compiled-code.ts');
  const kept = keepCompiledCode(dataDir, version());
  try {
    const result = await work();
    kept.write();
    return result;
  } catch (error) {
    kept.drop();
    throw error;
  }
}

async function main(argv: readonly string[], env: Env): Promise<void> {
  // Whatever this program writes is its user's alone.
  process.umask(0o077);
  const { runProgram } = await import('#node/edge/cli/program.ts');
  const { ownCommands } = await import('#node/edge/cli/commands/index.ts');
  process.exitCode = await runProgram({
    argv,
    env,
    version: version(),
    ownCommands: ownCommands({
      env: process.env,
      initNode: (request) =>
        withCompiledCode(request.dataDir, async () => {
          const made = await init({ ...request, env });
          // So that the first start of a new node is as quick and small as later ones: it finds everything compiled.
          await import('#node/edge/run/node.ts');
          return made;
        }),
      startNode: ({ dataDir, passphrase, port, host }) => {
        process.on('uncaughtException', endAtOnce);
        const flags = {
          ...(port === undefined ? {} : { port }),
          ...(host === undefined ? {} : { host }),
        };
        return withCompiledCode(dataDir, () =>
          start({
            dataDir,
            env,
            flags: { edge: flags },
            onFatal: endAtOnce,
            ...(passphrase === undefined ? {} : { passphrase }),
          }),
        );
      },
    }),
    areaCommands: async () => (await import('#node/features.ts')).loadCommands(),
    stdin: process.stdin,
    stdout: { isTTY: process.stdout.isTTY, write: writer(process.stdout) },
    stderr: { write: writer(process.stderr) },
  });
  // Whatever a finished command still holds (standard input, a socket) must not keep it from ending.
  process.exit();
}

if (import.meta.main) await main(process.argv.slice(2), process.env);
