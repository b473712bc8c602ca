// Calls the node's own command line (`ored ... --json`) and checks what it prints. The installer never touches the
// node's database or keys: what it knows of a node, it is told by the node.
import { AppError } from '#protocol/errors.ts';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { cleanEnvironment } from './layout.ts';
import { COMMAND_BYTES_MAX, COMMAND_MS_MAX } from './limits.ts';
import type { Setting, SettingKey } from './plan.ts';

export interface Program {
  init(options: {
    readonly username: string;
    readonly url: string;
    readonly registry: string | null;
  }): Promise<void>;
  /** Null when the setting has no value. */
  readSetting(key: SettingKey): Promise<string | null>;
  writeSetting(setting: Setting): Promise<void>;
  /** Null while no node answers. */
  status(): Promise<NodeStatus | null>;
}

const statusSchema = z.object({
  username: z.string(),
  server_url: z.string(),
  registry: z.object({ url: z.string().nullish() }).nullish(),
  /** The one-time link, while nobody has claimed the node. */
  claim_url: z.string().nullish(),
});
export type NodeStatus = z.output<typeof statusSchema>;

const scalar = z.union([z.string(), z.number(), z.boolean()]).nullable();
const settingSchema = z.union([z.object({ value: scalar.optional() }), scalar]);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `ored` of the release at `root` (with its own Node) on the data at `dataDir`. */
export function programOf(options: {
  readonly root: string;
  readonly dataDir: string;
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Program {
  const run = (...words: string[]): Promise<Outcome> =>
    runProgram(
      join(options.root, options.nodePath),
      [join(options.root, 'node', 'main.ts'), ...words, '--json', '--data', options.dataDir],
      cleanEnvironment(options.env),
    );
  return {
    async init({ username, url, registry }) {
      const directory = registry === null ? [] : ['--registry', registry];
      await succeed('init', run('init', '--username', username, '--url', url, ...directory));
    },
    async readSetting(key) {
      const output = await succeed(`config get ${key}`, run('config', 'get', key));
      const setting = parseOutput(settingSchema, `config get ${key}`, output);
      const value = typeof setting === 'object' && setting !== null ? setting.value : setting;
      return value === null || value === undefined || value === '' ? null : String(value);
    },
    async writeSetting({ key, value }) {
      await succeed(`config set ${key}`, run('config', 'set', key, value));
    },
    async status() {
      const outcome = await run('status');
      // 3 is "degraded": it runs and says what is wrong.
      if (outcome.code !== 0 && outcome.code !== 3) return null;
      return parseOutput(statusSchema, 'status', outcome.stdout);
    },
  };
}

async function succeed(what: string, running: Promise<Outcome>): Promise<string> {
  const outcome = await running;
  if (outcome.code === 0) return outcome.stdout;
  throw new AppError({
    category: 'internal',
    code: 'installer/command-failed',
    safe: {
      en: `"ored ${what}" failed. ${outcome.stderr.trim()}`,
      fr: `« ored ${what} » a échoué. ${outcome.stderr.trim()}`,
    },
  });
}

function parseOutput<Output>(schema: z.ZodType<Output>, what: string, text: string): Output {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError({
      category: 'internal',
      code: 'installer/command-answer',
      safe: {
        en: `"ored ${what}" gave an answer that this installer does not know. Nothing was lost. Take the installer and the node from the same release.`,
        fr: `« ored ${what} » a donné une réponse que cet installateur ne connaît pas. Rien n'est perdu. Prenez l'installateur et le nœud dans la même version.`,
      },
      cause,
    });
  }
}

function runProgram(program: string, args: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const limits = { timeout: COMMAND_MS_MAX, maxBuffer: COMMAND_BYTES_MAX, killSignal: 'SIGKILL' as const };
  return new Promise((resolve) => {
    const child = execFile(program, args, { ...limits, cwd: '/', env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr: stderr === '' && error !== null ? error.message : stderr });
    });
    // Nothing may wait for an answer that cannot come.
    child.stdin?.end();
  });
}
