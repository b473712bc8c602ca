// Tidy rules about areas: their files, THE LIST in node/features.ts, their order, tables and migrations.
// An area is a folder under node/ other than kernel and edge.
import { createHash } from 'node:crypto';
import type { Rule, Tree } from './tree.ts';

const REQUIRED_AREA_FILES = ['index.ts', 'model.ts', 'service.ts', 'README.md'];
const FEATURES = 'node/features.ts';
const MIGRATIONS_RECORD = 'test/arch/migrations.json';
// What may stand before the first `_` of a table in registry/migrations: the registry's own modules.
const REGISTRY_TABLE_OWNERS = ['registry', 'directory', 'relay', 'auth', 'log'];

/** Names of the area folders, sorted. */
export function areaNames(tree: Tree): string[] {
  const names = tree.paths
    .map((path) => /^node\/([^/]+)\//.exec(path)?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(names)].filter((name) => name !== 'kernel' && name !== 'edge').toSorted();
}

/** Names in THE LIST, in start order. */
export function listedAreas(tree: Tree): string[] {
  if (!tree.has(FEATURES)) return [];
  return [...tree.read(FEATURES).matchAll(/\barea\(\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

/** Paths of the migrations that the record covers: the files of every migrations/ folder. */
export function migrationPaths(tree: Tree): string[] {
  return tree.paths.filter((path) => /^(node|registry)\/(.*\/)?migrations\/.*\.(ts|sql)$/.test(path));
}

export const migrationHash = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface MigrationsRecord {
  readonly frozen: boolean;
  readonly sha256ByPath: Readonly<Record<string, string>>;
}

export function readMigrationsRecord(tree: Tree): MigrationsRecord {
  return JSON.parse(tree.read(MIGRATIONS_RECORD)) as MigrationsRecord;
}

const areaHasItsFiles: Rule = (tree) =>
  areaNames(tree).flatMap((area) =>
    REQUIRED_AREA_FILES.map((file) => `node/${area}/${file}`)
      .filter((path) => !tree.has(path))
      .map((path) => `${path}: every area has one`),
  );

const areaIsListedOnce: Rule = (tree) => {
  const listed = listedAreas(tree);
  const folders = areaNames(tree);
  return [
    ...folders
      .filter((area) => !listed.includes(area))
      .map((area) => `${FEATURES}: area ${area} is not listed`),
    ...listed
      .filter((area, at) => listed.indexOf(area) !== at)
      .map((area) => `${FEATURES}: ${area} is listed twice`),
    ...listed.filter((area) => !folders.includes(area)).map((area) => `${FEATURES}: ${area} has no folder`),
  ];
};

const areaNeedsPointUpTheList: Rule = (tree) => {
  const order = listedAreas(tree);
  return tree.paths.filter(isAreaSource).flatMap((path) => {
    const own = path.split('/')[1] ?? '';
    if (!order.includes(own)) return [];
    return importedAreas(tree.read(path))
      .filter((other) => order.indexOf(other) > order.indexOf(own))
      .map((other) => `${path}: ${own} starts before ${other}, so it cannot need it`);
  });
};

const isAreaSource = (path: string): boolean => /^node\/(?!kernel\/|edge\/)[^/]+\/.*\.ts$/.test(path);

function importedAreas(text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(?:#node\/|(?:\.\.\/)+)([a-z][a-z-]*)\/index\.ts'/g);
  return [...found].map((match) => match[1] ?? '');
}

const tableCarriesItsArea: Rule = (tree) =>
  tree.paths.filter(mayDefineTables).flatMap((path) => {
    const [program = '', folder = ''] = path.split('/');
    const owners = program === 'registry' ? REGISTRY_TABLE_OWNERS : [folder.replaceAll('-', '_')];
    return tablesIn(tree.read(path))
      .filter((table) => !owners.some((owner) => table.startsWith(`${owner}_`)))
      .map((table) => `${path}: table ${table} is not named ${owners.join('|')}_noun`);
  });

const mayDefineTables = (path: string): boolean =>
  /^node\/(?!edge\/)[^/]+\/.*\.ts$|^registry\/.*\.ts$/.test(path);

function tablesIn(text: string): string[] {
  const sql =
    /\b(?:CREATE\s+(?:VIRTUAL\s+)?TABLE(?:\s+IF\s+NOT\s+EXISTS)?|ALTER\s+TABLE)\s+["'`]?([a-z_0-9]+)/g;
  const builder = /\.(?:createTable|alterTable|dropTable)\(\s*['"`]([^'"`]+)/g;
  return [...text.matchAll(sql), ...text.matchAll(builder)].map((match) => match[1] ?? '');
}

const mergedMigrationIsUnchanged: Rule = (tree) => {
  const { frozen, sha256ByPath } = readMigrationsRecord(tree);
  if (!frozen) return [];
  const present = migrationPaths(tree);
  return [
    ...present
      .filter((path) => sha256ByPath[path] === undefined)
      .map((path) => `${path}: not recorded; run npm run -s migrations:record`),
    ...Object.entries(sha256ByPath)
      .filter(([path, hash]) => !tree.has(path) || migrationHash(tree.read(path)) !== hash)
      .map(([path]) => `${path}: a merged migration never changes; add a new one`),
  ];
};

export const areaRules: Readonly<Record<string, Rule>> = {
  'area-has-its-files': areaHasItsFiles,
  'area-is-listed-once': areaIsListedOnce,
  'area-needs-point-up-the-list': areaNeedsPointUpTheList,
  'table-carries-its-area': tableCarriesItsArea,
  'merged-migration-is-unchanged': mergedMigrationIsUnchanged,
};
