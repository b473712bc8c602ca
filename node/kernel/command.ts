// What an area's CLI command is. Commands run in a process of their own: they call the node's API by contract
// over its local socket, and print. They hold no server code.
import type { Text } from '#protocol/errors.ts';
import type { RouteContract, RouteInput } from './http/contract.ts';
import type { z } from 'zod';

/** Exit codes, part of the contract with scripts (sysexits where one fits). */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  degraded: 3,
  signInNeeded: 4,
  badData: 65,
  unreachable: 69,
  locked: 75,
  unsupported: 78,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface Argument {
  readonly name: string;
  readonly about: Text;
  readonly optional?: boolean;
  /** Takes all that follows. */
  readonly variadic?: boolean;
  /** May come from standard input when it is absent or "-". */
  readonly stdin?: boolean;
}

export interface Option {
  /** As commander writes it: `--limit <n>`, `--yes`. */
  readonly flags: string;
  readonly about: Text;
  readonly choices?: readonly string[];
}

/** What a command found: one JSON document for scripts, lines for people. */
export interface CommandOutput {
  readonly json: unknown;
  readonly text: string;
  readonly exit?: ExitCode;
}

type Schema = z.ZodType | undefined;
type CallInput<P extends Schema, Q extends Schema, B extends Schema> = (P extends z.ZodType
  ? { readonly params: z.input<P> }
  : object) &
  (Q extends z.ZodType ? { readonly query: z.input<Q> } : object) &
  (B extends z.ZodType ? { readonly body: z.input<B> } : object);

export interface CommandContext {
  readonly language: keyof Text;
  readonly dataDir: string;
  /** True: print JSON, never prompt. */
  readonly json: boolean;
  /** Picks the sentence in the person's language. */
  say(text: Text): string;
  /**
   * Calls a route of the running node over its socket.
   * @throws cli/not-running, or the AppError that the node answered
   */
  call<P extends Schema, Q extends Schema, B extends Schema, O extends Schema>(
    contract: RouteContract<P, Q, B, O>,
    input: CallInput<P, Q, B>,
  ): Promise<O extends z.ZodType ? z.output<O> : undefined>;
  /** Streams a file as a route's raw body. */
  upload<O extends z.ZodType>(
    contract: RouteContract<Schema, Schema, undefined, O>,
    file: string,
    query: Record<string, string>,
  ): Promise<z.output<O>>;
  /** Writes one line for people to standard error (progress). */
  progress(line: string): void;
  /** Writes one line to standard output at once: for commands that follow and have no single document to return. */
  print(line: string): Promise<void>;
  /** A QR code of `text`, drawn for a terminal. */
  qr(text: string): string;
}

export interface Command {
  /** Words as typed: `friends add`. */
  readonly path: string;
  readonly about: Text;
  readonly examples: readonly string[];
  readonly args?: readonly Argument[];
  readonly options?: readonly Option[];
  run(
    context: CommandContext,
    args: Readonly<Record<string, string | undefined>>,
    options: Readonly<Record<string, string | boolean | undefined>>,
  ): Promise<CommandOutput>;
}

/** Declares a command. */
export function defineCommand(command: Command): Command {
  return command;
}

export type { RouteInput };
