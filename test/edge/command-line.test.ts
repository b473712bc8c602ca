// The framework around commands: what reaches a command, what leaves it, and with which exit code.
import { defineCommand, exitCodes, type Command } from '#kernel/command.ts';
import { runProgram, type OwnCommand } from '#node/edge/cli/program.ts';
import { AppError } from '#protocol/errors.ts';
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';

const text = { en: 'Says it', fr: 'Le dit' };

const say = defineCommand({
  path: 'say',
  about: text,
  examples: ['ored say hello'],
  args: [{ name: 'text', about: { en: 'Words', fr: 'Mots' }, stdin: true }],
  options: [
    { flags: '--tone <t>', about: { en: 'Tone', fr: 'Ton' }, choices: ['soft', 'loud'] },
    { flags: '--twice', about: { en: 'Twice', fr: 'Deux fois' } },
  ],
  run: (context, args, options) =>
    Promise.resolve({
      json: { ...args, ...options, dataDir: context.dataDir },
      text: `said ${args.text ?? ''}`,
    }),
});
const friendsAdd = defineCommand({
  path: 'friends add',
  about: { en: 'Asks somebody', fr: 'Demande à quelqu’un' },
  examples: ['ored friends add bob'],
  args: [{ name: 'who', about: { en: 'Whom', fr: 'Qui' } }],
  run: (_context, { who = '' }) => {
    if (who === 'nobody') {
      throw new AppError({
        category: 'not-found',
        code: 'people/unknown',
        safe: { en: 'Nobody is called that.', fr: 'Personne ne s’appelle ainsi.' },
      });
    }
    if (who === 'bug') throw new TypeError('secret internals');
    return Promise.resolve({ json: [who], text: who, exit: exitCodes.degraded });
  },
});

/** It says that it began, as `start` does, and fails after that. */
const beginAndFail: OwnCommand = {
  path: 'begin',
  about: text,
  examples: ['ored begin'],
  async run(_context, _args, _options, print) {
    await print({ json: { begun: true }, text: 'begun' });
    throw new AppError({
      category: 'internal',
      code: 'begin/broke',
      safe: { en: 'It broke later.', fr: 'Cela a cassé ensuite.' },
    });
  },
};

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  argv: readonly string[],
  options: {
    stdin?: string;
    terminal?: boolean;
    env?: Record<string, string>;
    commands?: readonly Command[];
    ownCommands?: readonly OwnCommand[];
  } = {},
): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const to = (lines: string[]) => (line: string) => {
    lines.push(line);
    return Promise.resolve();
  };
  const code = await runProgram({
    argv,
    env: { HOME: '/nowhere/alice', LANG: 'C.UTF-8', ...options.env },
    version: '1.2.3',
    ownCommands: options.ownCommands ?? [],
    areaCommands: () => Promise.resolve(options.commands ?? [say, friendsAdd]),
    stdin: Object.assign(
      Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]) as AsyncIterable<Buffer>,
      { isTTY: options.terminal === true && options.stdin === undefined },
    ),
    stdout: { isTTY: options.terminal === true, write: to(out) },
    stderr: { write: to(err) },
  });
  return { code, out: out.join(''), err: err.join('') };
}

/** The failure in the one document that a script reads. */
function errorOf({ out }: Run): { code: string; message: string } {
  return (JSON.parse(out) as { error: { code: string; message: string } }).error;
}

describe('what reaches a command', () => {
  it('takes options before, between and after the words', async () => {
    for (const argv of [
      ['--data', '/d', 'say', 'hello', '--tone', 'soft', '--twice'],
      ['say', '--tone', 'soft', 'hello', '--data', '/d', '--twice'],
      ['say', 'hello', '--twice', '--tone=soft', '--data=/d', '--json'],
    ]) {
      const { code, out } = await run(argv);
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(out), { text: 'hello', tone: 'soft', twice: true, dataDir: '/d' });
    }
  });

  it('takes what follows "--" as text, whatever it looks like', async () => {
    const { code, out } = await run(['say', '--twice', '--', '--json']);
    assert.equal(code, 0);
    assert.equal((JSON.parse(out) as { text: string }).text, '--json');
    const shown = await run(['say', '--', '--json'], { terminal: true });
    assert.equal(shown.out, 'said --json\n');
  });

  it('reads the text from standard input when it is absent or "-", without its last line break', async () => {
    for (const argv of [['say'], ['say', '-']]) {
      const { out } = await run(argv, { stdin: 'un\ndeux é\n' });
      assert.equal((JSON.parse(out) as { text: string }).text, 'un\ndeux é');
    }
  });

  it('keeps an empty text empty instead of waiting for input', async () => {
    const { out } = await run(['say', ''], { stdin: 'not this' });
    assert.equal((JSON.parse(out) as { text: string }).text, '');
  });

  it('asks for the text instead of waiting at a terminal', async () => {
    const { code, err } = await run(['say'], { terminal: true });
    assert.equal(code, exitCodes.usage);
    assert.match(err, /"text" is missing/);
  });

  it('refuses input that is not text or too long', async () => {
    const long = await run(['say'], { stdin: 'x'.repeat(1024 * 1024 + 1) });
    assert.equal(long.code, exitCodes.badData);
    assert.equal(errorOf(long).code, 'cli/too-long');
  });

  it('chooses the data folder by flag, then ORED_DATA_DIR, then the installer’s default', async () => {
    const dataDir = async (argv: string[], env = {}): Promise<unknown> =>
      (JSON.parse((await run(argv, { env })).out) as { dataDir: string }).dataDir;
    assert.equal(await dataDir(['say', 'x', '--data', '/a'], { ORED_DATA_DIR: '/b' }), '/a');
    assert.equal(await dataDir(['say', 'x'], { ORED_DATA_DIR: '/b' }), '/b');
    assert.equal(await dataDir(['say', 'x']), '/nowhere/alice/.local/share/ored/data');
  });
});

