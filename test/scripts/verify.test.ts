// A run of verify is green only when tests ran, all of them, and none was left out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

const VERIFY = new URL('../../scripts/verify.ts', import.meta.url).pathname;

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/** Runs `verify --only .` in a fresh folder whose only test file holds `body`. */
function verifyFolder(t: TestContext, body: string | undefined): Ended {
  const folder = mkdtempSync(join(tmpdir(), 'ored-verify-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'test'));
  const imports = `import { test } from 'node:test';\n`;
  if (body !== undefined) writeFileSync(join(folder, 'test/one.test.ts'), imports + body);
  // This test runs inside node's runner, and the one it starts must not think that it reports to it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawnSync(process.execPath, [VERIFY, '--only', '.'], { cwd: folder, env, encoding: 'utf8' });
  return { code: child.status, text: child.stdout + child.stderr };
}

test('a folder whose tests pass is green, and the closing lines of the runner are shown', (t) => {
  const { code, text } = verifyFolder(t, `test('holds', () => {});`);
  assert.equal(code, 0, text);
  assert.match(text, /tests 1\n[^]*pass 1\n[^]*fail 0\n/);
});

test('a failing test fails the run', (t) => {
  const { code, text } = verifyFolder(t, `test('breaks', () => { throw new Error('broken'); });`);
  assert.equal(code, 1);
  assert.match(text, /tests failed/);
});

test('a file that cannot be loaded fails the run', (t) => {
  assert.equal(verifyFolder(t, `import './missing.ts';`).code, 1);
});

test('a run without test files fails', (t) => {
  const { code, text } = verifyFolder(t, undefined);
  assert.equal(code, 1);
  assert.match(text, /no test file matches/);
});

for (const way of ['skip', 'todo']) {
  test(`a test left out by ${way} fails the run`, (t) => {
    const { code, text } = verifyFolder(
      t,
      `test('holds', () => {}); test('left out', { ${way}: true }, () => {});`,
    );
    assert.equal(code, 1);
    assert.match(text, /1 tests were skipped or left to do/);
  });
}
