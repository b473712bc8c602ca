// `npm run verify`: format, lint, types, architecture, dead code, shell, then every test, with one summary.
// The web app is built first: the node serves it in the tests. Refuses to call a run green in which no test ran, or
// one was skipped. Everything runs even after a failure.
// `--only PATTERN` runs the test files whose path matches, and no other check.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run as runTests, type EventData } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { sourceFiles } from './source-tree.ts';

// The project's promise for a machine of two cores; a run over it is said so, not failed: machines differ.
const PROMISED_S = 480;
// A test that hangs must end the run: no single test needs a third of the promise.
const TEST_MS_MAX = 120_000;

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}
interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

function staticChecks(): Check[] {
  const scripts = ['.ci/run', ...sourceFiles('.').filter((path) => path.endsWith('.sh'))].filter((path) =>
    existsSync(path),
  );
  return [
    { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
    { name: 'lint', command: ['oxlint', '--format', 'unix'] },
    { name: 'types', command: ['tsc'] },
    { name: 'architecture', command: [process.execPath, 'scripts/check-imports.ts'] },
    { name: 'dead code', command: ['knip', '--no-progress', '--no-config-hints'] },
    { name: 'shell', command: ['shellcheck', '--external-sources', ...scripts] },
  ];
}

async function runCheck({ name, command: [program = '', ...args] }: Check): Promise<Outcome> {
  const started = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  child.stderr.on('data', (piece: Buffer) => pieces.push(piece));
  const passed = await new Promise<boolean>((resolve) => {
    child.on('error', (error) => {
      pieces.push(Buffer.from(`${program} did not start: ${error.message}\n`));
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
  const output = Buffer.concat(pieces).toString('utf8').trim();
  return { name, passed, seconds: (performance.now() - started) / 1000, output };
}

function report({ name, passed, seconds, output }: Outcome): void {
  console.log(`${passed ? '✔' : '✖'} ${name} (${seconds.toFixed(1)} s)`);
  // The architecture's count of files read is worth seeing every time.
  if (output !== '' && (!passed || name === 'architecture')) console.log(output.replace(/^/gm, '    '));
}

/** Runs the checks, as many at once as there are cores, and answers the names of those that failed. */
async function runStaticChecks(): Promise<string[]> {
  const waiting = staticChecks();
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const outcome = await runCheck(check);
      report(outcome);
      if (!outcome.passed) failed.push(outcome.name);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed;
}

/** The browser tests, and those of what the node serves, need the app as it stands now. */
async function buildWebApp(): Promise<string[]> {
  const built = await runCheck({ name: 'web app', command: [process.execPath, 'web/build.ts'] });
  report(built);
  return built.passed ? [] : [built.name];
}

type Summary = EventData.TestSummary;

/** Runs the test files and answers what was wrong, in sentences; the runner's own closing lines come last. */
async function runAllTests(pattern: string | undefined): Promise<string[]> {
  const all = sourceFiles('.', ['test']).filter((path) => path.endsWith('.test.ts'));
  const files = pattern === undefined ? all : all.filter((path) => new RegExp(pattern).test(path));
  if (files.length === 0) return [`no test file${pattern === undefined ? '' : ` matches ${pattern}`}`];
  let total: Summary | undefined;
  const stream = runTests({ files, concurrency: availableParallelism(), timeout: TEST_MS_MAX });
  stream.on('test:summary', (summary: Summary) => {
    // One comes for each file, and one without a file for all of them.
    if (summary.file === undefined) total = summary;
  });
  for await (const text of stream.compose(spec)) process.stdout.write(String(text));
  if (total === undefined) return ['the test runner gave no summary'];
  const { tests, passed, skipped, todo } = total.counts;
  const problems: string[] = [];
  if (tests === 0) problems.push('no test ran');
  if (!total.success || passed < tests - skipped - todo) problems.push('tests failed');
  if (skipped + todo > 0) problems.push(`${skipped + todo} tests were skipped or left to do`);
  return problems;
}

// The tests start the node hundreds of times: compiled code is kept between the starts, and between the runs.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../.cache/compiled');

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const started = performance.now();
const problems = existsSync('web/build.ts') ? await buildWebApp() : [];
if (values.only === undefined) problems.push(...(await runStaticChecks()));
problems.push(...(await runAllTests(values.only)));
const seconds = (performance.now() - started) / 1000;
if (seconds > PROMISED_S) console.error(`verify took ${seconds.toFixed(0)} s; ${PROMISED_S} s are promised`);
if (problems.length > 0) console.error(`verify failed: ${problems.join('; ')}`);
process.exitCode = problems.length === 0 ? 0 : 1;
