// The repository keeps the rules of its house. Each rule is seen to fire in canaries.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkImports } from '../../scripts/check-imports.ts';
import { rules } from './tidy.ts';
import { treeAt } from './tree.ts';

const ROOT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const tree = treeAt(ROOT);

test('the tidy rules read the whole repository', () => {
  assert.ok(tree.has('package.json') && tree.has('protocol/errors.ts'));
});

for (const [name, rule] of Object.entries(rules)) {
  test(`the repository keeps the rule ${name}`, () => {
    assert.deepEqual(rule(tree), []);
  });
}

test('the repository imports only what its table allows, and every file was read', async () => {
  const { filesRead, broken } = await checkImports(ROOT);
  assert.deepEqual(broken, []);
  assert.ok(filesRead > 0);
});
