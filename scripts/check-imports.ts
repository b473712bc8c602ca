// Runs dependency-cruiser over a tree, and refuses to call a tree sound whose files it did not read:
// with a compiler that it cannot load, dependency-cruiser reads no file and reports no error.
// Rules: .dependency-cruiser.cjs.
import { cruise, type IReporterOutput, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { join } from 'node:path';
import { sourceFiles } from './source-tree.ts';

/** One broken import: the rule's name, and the two files. */
export interface BrokenImport {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

export interface ImportCheck {
  readonly filesRead: number;
  readonly broken: readonly BrokenImport[];
}

const PROGRAM_FOLDERS = ['protocol', 'node', 'registry', 'installer', 'web', 'scripts', 'test'];

/**
 * Checks every TypeScript file of the tree at `root` against the rules of the repository at `repository`.
 * Throws when a file of the tree was not read.
 */
export async function checkImports(repository: string, root = repository): Promise<ImportCheck> {
  const files = sourceFiles(root, PROGRAM_FOLDERS).filter((path) => /\.tsx?$/.test(path));
  if (files.length === 0) throw new Error(`no source file under ${root}: nothing would be checked`);
  const options = await extractDepcruiseOptions(join(repository, '.dependency-cruiser.cjs'));
  const { output }: IReporterOutput = await cruise(files, { ...options, baseDir: root, validate: true });
  const result = readResult(output);
  const read = new Set(
    result.modules.filter(({ followable }) => followable !== false).map(({ source }) => source),
  );
  const unread = files.filter((path) => !read.has(path));
  if (unread.length > 0) throw new Error(`dependency-cruiser did not read ${unread.join(', ')}`);
  const broken = result.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
  return { filesRead: files.length, broken };
}

function readResult(output: IReporterOutput['output']): ICruiseResult {
  if (typeof output === 'string')
    throw new Error('dependency-cruiser answered with text instead of a result');
  return output;
}

if (import.meta.main) {
  const { filesRead, broken } = await checkImports(process.cwd());
  for (const { rule, from, to } of broken) console.log(`${rule}: ${from} -> ${to}`);
  console.log(`${filesRead} files read, ${broken.length} broken imports`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}
