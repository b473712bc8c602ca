// `npm run long -- NAME`: runs one long check of test/long/, which resumes where an interrupted run stopped,
// and writes docs/evidence/NAME.md: commit, machine, command, result. State lies under .cache/long/ and is
// dropped when the commit changes: half a result of one commit proves nothing about another.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chosen, commitLine, loadRegistered, machineLine } from './measuring.ts';

/** What a long check receives. It throws when what it checks does not hold. */
export interface LongContext {
  /** What the last `save` of this check wrote at this commit, or undefined. */
  readonly saved: unknown;
  /** Keeps what has been done so far; a later run of the same commit starts from it. */
  save(state: unknown): void;
  /** A line of the result: printed now, and written into the evidence. */
  result(line: string): void;
  /** A folder of its own for work, kept until the check has ended well. */
  readonly workDir: string;
  /** Aborted by Ctrl-C: save, and return. */
  readonly signal: AbortSignal;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fresh: { type: 'boolean' } },
});
const check = chosen(await loadRegistered<LongContext>('test/long'), positionals[0]);
const commit = commitLine();
const folder = `.cache/long/${check.name}`;
const statePath = `${folder}/state.json`;

interface Kept {
  readonly commit: string;
  readonly lines: string[];
  readonly runs: number;
  readonly seconds: number;
  readonly state: unknown;
}

function readKept(): Kept {
  const nothing: Kept = { commit, lines: [], runs: 0, seconds: 0, state: undefined };
  if (values.fresh === true || !existsSync(statePath)) return nothing;
  const kept = JSON.parse(readFileSync(statePath, 'utf8')) as Kept;
  return kept.commit === commit ? kept : nothing;
}

const before = readKept();
if (before.runs === 0) rmSync(folder, { recursive: true, force: true });
mkdirSync(`${folder}/work`, { recursive: true });
const started = performance.now();
const lines = [...before.lines];
let state = before.state;
const seconds = (): number => before.seconds + (performance.now() - started) / 1000;
const keep = (): void => {
  const kept: Kept = { commit, lines, runs: before.runs + 1, seconds: seconds(), state };
  writeFileSync(`${statePath}.new`, JSON.stringify(kept));
  renameSync(`${statePath}.new`, statePath);
};

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
let failure: Error | undefined;
try {
  await check.run({
    saved: before.state,
    save(next) {
      state = next;
      keep();
    },
    result(line) {
      lines.push(line);
      console.log(line);
    },
    workDir: `${folder}/work`,
    signal: stop.signal,
  });
} catch (error) {
  failure = error instanceof Error ? error : new Error('the check threw no Error', { cause: error });
}

if (failure === undefined && stop.signal.aborted) {
  keep();
  console.error(`Interrupted. npm run long -- ${check.name} goes on from here.`);
  process.exit(75);
}
mkdirSync('docs/evidence', { recursive: true });
writeFileSync(`docs/evidence/${check.name}.md`, evidence());
if (failure === undefined) rmSync(folder, { recursive: true, force: true });
else console.error(failure);
process.exitCode = failure === undefined ? 0 : 1;

function evidence(): string {
  const verdict = failure === undefined ? 'passed' : `**failed**: ${failure.message}`;
  return [
    `# ${check.name}`,
    '',
    check.description,
    '',
    `- Result: ${verdict}`,
    `- Commit: ${commit}`,
    `- Command: \`npm run long -- ${check.name}\``,
    `- Machine: ${machineLine()}`,
    `- Ended: ${new Date().toISOString()}, after ${seconds().toFixed(0)} s in ${before.runs + 1} run(s)`,
    '',
    '```text',
    ...lines,
    '```',
    '',
  ].join('\n');
}
