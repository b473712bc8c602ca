// A long check that was interrupted goes on from what it saved, and its evidence says on what it ran.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

const LONG = new URL('../../scripts/long.ts', import.meta.url).pathname;

/** A folder with one long check called `steps`, whose body is given. */
function folderWithCheck(t: TestContext, body: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ored-long-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'test/long'), { recursive: true });
  const exports = `export const name = 'steps'; export const description = 'Counts.';\n`;
  writeFileSync(
    join(folder, 'test/long/steps.ts'),
    `${exports}export async function run(context) { ${body} }`,
  );
  return folder;
}

function long(folder: string, name = 'steps') {
  const child = spawnSync(process.execPath, [LONG, name], { cwd: folder, encoding: 'utf8' });
  return { code: child.status, text: child.stdout + child.stderr };
}

const evidencePath = (folder: string): string => join(folder, 'docs/evidence/steps.md');

test('an interrupted check goes on from what it saved', (t) => {
  const folder = folderWithCheck(
    t,
    `context.result('from ' + (context.saved ?? 0));
     if (context.saved === undefined) {
       context.save(41);
       process.kill(process.pid, 'SIGKILL');
     }`,
  );
  assert.equal(long(folder).code, null, 'killed');
  assert.ok(!existsSync(evidencePath(folder)), 'a check that has not ended proves nothing');
  assert.equal(long(folder).code, 0);
  const evidence = readFileSync(evidencePath(folder), 'utf8');
  assert.match(evidence, /from 0\nfrom 41\n/);
  assert.match(
    evidence,
    /Result: passed\n- Commit: .+\n- Command: `npm run long -- steps`\n- Machine: .+ cores/,
  );
  assert.match(evidence, /in 2 run\(s\)/);
});

test('a check that throws fails, and its evidence says so', (t) => {
  const folder = folderWithCheck(t, `throw new Error('one message was lost');`);
  assert.equal(long(folder).code, 1);
  assert.match(readFileSync(evidencePath(folder), 'utf8'), /\*\*failed\*\*: one message was lost/);
});

test('an unknown name is a usage error that lists what there is', (t) => {
  const { code, text } = long(folderWithCheck(t, ''), 'stairs');
  assert.equal(code, 2);
  assert.match(text, /There is no stairs[^]*steps +Counts\./);
});
