// `--offline-modules DIR`: copies the locked production libraries from a node_modules that was installed elsewhere.
// Refuses when one is missing or has another version than the lock says. Contents are taken on trust: they come
// from the person's own disk. Runs before the release has libraries, so it uses none.
import { cpSync, existsSync, mkdirSync, readFileSync, constants } from 'node:fs';
import { dirname, join, relative } from 'node:path';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/** Paths (`node_modules/...`) of the packages that a release needs on this platform. */
export function packagesNeeded(
  lock: { readonly packages: Readonly<Record<string, LockedPackage>> },
  platform: { readonly os: string; readonly cpu: string },
): { path: string; version: string; optional: boolean }[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) => {
    if (path === '' || entry.dev === true || entry.devOptional === true || entry.version === undefined)
      return [];
    const fits =
      (entry.os?.includes(platform.os) ?? true) &&
      (entry.cpu?.includes(platform.cpu) ?? true) &&
      (entry.libc?.includes('glibc') ?? true);
    return fits ? [{ path, version: entry.version, optional: entry.optional === true }] : [];
  });
}

/** Copies from `source` (a node_modules folder) into `release`/node_modules; returns what is missing or differs. */
export function copyModules(source: string, release: string): string[] {
  const lock = JSON.parse(readFileSync(join(release, 'package-lock.json'), 'utf8')) as Parameters<
    typeof packagesNeeded
  >[0];
  const needed = packagesNeeded(lock, { os: process.platform, cpu: process.arch });
  const present = needed.filter(({ path }) => existsSync(join(source, below(path), 'package.json')));
  const wrong = needed.flatMap(({ path, version, optional }) => {
    const found = versionAt(join(source, below(path)));
    if (found === version || (found === null && optional)) return [];
    return [`${below(path)} ${version} (${found ?? '-'})`];
  });
  if (wrong.length > 0) return wrong;
  for (const { path } of present) {
    const from = join(source, below(path));
    const to = join(release, path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      // A nested package is in the lock under its own path, if it is needed at all.
      filter: (file) => !relative(from, file).split('/').includes('node_modules'),
    });
  }
  return [];
}

function below(path: string): string {
  return relative('node_modules', path);
}

function versionAt(folder: string): string | null {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return null;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version ?? null;
}

if (import.meta.main) {
  const [source = '', release = '', language] = process.argv.slice(2);
  const wrong = copyModules(source, release);
  if (wrong.length > 0) {
    const list = wrong.map((line) => `  ${line}`).join('\n');
    process.stderr.write(
      language === 'fr'
        ? `${source} ne contient pas les bibliothèques de cette version (entre parenthèses, ce qui s'y trouve). Rien n'a été installé.\n${list}\n`
        : `${source} does not hold the libraries of this version (in brackets, what is there). Nothing was installed.\n${list}\n`,
    );
    process.exitCode = 1;
  }
}
