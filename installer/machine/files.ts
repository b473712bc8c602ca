// The few files that an installation owns besides the release and the data, written whole or not at all.
// What already reads as it should is left alone, so that a second run changes nothing.
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Layout } from '../layout.ts';

export interface OwnedFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

export function isAsWritten(file: OwnedFile): boolean {
  return readOrNull(file.path) === file.content;
}

export function writeOwned(file: OwnedFile): void {
  mkdirSync(dirname(file.path), { recursive: true, mode: 0o700 });
  const draft = `${file.path}.new`;
  rmSync(draft, { force: true });
  writeFileSync(draft, file.content, { mode: file.mode, flag: 'wx' });
  chmodSync(draft, file.mode);
  renameSync(draft, file.path);
}

/** Points `current` to a release in one step: a reader sees the old one or the new one. */
export function switchRelease(layout: Layout, release: string): void {
  const draft = `${layout.current}.new`;
  rmSync(draft, { force: true });
  symlinkSync(`releases/${release}`, draft);
  renameSync(draft, layout.current);
}

/** The release that `current` points to, or null. */
export function currentRelease(layout: Layout): string | null {
  try {
    return basename(readlinkSync(layout.current));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Removes releases other than `kept`, and returns their names. Releases share files by links: the rest stay whole. */
export function pruneReleases(layout: Layout, kept: readonly (string | null)[]): string[] {
  const old = readdirSync(layout.releases).filter((name) => !kept.includes(name));
  for (const name of old) rmSync(join(layout.releases, name), { recursive: true, force: true });
  return old;
}

/**
 * A young generation of 4 MiB halves instead of 16: loading the program would leave the larger one grown, 14 MB that an
 * idle node keeps.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4'];

/** Each thread of glibc would keep a heap of its own (mallopt(3)), 2 MB that an idle node never uses. */
export const NODE_ENV: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' };

/**
 * The commands in bin/: they find their prefix from where they lie, work from any directory, and run on the
 * release's own Node whatever the caller's PATH and NODE_OPTIONS hold. Compiled code is kept in the folder of a node
 * that exists; a command that makes none leaves nothing.
 */
export function commandFiles(layout: Layout, nodePath: string): OwnedFile[] {
  const head = `#!/bin/sh
self=$(command -p readlink -f -- "$0") || exit 1
prefix=\${self%/bin/*}
unset NODE_OPTIONS NODE_PATH
`;
  const node = `"$prefix/current/${nodePath}"`;
  return [
    {
      path: layout.command,
      content: `${head}: "\${ORED_DATA_DIR:=$prefix/data}"
export ORED_DATA_DIR
if [ -d "$ORED_DATA_DIR/run" ]; then export NODE_COMPILE_CACHE="$ORED_DATA_DIR/run/compiled"; fi
export ${Object.entries(NODE_ENV)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}
umask 077
exec ${node} ${NODE_FLAGS.join(' ')} "$prefix/current/node/main.ts" "$@"
`,
      mode: 0o700,
    },
    {
      path: layout.superviseCommand,
      content: `${head}PATH=/usr/local/bin:/usr/bin:/bin
export PATH
umask 077
exec ${node} "$prefix/current/installer/supervise.ts" --data "$prefix/data" --detach
`,
      mode: 0o700,
    },
  ];
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
