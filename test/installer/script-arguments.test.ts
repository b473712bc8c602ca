// install.sh before it writes: shells, options, languages, unsupported machines, prompts, truncation.
// Facts of the machine are replaced by functions of the same name, defined after the script's own.
import { temporaryFolder } from '#kit/folder.ts';
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCheckout, projectRoot, run, type Run } from './rig.ts';

const script = join(projectRoot, 'install.sh');
const english = { ...process.env, LC_ALL: 'C', USER: 'alice' };

/** Runs the script of `checkout` with `overrides` (bash) defined just before its last line. */
function runWith(checkout: string, overrides: string, args: string[], env = english): Promise<Run> {
  const lines = readFileSync(join(checkout, 'install.sh'), 'utf8').trimEnd().split('\n');
  const last = lines.pop() ?? '';
  assert.equal(last, 'main "$@"', 'the whole script runs at its last line');
  const changed = join(checkout, 'changed.sh');
  writeFileSync(changed, [...lines, overrides, last, ''].join('\n'));
  return run('bash', [changed, ...args], { env });
}

test('sh is refused with a sentence, and --help explains in the language of the person', async () => {
  const sh = await run('sh', [script, '--yes']);
  assert.equal(sh.code, 2);
  assert.match(sh.stderr, /needs bash[^]*besoin de bash/);
  const english_ = await run('bash', [script, '--help'], { env: english });
  assert.equal(english_.code, 0);
  assert.match(english_.stdout, /^Examples/);
  const french = await run('bash', [script, '--help'], {
    env: { ...english, LC_ALL: '', LANG: 'fr_SN.UTF-8' },
  });
  assert.match(french.stdout, /^Exemples/);
  const first = await run('bash', [script, '--help'], {
    env: { ...english, LC_ALL: 'en_GB.UTF-8', LANG: 'fr_FR' },
  });
  assert.match(first.stdout, /^Examples/, 'LC_ALL goes before LANG');
});

const wrong: [title: string, args: string[]][] = [
  ['an unknown option', ['--frobnicate']],
  ['an option without its value', ['--username']],
  ['a username with capitals', ['--username', 'Alice']],
  ['a username that is a shell command', ['--username', '$(touch /tmp/x)']],
  ['a username with a line break', ['--username', 'alice\nbob']],
  ['port zero', ['--port', '0']],
  ['a port over 65535', ['--port=65536']],
  ['an address without a scheme', ['--url', 'alice.example']],
  ['a registry that is a file', ['--registry', 'file:///etc']],
  ['a language that we do not speak', ['--lang', 'de']],
  ['modules that are not there', ['--offline-modules', '/nowhere/at/all']],
];
for (const [title, args] of wrong) {
  test(`${title} is a mistake of usage, and nothing is written`, async () => {
    using folder = temporaryFolder();
    const prefix = join(folder.path, 'p');
    const { code, stderr } = await run('bash', [script, '--yes', '--prefix', prefix, ...args], {
      env: english,
    });
    assert.equal(code, 2, stderr);
    assert.notEqual(stderr, '');
    assert.equal(existsSync(prefix), false);
  });
}

const machines: [title: string, overrides: string, code: number, sentence: RegExp][] = [
  ['another system', 'uname() { echo Darwin; }', 78, /runs on Linux/],
  [
    'another processor',
    'uname() { if [ "$1" = -m ]; then echo riscv64; else echo Linux; fi; }',
    78,
    /riscv64/,
  ],
  [
    'too little memory',
    'sed() { if [ "${3:-}" = /proc/meminfo ]; then echo 262144; else command sed "$@"; fi; }',
    78,
    /256 MB of memory/,
  ],
  [
    'a full disk',
    'df() { printf "F 1M Used Avail Use Mounted\\n/dev/x 9000 8800 200 98%% /\\n"; }',
    1,
    /200 MB free/,
  ],
  ['no npm', 'main() { caller_path=/nowhere; lang=en; arch=x64; find_npm; }', 78, /npm is not installed/],
];
for (const [title, overrides, code, sentence] of machines) {
  test(`${title} is refused with facts, and nothing is written`, async () => {
    using folder = temporaryFolder();
    const checkout = makeCheckout(folder.path, 'stand-in');
    const prefix = join(folder.path, 'p');
    const refused = await runWith(checkout, overrides, ['--yes', '--prefix', prefix]);
    assert.equal(refused.code, code, refused.stderr);
    assert.match(refused.stderr, sentence);
    assert.equal(existsSync(prefix), false);
  });
}

