// `npm test` brings node_modules up to the lock file when it differs, only then, and hands over to the own Node.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

const TEST_COMMAND = new URL('../../scripts/test.mjs', import.meta.url).pathname;
const LOCKED = { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } };

interface Checkout {
  readonly locked?: object;
  /** What npm left behind; absent: no node_modules. */
  readonly installed?: object;
  readonly packages?: readonly object[];
}

/** Runs scripts/test.mjs in a small checkout, with an npm that says what it was asked and installs what is locked. */
function npmTest(t: TestContext, { locked = LOCKED, installed, packages = [] }: Checkout) {
  const root = mkdtempSync(join(tmpdir(), 'ored-checkout-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['scripts', 'bin']) mkdirSync(join(root, folder));
  copyFileSync(TEST_COMMAND, join(root, 'scripts/test.mjs'));
  writeFileSync(join(root, 'scripts/debian-packages.json'), JSON.stringify({ packages }));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }));
  const program = (name: string, script: string): void => {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, 'bin', name), 0o755);
  };
  const putOwnNode = 'mkdir -p node_modules/.bin node_modules/zod && cp bin/own-node node_modules/.bin/node';
  program('own-node', 'echo "handed over: $*"; exit 3');
  program('npm', `echo "npm $*"; ${putOwnNode} && cp package-lock.json node_modules/.package-lock.json`);
  program('apt-get', 'exit 100');
  if (installed !== undefined) {
    spawnSync('sh', ['-c', putOwnNode], { cwd: root });
    writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  }
  const env = { PATH: `${join(root, 'bin')}:/usr/bin:/bin` };
  const args = [join(root, 'scripts/test.mjs'), '--only', 'people'];
  const child = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  return { code: child.status, text: child.stdout + child.stderr };
}

test('an installation that matches the lock file is left alone, and the own Node takes over', (t) => {
  const { code, text } = npmTest(t, { installed: LOCKED });
  assert.doesNotMatch(text, /npm ci/);
  assert.match(text, /handed over: scripts\/verify\.ts --only people/);
  assert.equal(code, 3, 'the exit code is that of the checks');
});

test('a checkout without node_modules installs what is locked', (t) => {
  assert.match(npmTest(t, {}).text, /nothing is installed[^]*npm ci --no-audit[^]*handed over/);
});

for (const [what, installed] of [
  ['another version', { 'node_modules/zod': { version: '4.6.6', integrity: 'sha512-a' } }],
  ['other bytes', { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-b' } }],
  ['a missing package', {}],
  ['a package that is not locked', { ...LOCKED, 'node_modules/stray': { version: '1.0.0' } }],
] as const) {
  test(`an installation with ${what} is brought up to the lock file`, (t) => {
    assert.match(npmTest(t, { installed }).text, /npm ci --no-audit/);
  });
}

test('an optional package of another platform is not missed', (t) => {
  const locked = { ...LOCKED, 'node_modules/node-plan9-sparc': { version: '24.0.0', optional: true } };
  assert.doesNotMatch(npmTest(t, { locked, installed: LOCKED }).text, /npm ci/);
});

test('a Python module that the tests need is looked for, and its absence fails the run', (t) => {
  const needs = (python: string) => ({
    package: `ored-${python}`,
    command: 'sh',
    python,
    reason: 'a module',
  });
  const without = npmTest(t, { installed: LOCKED, packages: [needs('ored_no_such_module')] });
  assert.equal(without.code, 1);
  assert.match(without.text, /apt-get install -y --no-install-recommends ored-ored_no_such_module/);
  assert.match(npmTest(t, { installed: LOCKED, packages: [needs('json')] }).text, /handed over/);
});

test('a program that the tests need and nobody can install is named, and the run fails', (t) => {
  const packages = [
    { package: 'ored-no-such-package', command: 'ored-no-such-command', reason: 'to be missed' },
  ];
  const { code, text } = npmTest(t, { installed: LOCKED, packages });
  assert.equal(code, 1);
  assert.match(text, /apt-get install -y --no-install-recommends ored-no-such-package/);
  assert.doesNotMatch(text, /handed over/);
});
