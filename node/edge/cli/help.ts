// Help pages: what the command does, examples first, then how to write it. French or English.
// Everything comes from the command's own description, so that no page can tell of an option that is not there.
import type { Text } from '#protocol/errors.ts';
import type { Command as CommandSpec } from '#kernel/command.ts';

type HelpSpec = Pick<CommandSpec, 'path' | 'about' | 'examples' | 'args' | 'options'>;

const words = {
  examples: { en: 'Examples', fr: 'Exemples' },
  usage: { en: 'Usage', fr: 'Utilisation' },
  args: { en: 'Arguments', fr: 'Arguments' },
  options: { en: 'Options', fr: 'Options' },
  everywhere: { en: 'Everywhere', fr: 'Partout' },
  commands: { en: 'Commands', fr: 'Commandes' },
  stdin: { en: ' (or from standard input)', fr: " (ou par l'entrée standard)" },
  more: {
    en: 'Help on one command: ored COMMAND --help',
    fr: "L'aide d'une commande : ored COMMANDE --help",
  },
  notes: {
    en: `Without a terminal, or with --json, nothing is asked and standard output is exactly one JSON document;
for a failure that is {"error": {"code", "message"}}; the sentence stands on standard error too.
Exit codes: 0 ok, 1 failure, 2 usage, 3 degraded, 4 sign-in needed, 65 bad data, 69 unreachable, 75 locked, 78 unsupported.`,
    fr: `Sans terminal, ou avec --json, rien n'est demandé et la sortie standard est exactement un document JSON ;
pour un échec c'est {"error": {"code", "message"}} ; la phrase est aussi sur la sortie d'erreur.
Codes de fin : 0 réussi, 1 échec, 2 mal écrit, 3 dégradé, 4 connexion requise, 65 données incorrectes, 69 injoignable, 75 verrouillé, 78 non pris en charge.`,
  },
} as const;

const globalOptions: readonly (readonly [string, Text])[] = [
  [
    '--data <dir>',
    { en: 'Folder of the node (else ORED_DATA_DIR)', fr: 'Dossier du nœud (sinon ORED_DATA_DIR)' },
  ],
  ['--json', { en: 'Print JSON', fr: 'Écrire du JSON' }],
  ['-h, --help', { en: 'Show this help', fr: 'Afficher cette aide' }],
];

export const generalExamples: readonly string[] = [
  'ored init --username alice',
  'ored start',
  'ored friends add bob',
  'ored post "Hello!" --visibility friends',
  'ored status --json',
];

/** Help of one command, and of those below it. */
export function commandHelp(
  spec: HelpSpec,
  language: keyof Text,
  below: readonly Pick<HelpSpec, 'path' | 'about'>[] = [],
): string {
  const args = spec.args ?? [];
  const usage = [
    `ored ${spec.path}`,
    ...args.map(argumentUsage),
    ...(spec.options === undefined || spec.options.length === 0 ? [] : ['[options]']),
  ].join(' ');
  return joinSections([
    `ored ${spec.path} — ${spec.about[language]}`,
    section(words.examples[language], spec.examples),
    section(words.usage[language], [usage]),
    section(
      words.args[language],
      columns(
        args.map(({ name, about, stdin }) => [
          name,
          about[language] + (stdin === true ? words.stdin[language] : ''),
        ]),
      ),
    ),
    section(
      words.options[language],
      columns(
        (spec.options ?? []).map(({ flags, about, choices }) => [
          flags,
          about[language] + (choices === undefined ? '' : ` (${choices.join(', ')})`),
        ]),
      ),
    ),
    section(words.commands[language], columns(below.map(({ path, about }) => [path, about[language]]))),
    section(words.everywhere[language], globals(language)),
  ]);
}

/** Help of the program, or of a group such as `friends`. */
export function groupHelp(
  group: string,
  specs: readonly Pick<HelpSpec, 'path' | 'about' | 'examples'>[],
  language: keyof Text,
): string {
  const about: Text = {
    en: 'your own node, and your people',
    fr: 'votre propre nœud, et vos proches',
  };
  const examples = group === '' ? generalExamples : specs.flatMap((spec) => spec.examples.slice(0, 1));
  return joinSections([
    group === '' ? `ored — ${about[language]}` : `ored ${group}`,
    section(words.examples[language], examples),
    section(words.commands[language], columns(specs.map((spec) => [spec.path, spec.about[language]]))),
    section(words.everywhere[language], globals(language)),
    `${group === '' ? `${words.notes[language]}\n` : ''}${words.more[language]}`,
  ]);
}

function globals(language: keyof Text): string[] {
  return columns(globalOptions.map(([flags, about]) => [flags, about[language]]));
}

/** How an argument is written in a usage line and for commander. */
export function argumentUsage(argument: NonNullable<HelpSpec['args']>[number]): string {
  const name = argument.variadic === true ? `${argument.name}...` : argument.name;
  return argument.optional === true || argument.stdin === true ? `[${name}]` : `<${name}>`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

function joinSections(sections: readonly string[]): string {
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}
