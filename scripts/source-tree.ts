// The files of a source tree, as the checks see them: without what is installed, built, or broken on purpose.
// Paths are relative to the root, sorted, with forward slashes.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '.cache', 'dist', 'canaries']);
// The folder of a checkout that holds a node's own data, never sources.
const SKIPPED_AT_ROOT = new Set(['data']);

/** Every file under `root`, or under the given folders of it. */
export function sourceFiles(root: string, folders: readonly string[] = ['.']): string[] {
  const files: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      const skipped = SKIPPED_FOLDERS.has(entry.name) || SKIPPED_AT_ROOT.has(path);
      if (entry.isDirectory() && !skipped) walk(path);
      else if (entry.isFile()) files.push(path);
    }
  };
  for (const folder of folders) if (existsSync(join(root, folder))) walk(folder);
  return files.toSorted();
}