describe('what leaves a command', () => {
  it('is one JSON document without a terminal, text at one, and JSON there with --json', async () => {
    assert.deepEqual(JSON.parse((await run(['friends', 'add', 'bob'])).out), ['bob']);
    assert.equal((await run(['friends', 'add', 'bob'], { terminal: true })).out, 'bob\n');
    assert.deepEqual(JSON.parse((await run(['friends', 'add', 'bob', '--json'], { terminal: true })).out), [
      'bob',
    ]);
  });

  it('carries the exit code that the command chose', async () => {
    assert.equal((await run(['friends', 'add', 'bob'])).code, exitCodes.degraded);
  });

  it('answers a script that failed with one JSON document, and says the sentence on standard error', async () => {
    const document = { error: { code: 'people/unknown', message: 'Nobody is called that.' } };
    for (const how of [{}, { terminal: true }]) {
      const { code, out, err } = await run(['friends', 'add', 'nobody', '--json'], how);
      assert.deepEqual(
        [code, JSON.parse(out), err],
        [exitCodes.failure, document, 'Nobody is called that.\n'],
      );
    }
    const piped = await run(['friends', 'add', 'nobody']);
    assert.deepEqual([piped.code, JSON.parse(piped.out)], [exitCodes.failure, document]);
  });

  it('tells a person who failed the sentence alone, on standard error', async () => {
    const { code, out, err } = await run(['friends', 'add', 'nobody'], {
      terminal: true,
      env: { LANG: 'fr_FR.UTF-8' },
    });
    assert.deepEqual([code, out, err], [exitCodes.failure, '', 'Personne ne s’appelle ainsi.\n']);
  });

  it('adds no second document to a result that was already printed', async () => {
    const { code, out, err } = await run(['begin'], { ownCommands: [beginAndFail] });
    assert.deepEqual([code, JSON.parse(out)], [exitCodes.failure, { begun: true }]);
    assert.equal(err, 'It broke later.\n');
  });

  it('shows no internals of an unexpected error', async () => {
    const { code, out, err } = await run(['friends', 'add', 'bug']);
    assert.equal(code, exitCodes.failure);
    assert.doesNotMatch(out + err, /secret internals/);
    assert.match(out, /cli\/internal/);
  });

  it('shows control characters of strangers instead of obeying them', async () => {
    const { out } = await run(['say', 'a\u001b[2Jb\u202ec\rd'], { terminal: true });
    assert.equal(out, 'said a\\u001b[2Jb\\u202ec\\u000dd\n');
  });
});

describe('a mistake in writing a command', () => {
  const mistakes: readonly (readonly [string, string[], RegExp, RegExp])[] = [
    [
      'an unknown command, with the nearest one',
      ['sya'],
      /no command "sya".*say/,
      /pas de commande « sya ».*say/,
    ],
    [
      'an unknown option',
      ['say', 'x', '--tonne', 'soft'],
      /no option "--tonne".*--tone/,
      /pas d'option « --tonne »/,
    ],
    [
      'a value that is not offered',
      ['say', 'x', '--tone', 'odd'],
      /"odd".*soft, loud/,
      /« odd ».*soft, loud/,
    ],
    ['a missing word', ['friends', 'add'], /"who" is missing/, /Il manque « who »/],
    ['a missing value', ['say', 'x', '--tone'], /needs a value/, /demande une valeur/],
    ['too many words', ['friends', 'add', 'a', 'b'], /too many words/, /trop de mots/],
  ];
  for (const [title, argv, english, french] of mistakes) {
    it(`is refused with 2 and said in both languages: ${title}`, async () => {
      const en = await run(argv);
      assert.equal(en.code, exitCodes.usage);
      assert.match(errorOf(en).message, english);
      assert.match(en.err, english);
      const fr = await run(argv, { env: { LC_ALL: 'fr_CH.UTF-8', LANG: 'en_US.UTF-8' } });
      assert.match(errorOf(fr).message, french);
    });
  }

  it('shows the help on standard error, with 2, when no command was given', async () => {
    for (const argv of [[], ['friends']]) {
      const result = await run(argv);
      assert.equal(result.code, exitCodes.usage);
      assert.equal(errorOf(result).code, 'cli/usage');
      assert.match(result.err, /ored friends add bob/);
    }
  });
});

describe('help', () => {
  it('gives the examples before the usage, in the language of the environment', async () => {
    const en = await run(['say', '--help']);
    assert.equal(en.code, 0);
    assert.match(en.out, /^ored say — Says it\n\nExamples\n {2}ored say hello\n\nUsage/);
    const fr = await run(['say', '--help'], { env: { LANG: 'fr_FR.UTF-8' } });
    assert.match(fr.out, /^ored say — Le dit\n\nExemples\n {2}ored say hello\n\nUtilisation/);
    assert.match(fr.out, /entrée standard/);
  });

  it('lists every command and the exit codes', async () => {
    const { code, out } = await run(['--help']);
    assert.equal(code, 0);
    for (const part of ['friends add', 'say', '69 unreachable', '--data <dir>'])
      assert.ok(out.includes(part), part);
    assert.equal((await run(['--version'])).out, '1.2.3\n');
  });
});
