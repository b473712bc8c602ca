// Tidy rules about source files: header, length, folder size, names, tests that run, reasons for exceptions.
import type { Rule } from './tree.ts';

const FILE_LINES_MAX = 400;
const FOLDER_FILES_MAX = 16;
const HEADER_LINES_MAX = 5;
const EMPTY_NAMES = /^(utils?|helpers?|common|misc|managers?)$/;
// Where real time passes on purpose: load, injected faults, real browsers, runs of hours.
const REAL_TIME_FOLDERS = /^test\/(bench|long|faults|browser)\//;
const WAIT_MS_MAX_DIGITS = 2;

const isSource = (path: string): boolean =>
  /^(protocol|node|registry|installer|web|scripts|test)\/.*\.(ts|tsx|mjs|sh)$|^[^/]+\.sh$/.test(path);
const isProgram = (path: string): boolean => isSource(path) && !path.startsWith('test/');
const isTest = (path: string): boolean => isSource(path) && path.startsWith('test/');
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

const fileHasHeader: Rule = (tree) =>
  tree.paths.filter(isSource).flatMap((path) => {
    const lines = headerLines(tree.read(path));
    // A test's titles say most of what it guarantees: one line is enough there.
    const least = isTest(path) ? 1 : 2;
    if (lines >= least && lines <= HEADER_LINES_MAX) return [];
    return [`${path}: opens with ${lines} comment lines, not ${least} to ${HEADER_LINES_MAX}`];
  });

/** Number of comment lines that open the text, after a `#!` line. */
function headerLines(text: string): number {
  const lines = text.split('\n');
  if (lines[0]?.startsWith('#!') === true) lines.shift();
  const end = lines.findIndex((line) => !/^(\/\/|#)/.test(line));
  return end === -1 ? lines.length : end;
}

const fileIsShort: Rule = (tree) =>
  tree.paths.filter(isSource).flatMap((path) => {
    const lines = tree.read(path).trimEnd().split('\n').length;
    return lines <= FILE_LINES_MAX
      ? []
      : [`${path}: ${lines} lines, at most ${FILE_LINES_MAX}: split it by meaning`];
  });

const folderIsSmall: Rule = (tree) => {
  const counts = new Map<string, number>();
  for (const path of tree.paths.filter(isProgram)) {
    const folder = folderOf(path);
    if (!folder.endsWith('/migrations')) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].flatMap(([folder, count]) => {
    return count <= FOLDER_FILES_MAX ? [] : [`${folder}: ${count} source files, at most ${FOLDER_FILES_MAX}`];
  });
};

const fileNameIsANoun: Rule = (tree) =>
  tree.paths.filter(isSource).flatMap((path) => {
    const names = path.replace(/(\.test|\.d)?\.[a-z]+$/, '').split('/');
    const empty = names.filter((name) => EMPTY_NAMES.test(name));
    if (empty.length > 0) return [`${path}: ${empty.join(', ')} says nothing; name what it holds`];
    const kebab = names.every((name) => path.startsWith('web/') || /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name));
    return kebab ? [] : [`${path}: file names are kebab-case`];
  });

// Both forms, the method and the option; one behind a condition inside a test hides it just as well.
const NOT_RUN =
  /\b(?:test|it|describe|suite|t)\.(skip|only|todo)\b|\b(skip|only|todo)\s*:\s*(?!false)[^\s,}]/g;

// This file names what it forbids.
const THIS_FILE = 'test/arch/tidy-sources.ts';

const everyTestRuns: Rule = (tree) =>
  tree.paths
    .filter((path) => isTest(path) && path !== THIS_FILE)
    .flatMap((path) =>
      [...tree.read(path).matchAll(NOT_RUN)].map(
        (match) => `${path}: ${match[0].trim()}: a test runs, or it is deleted`,
      ),
    );

const SLEEP = new RegExp(
  String.raw`setTimeout\([^;]*?,\s*[1-9][\d_]{${WAIT_MS_MAX_DIGITS},}|\b(?:sleep|delay)\(|from 'node:timers/promises'`,
  'g',
);

const testsDoNotSleep: Rule = (tree) =>
  tree.paths
    .filter((path) => isTest(path) && !REAL_TIME_FOLDERS.test(path) && !path.startsWith('test/kit/'))
    .filter((path) => path !== THIS_FILE)
    .flatMap((path) =>
      [...tree.read(path).matchAll(SLEEP)].map(
        (match) => `${path}: ${match[0]}: wait for the event, or advance the fake clock`,
      ),
    );

const exceptionSaysWhy: Rule = (tree) =>
  tree.paths.filter(isSource).flatMap((path) =>
    [...tree.read(path).matchAll(/\/[/*]\s*(?:oxlint|eslint)-disable[^\n]*/g)]
      .map((match) => match[0])
      .filter((line) => !/ -- \S+ \S+/.test(line))
      .map((line) => `${path}: ${line}: say why, after " -- "`),
  );

export const sourceRules: Readonly<Record<string, Rule>> = {
  'file-has-header': fileHasHeader,
  'file-is-short': fileIsShort,
  'folder-is-small': folderIsSmall,
  'file-name-is-a-noun': fileNameIsANoun,
  'every-test-runs': everyTestRuns,
  'tests-do-not-sleep': testsDoNotSleep,
  'exception-says-why': exceptionSaysWhy,
};
