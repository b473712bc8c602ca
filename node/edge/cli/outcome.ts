// What a command leaves behind: an exit code, and bytes on the two streams. Standard output carries the result and
// nothing else: for scripts one JSON document, which for a failure is {"error": {"code", "message"}}; for people text,
// and nothing when it failed. The sentence about a failure always stands on standard error.
// Text may hold names and posts of strangers: what could steer a terminal is shown, not obeyed.
import { exitCodes, type CommandOutput, type ExitCode } from '#kernel/command.ts';
import { diskFullForCommand, isDiskFull } from '#kernel/disk-full.ts';
import { AppError, type ErrorCategory, type Text } from '#protocol/errors.ts';

export interface Streams {
  readonly json: boolean;
  readonly language: keyof Text;
  /** Indent JSON: a person reads it. */
  readonly pretty: boolean;
  readonly out: (text: string) => Promise<void>;
  readonly err: (text: string) => Promise<void>;
  /** Whether anything went to `out`. */
  readonly hasOutput: () => boolean;
}

const exitByCategory: Record<ErrorCategory, ExitCode> = {
  invalid: exitCodes.badData,
  unauthorized: exitCodes.signInNeeded,
  forbidden: exitCodes.failure,
  'not-found': exitCodes.failure,
  conflict: exitCodes.failure,
  limit: exitCodes.failure,
  unavailable: exitCodes.unreachable,
  internal: exitCodes.failure,
};

/** Where the code says more than its category. A name that ends with "/" stands for all of its area. */
const exitByCode: readonly (readonly [string, ExitCode])[] = [
  ['cli/usage', exitCodes.usage],
  ['cli/not-running', exitCodes.unreachable],
  ['lock/held', exitCodes.locked],
  ['config/unknown', exitCodes.usage],
  ['config/invalid', exitCodes.usage],
  ['config/', exitCodes.badData],
  ['db/newer-schema', exitCodes.unsupported],
  ['db/', exitCodes.failure],
  ['keyring/passphrase-needed', exitCodes.signInNeeded],
  ['keyring/wrong-passphrase', exitCodes.signInNeeded],
  ['keyring/', exitCodes.failure],
  ['socket/', exitCodes.failure],
];

/** The exit code of an expected failure; 1 for anything else. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof AppError)) return exitCodes.failure;
  const found = exitByCode.find(([name]) =>
    name.endsWith('/') ? error.code.startsWith(name) : error.code === name,
  );
  return found?.[1] ?? exitByCategory[error.category];
}

/** Prints a result and returns its exit code. */
export async function printResult(streams: Streams, output: CommandOutput): Promise<ExitCode> {
  const text = streams.json
    ? JSON.stringify(output.json, undefined, streams.pretty ? 2 : undefined)
    : printable(output.text);
  if (streams.json || text !== '') await streams.out(text.endsWith('\n') ? text : `${text}\n`);
  return output.exit ?? exitCodes.ok;
}

/**
 * Prints a failure and returns its exit code. A script gets the error as its one document, unless a result stands on
 * standard output already (a node that had said it was ready): two documents would be none.
 */
export async function printFailure(streams: Streams, error: unknown): Promise<ExitCode> {
  const known = error instanceof AppError ? error : unexpected(error);
  const message = known.safe[streams.language];
  if (streams.json && !streams.hasOutput()) {
    await streams.out(`${JSON.stringify({ error: { code: known.code, message } })}\n`);
  }
  await streams.err(`${printable(message.trimEnd())}\n`);
  if (known.category === 'internal' && process.env.ORED_DEBUG !== undefined) {
    await streams.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  return exitCodeOf(error);
}

/** Escapes control characters (but line breaks and tabs) and the marks that reverse the reading direction. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function unexpected(error: unknown): AppError {
  if (isDiskFull(error)) return diskFullForCommand(error);
  return new AppError({
    category: 'internal',
    code: 'cli/internal',
    safe: {
      en: 'This command met an error that it did not expect. Nothing was half stored. Run it again with ORED_DEBUG=1 to see the details.',
      fr: "Cette commande a rencontré une erreur imprévue. Rien n'a été enregistré à moitié. Relancez-la avec ORED_DEBUG=1 pour voir le détail.",
    },
    cause: error,
  });
}
