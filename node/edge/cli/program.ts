// The program `ored`: finds the command that was typed, gives it what it needs, prints what it found.
// Nothing of the server is loaded here. Commander parses; every text is ours.
import { renderUnicodeCompact } from 'uqr';
import type { Argument, Command as CommandSpec, CommandContext, CommandOutput } from '#kernel/command.ts';
import { exitCodes, type ExitCode } from '#kernel/command.ts';
import type { Text } from '#protocol/errors.ts';
import { Command, CommanderError, Option } from 'commander';
import { dataDirOf, socketPathOf } from '../run/paths.ts';
import { createClient } from './client.ts';
import { argumentUsage, commandHelp, groupHelp } from './help.ts';
import { readStdin } from './input.ts';
import { languageOfEnv } from './language.ts';
import { printable, printFailure, printResult, type Streams } from './outcome.ts';
import { usageError, usageErrorOf } from './usage.ts';

/** A command of the edge itself: it may print before it ends (`start`), and then returns null. */
export interface OwnCommand extends Omit<CommandSpec, 'run'> {
  run(
    context: CommandContext,
    args: Readonly<Record<string, string | undefined>>,
    options: Readonly<Record<string, string | boolean | undefined>>,
    print: (output: CommandOutput) => Promise<void>,
  ): Promise<CommandOutput | null>;
}

export interface ProgramOptions {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly ownCommands: readonly OwnCommand[];
  /** The areas' commands; loaded only when an own command was not meant. */
  readonly areaCommands: () => Promise<readonly CommandSpec[]>;
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean; readonly write: (text: string) => Promise<void> };
  readonly stderr: { readonly write: (text: string) => Promise<void> };
}

/** Runs one command line and returns its exit code; everything has been printed by then. */
export async function runProgram(options: ProgramOptions): Promise<ExitCode> {
  const { argv, stdout, stderr } = options;
  const terminal = stdout.isTTY === true;
  const beforeText = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  let hasOutput = false;
  const streams: Streams = {
    json: beforeText.includes('--json') || !terminal,
    pretty: terminal,
    language: languageOfEnv(options.env),
    out: (text) => {
      hasOutput = true;
      return stdout.write(text);
    },
    err: (text) => stderr.write(text),
    hasOutput: () => hasOutput,
  };
  let exit: ExitCode = exitCodes.ok;
  try {
    const specs = await commandsFor(options);
    const program = buildProgram(options, specs, streams, async (run) => {
      exit = await run();
    });
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printFailure(streams, error);
    if (error.exitCode === 0) return exitCodes.ok;
    return printFailure(streams, usageErrorOf(error));
  }
}

async function commandsFor(options: ProgramOptions): Promise<readonly OwnCommand[]> {
  const { argv, ownCommands } = options;
  const first = argv[0] ?? '';
  if (ownCommands.some(({ path }) => path === first || path.startsWith(`${first} `)) && first !== '') {
    return ownCommands;
  }
  return [...ownCommands, ...(await options.areaCommands())];
}

function buildProgram(
  options: ProgramOptions,
  specs: readonly OwnCommand[],
  streams: Streams,
  finish: (run: () => Promise<ExitCode>) => Promise<void>,
): Command {
  const { language } = streams;
  const root = newCommand('ored', streams);
  root
    .option('--data <dir>')
    .option('--json')
    .version(options.version, '-V, --version')
    .configureHelp({ formatHelp: () => groupHelp('', specs, language) });
  for (const spec of specs) {
    const words = spec.path.split(' ');
    const parent = words.slice(0, -1).reduce((group, word, index) => {
      const path = words.slice(0, index + 1).join(' ');
      return group.commands.find((known) => known.name() === word) ?? addGroup(group, path, specs, streams);
    }, root);
    const command = newCommand(words.at(-1) ?? '', streams);
    const below = specs.filter(({ path }) => path.startsWith(`${spec.path} `));
    command
      .configureHelp({ formatHelp: () => commandHelp(spec, language, below) })
      .allowExcessArguments(false);
    for (const argument of spec.args ?? []) command.argument(argumentUsage(argument));
    for (const { flags, choices } of spec.options ?? []) {
      const option = new Option(flags);
      command.addOption(choices === undefined ? option : option.choices([...choices]));
    }
    command.action(() =>
      finish(async () => {
        const data = root.opts<{ data?: string }>().data;
        const context = contextOf(options, streams, dataDirOf(data, options.env));
        const args = await argumentsOf(spec.args ?? [], command.processedArgs, options);
        let printed: ExitCode = exitCodes.ok;
        const print = async (output: CommandOutput): Promise<void> => {
          printed = await printResult(streams, output);
        };
        const output = await spec.run(context, args, command.opts(), print);
        return output === null ? printed : printResult(streams, output);
      }),
    );
    parent.addCommand(command);
  }
  return root;
}

function newCommand(name: string, streams: Streams): Command {
  return new Command(name)
    .exitOverride()
    .helpOption('-h, --help')
    .helpCommand(false)
    .configureOutput({
      // Help that was asked for is a result; help after a mistake is not.
      writeOut: (text) => void streams.out(text),
      writeErr: (text) => void streams.err(text),
      outputError: () => undefined,
    });
}

function addGroup(parent: Command, path: string, specs: readonly OwnCommand[], streams: Streams): Command {
  const members = specs.filter((spec) => spec.path.startsWith(`${path} `));
  const group = newCommand(path.split(' ').at(-1) ?? '', streams);
  group.configureHelp({ formatHelp: () => groupHelp(path, members, streams.language) });
  parent.addCommand(group);
  return group;
}

function contextOf(options: ProgramOptions, streams: Streams, dataDir: string): CommandContext {
  const { language, json } = streams;
  return {
    language,
    dataDir,
    json,
    say: (text: Text) => text[language],
    ...createClient({ socketPath: () => socketPathOf(dataDir), language }),
    progress: (line) => void options.stderr.write(`${printable(line)}\n`),
    print: (line) => streams.out(`${json ? line : printable(line)}\n`),
    qr: (text) => renderUnicodeCompact(text),
  };
}

/** Arguments by name. One that may come from standard input is read there when it is absent or "-". */
async function argumentsOf(
  specs: readonly Argument[],
  values: readonly unknown[],
  options: ProgramOptions,
): Promise<Record<string, string | undefined>> {
  const args: Record<string, string | undefined> = {};
  for (const [index, spec] of specs.entries()) {
    const value = values[index];
    const text = Array.isArray(value) ? value.join(' ') : value;
    let word = typeof text === 'string' ? text : undefined;
    const fromStdin = spec.stdin === true && (word === '-' || (word === undefined && spec.optional !== true));
    if (fromStdin) {
      if (word === undefined && options.stdin.isTTY === true) {
        throw usageError({
          en: `"${spec.name}" is missing. Write it in quotes, or pipe it in.`,
          fr: `Il manque « ${spec.name} ». Écrivez-le entre guillemets, ou envoyez-le par un tube.`,
        });
      }
      word = await readStdin(options.stdin);
    }
    if (word !== undefined) args[spec.name] = word;
  }
  return args;
}