test('an npm whose Node is too old is passed over, and named when there is no other', async () => {
  using folder = temporaryFolder();
  const checkout = makeCheckout(folder.path, 'stand-in');
  for (const [name, version] of [
    ['old', '18.1.0'],
    ['new', '22.0.0'],
  ] as const) {
    mkdirSync(join(folder.path, name), { mode: 0o755 });
    for (const [program, text] of [
      ['npm', ''],
      ['node', `echo ${version}`],
    ] as const) {
      writeFileSync(join(folder.path, name, program), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder.path, name, program), 0o755);
    }
  }
  const find = (path: string): string =>
    `main() { caller_path='${path}'; lang=en; arch=x64; find_npm; echo "$npm_dir"; }`;
  const [old, recent] = [join(folder.path, 'old'), join(folder.path, 'new')];
  const found = await runWith(checkout, find(`.:relative:${old}:${recent}`), []);
  assert.equal(found.stdout.trim(), recent);
  const refused = await runWith(checkout, find(old), []);
  assert.equal(refused.code, 78);
  assert.match(refused.stderr, /this machine has 18\.1\.0/);
  chmodSync(recent, 0o777);
  const foreign = await runWith(checkout, find(recent), []);
  assert.equal(foreign.code, 78, 'a folder that anybody can write to is not trusted');
});

test('a prefix that others can change is refused', async () => {
  using folder = temporaryFolder();
  const checkout = makeCheckout(folder.path, 'stand-in');
  const prefix = join(folder.path, 'open');
  mkdirSync(prefix);
  chmodSync(prefix, 0o777);
  const { code, stderr } = await run('bash', [join(checkout, 'install.sh'), '--yes', '--prefix', prefix], {
    env: english,
  });
  assert.equal(code, 1);
  assert.match(stderr, /can be changed by, somebody else/);
});

test('without a terminal and without a valid account name, the name must be given', async () => {
  using folder = temporaryFolder();
  const checkout = makeCheckout(folder.path, 'stand-in');
  const prefix = join(folder.path, 'p');
  const args = [join(checkout, 'install.sh'), '--prefix', prefix, '--offline-modules', folder.path];
  const { code, stderr } = await run('setsid', ['-w', 'bash', ...args], {
    env: { ...english, USER: 'No Name' },
  });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /--username U/);
  assert.equal(existsSync(prefix), false);
});

test('the question goes to the terminal even when standard input is a pipe', async () => {
  using folder = temporaryFolder();
  const checkout = makeCheckout(folder.path, 'stand-in');
  const ask = join(checkout, 'ask.sh');
  const lines = readFileSync(script, 'utf8').trimEnd().split('\n').slice(0, -1);
  const main = `main() { lang=en username='' yes='' prefix=${folder.path}/p USER=carol; ask_username; echo "name=$username"; }`;
  writeFileSync(ask, [...lines, main, 'main'].join('\n'));
  // script(1) gives the command a terminal; the answers come through it, the pipe says nothing.
  const words = `printf 'Bad Name\\n\\n' | script -qec 'true | bash ${ask}' /dev/null`;
  const { stdout } = await run('bash', ['-c', words]);
  assert.match(stdout, /The name of your node[^]*\[carol\][^]*The name of your node[^]*name=carol/);
});

test('a script cut short does nothing', async () => {
  using folder = temporaryFolder();
  const bytes = readFileSync(script);
  const cut = join(folder.path, 'cut.sh');
  const prefix = join(folder.path, 'p');
  for (let length = 512; length < bytes.length - 'main "$@"\n'.length; length += 2048) {
    writeFileSync(cut, bytes.subarray(0, length));
    const { stdout } = await run('bash', [cut, '--yes', '--username', 'alice', '--prefix', prefix], {
      env: english,
    });
    assert.equal(stdout, '', `cut at ${length}`);
    assert.equal(existsSync(prefix), false);
  }
});
