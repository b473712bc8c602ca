// What a tidy rule is, and the trees it looks at: a folder on disk, and a sound tree with a few files laid over it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from '../../scripts/source-tree.ts';

/** Files by path relative to the root, with forward slashes. */
export interface Tree {
  readonly root: string;
  readonly paths: readonly string[];
  has(path: string): boolean;
  read(path: string): string;
}

/** Answers one sentence for each breach: `path: what is wrong`. */
export type Rule = (tree: Tree) => readonly string[];

/** The tree under `root`, without what is installed, built or broken on purpose. */
export function treeAt(root: string): Tree {
  return treeOf(root, new Map(sourceFiles(root).map((path) => [path, join(root, path)])));
}

/**
 * `base` with the files of `overlay` on top of it. An overlay file `<path>.removed` takes `<path>` away.
 */
export function treeWithOverlay(base: string, overlay: string): Tree {
  const files = new Map(sourceFiles(base).map((path) => [path, join(base, path)]));
  for (const path of sourceFiles(overlay)) {
    if (path.endsWith('.removed')) files.delete(path.slice(0, -'.removed'.length));
    else files.set(path, join(overlay, path));
  }
  return treeOf(base, files);
}

function treeOf(root: string, files: ReadonlyMap<string, string>): Tree {
  return {
    root,
    paths: [...files.keys()].toSorted(),
    has: (path) => files.has(path),
    read: (path) => {
      const file = files.get(path);
      if (file === undefined) throw new Error(`${path} is not in the tree`);
      return readFileSync(file, 'utf8');
    },
  };
}
