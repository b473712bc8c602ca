// `npm run migrations:record`: writes the hash of every migration to test/arch/migrations.json.
// Once the record is frozen it only ever adds: a merged migration that changed is left for the tidy test to refuse.
import { writeFileSync } from 'node:fs';
import { migrationHash, migrationPaths, readMigrationsRecord } from './tidy-areas.ts';
import { treeAt } from './tree.ts';

const tree = treeAt(process.cwd());
const record = readMigrationsRecord(tree);
const current = Object.fromEntries(
  migrationPaths(tree).map((path) => [path, migrationHash(tree.read(path))]),
);
const sha256ByPath = record.frozen ? { ...current, ...record.sha256ByPath } : current;
writeFileSync(
  'test/arch/migrations.json',
  `${JSON.stringify({ frozen: record.frozen, sha256ByPath }, null, 2)}\n`,
);
console.log(`${Object.keys(sha256ByPath).length} migrations recorded${record.frozen ? ' (frozen)' : ''}`);
