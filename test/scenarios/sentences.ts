// What an owner is told of a failure, in both languages, with the exit code that a command ends with: asked of a
// running node over its local socket, taken from a start that was refused, or read from what commands printed.
import type { CliResult, TestNode } from '#kit';
import type { CommandContext } from '#kernel/command.ts';
import { createClient } from '#node/edge/cli/client.ts';
import { exitCodeOf } from '#node/edge/cli/outcome.ts';
import { AppError } from '#protocol/errors.ts';
import assert from 'node:assert/strict';

export interface Sentences {
  readonly code: string;
  readonly exit: number;
  readonly en: string;
  readonly fr: string;
}

type Caller = Pick<CommandContext, 'call' | 'upload'>;

/** Asks a node the same in English and in French; both must be refused, by the same code. */
export async function inBothLanguages(
  node: TestNode,
  ask: (caller: Caller) => Promise<unknown>,
): Promise<Sentences> {
  const socketPath = (): string => node.running.socketPath;
  const en = await refusalOf(() => ask(createClient({ socketPath, language: 'en' })));
  const fr = await refusalOf(() => ask(createClient({ socketPath, language: 'fr' })));
  assert.equal(en.code, fr.code);
  return { code: en.code, exit: exitCodeOf(en), en: en.safe.en, fr: fr.safe.fr };
}

/** What `work` is refused with. */
export async function refusal(work: () => Promise<unknown>): Promise<Sentences> {
  const error = await refusalOf(work);
  return { code: error.code, exit: exitCodeOf(error), ...error.safe };
}

/** What two commands printed, one in each language: one JSON document on standard output, its sentence on standard error. */
export function sentencesOf(en: CliResult, fr: CliResult): Sentences {
  const [english, french] = [en, fr].map(({ code, stdout, stderr }) => {
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.ok(stderr.includes(error.message));
    return { ...error, exit: code ?? -1 };
  });
  assert.ok(english !== undefined && french !== undefined);
  assert.deepEqual([english.code, english.exit], [french.code, french.exit]);
  return { code: english.code, exit: english.exit, en: english.message, fr: french.message };
}

async function refusalOf(work: () => Promise<unknown>): Promise<AppError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'this must be refused' });
}
