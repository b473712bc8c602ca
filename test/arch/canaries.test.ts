// Every rule fires on the tree that breaks it, and on no sound tree: a checker that reads nothing is green too.
// One folder a rule: canaries/imports/<rule>/ is a whole tree, canaries/tidy/<rule>/ is laid over canaries/tidy/sound/.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { checkImports } from '../../scripts/check-imports.ts';
import { rules } from './tidy.ts';
import { treeAt, treeWithOverlay, type Tree } from './tree.ts';

const ROOT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const IMPORTS = `${ROOT}/test/arch/canaries/imports`;
const TIDY = `${ROOT}/test/arch/canaries/tidy`;
const SOUND = `${TIDY}/sound`;

interface CruiserConfig {
  readonly forbidden: readonly { readonly name: string; readonly comment: string }[];
}
const config = createRequire(import.meta.url)(`${ROOT}/.dependency-cruiser.cjs`) as CruiserConfig;
const importRules = config.forbidden.map(({ name }) => name);
const ownerRules = importRules.filter((name) => name.startsWith('owner-of-'));
const singleRules = importRules.filter((name) => !ownerRules.includes(name));

async function rulesFired(folder: string): Promise<Set<string>> {
  const { broken } = await checkImports(ROOT, `${IMPORTS}/${folder}`);
  return new Set(broken.map(({ rule }) => rule));
}

function findings(tree: Tree): Record<string, readonly string[]> {
  const all = Object.entries(rules).map(([name, rule]) => [name, rule(tree)] as const);
  return Object.fromEntries(all.filter(([, found]) => found.length > 0));
}

test('a tree that uses every allowed direction breaks no import rule', async () => {
  assert.deepEqual([...(await rulesFired('sound'))], []);
});

for (const rule of singleRules) {
  test(`the import rule ${rule} fires on its canary`, async () => {
    assert.ok((await rulesFired(rule)).has(rule));
  });
}

test('every library refuses to be imported by a file that does not own it', async () => {
  const fired = await rulesFired('owner-of-every-library');
  assert.deepEqual(
    ownerRules.filter((rule) => !fired.has(rule)),
    [],
  );
});

test('every library of the programs has an owner, and what only the web app owns is not installed with the node', () => {
  const { dependencies, devDependencies } = createRequire(import.meta.url)(`${ROOT}/package.json`) as Record<
    string,
    Record<string, string>
  >;
  const owned = config.forbidden.filter(({ name }) => ownerRules.includes(name));
  const isCompiled = (comment: string): boolean =>
    comment
      .split(': ')[1]
      ?.split(' ')
      .every((path) => path.startsWith('^web/')) === true;
  const nameOf = ({ name }: { name: string }): string => name.slice('owner-of-'.length);
  const [compiled, installed] = [true, false].map((wanted) =>
    owned.filter(({ comment }) => isCompiled(comment) === wanted).map(nameOf),
  );
  assert.deepEqual(installed?.toSorted(), Object.keys(dependencies ?? {}).toSorted());
  assert.deepEqual(
    compiled?.filter((name) => devDependencies?.[name] === undefined),
    [],
  );
});

test('a tree whose files the import check does not read is refused, not called sound', async () => {
  await assert.rejects(
    checkImports(ROOT, `${IMPORTS}/sound/test/people/nothing-here`),
    /nothing would be checked/,
  );
});

test('a sound tree breaks no tidy rule', () => {
  assert.deepEqual(findings(treeAt(SOUND)), {});
});

test('every tidy rule has a canary, and every canary a rule', () => {
  const canaries = readdirSync(TIDY).filter((name) => name !== 'sound');
  const names = new Set(canaries.map((name) => name.split('@')[0] ?? ''));
  assert.deepEqual([...names].toSorted(), Object.keys(rules).toSorted());
});

// `rule@case` is a further canary of the same rule.
for (const canary of readdirSync(TIDY).filter((name) => name !== 'sound')) {
  const rule = canary.split('@')[0] ?? '';
  test(`the tidy rule ${rule} fires on ${canary}, and no other rule does`, () => {
    assert.deepEqual(Object.keys(findings(treeWithOverlay(SOUND, `${TIDY}/${canary}`))), [rule]);
  });
}
