// What was built: within its budget, without schemas, without a word of another origin.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../../web/dist/', import.meta.url);
/** Issue 3, "Speed": kilobytes of gzipped script. */
const FIRST_LOAD_KB_MAX = 150;
/** What every screen needs first; the rest of the first load is the feed and its words. */
const GROUND_KB_MAX = 102;
const LAZY_ROUTE_KB_MAX = 80;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly isDynamicEntry?: boolean;
  readonly imports?: readonly string[];
}
const chunks = JSON.parse(readFileSync(new URL('build.json', DIST), 'utf8')) as Record<string, Chunk>;
const text = (file: string): string => readFileSync(new URL(file, DIST), 'utf8');

/** The script files that a chunk needs before it runs. */
function filesOf(name: string, seen = new Set<string>()): Set<string> {
  const chunk = chunks[name];
  if (chunk === undefined || seen.has(name)) return new Set();
  seen.add(name);
  return new Set([chunk.file, ...(chunk.imports ?? []).flatMap((other) => [...filesOf(other, seen)])]);
}
const kbOf = (files: Iterable<string>): number =>
  [...files]
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + gzipSync(text(file)).length, 0) / 1000;

const entry = Object.keys(chunks).find((name) => chunks[name]?.isEntry === true) ?? '';

it('the ground and the first screen load within their budgets', () => {
  const ground = filesOf(entry);
  const first = new Set([
    ...ground,
    ...filesOf('src/posts/feed-screen.tsx'),
    ...filesOf('src/posts/messages/fr.json'),
  ]);
  assert.ok(ground.size > 1 && first.size > ground.size);
  assert.ok(kbOf(ground) <= GROUND_KB_MAX, `the ground has ${kbOf(ground)} kB`);
  assert.ok(kbOf(first) <= FIRST_LOAD_KB_MAX, `the first load has ${kbOf(first)} kB`);
});

it('every lazy route adds no more than its budget', () => {
  const ground = filesOf(entry);
  const routes = Object.keys(chunks).filter((name) => chunks[name]?.isDynamicEntry === true);
  assert.ok(routes.length > 0);
  for (const route of routes) {
    const added = kbOf([...filesOf(route)].filter((file) => !ground.has(file)));
    assert.ok(added <= LAZY_ROUTE_KB_MAX, `${route} adds ${added} kB`);
  }
});

it('no schema library, no evaluated text and no address of another origin is in the bundle', () => {
  const scripts = Object.values(chunks)
    .map(({ file }) => file)
    .filter((file) => file.endsWith('.js'));
  for (const file of [...new Set(scripts), 'sw.js']) {
    const script = text(file);
    assert.equal(/ZodError|\$ZodType|invalid_union/.test(script), false, `${file} holds zod`);
    assert.equal(/\beval\(|new Function\(/.test(script), false, `${file} evaluates text`);
    const addresses = [...script.matchAll(/https?:\/\/[\w.-]+/g)].map(([address]) => address);
    // Names of formats, and pages named in messages of React and others: none is ever fetched (the policy holds that).
    const known = /^https?:\/\/(?:www\.w3\.org|react\.dev|tanstack\.com|a|b|localhost)$/;
    assert.deepEqual(
      addresses.filter((address) => !known.test(address)),
      [],
      file,
    );
  }
});
