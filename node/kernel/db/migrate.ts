// Brings the schema up to date at start: each migration in a transaction of its own, in the order of the areas.
// Forward only. A database written by newer code is refused before anything is changed.
import { AppError } from '#protocol/errors.ts';
import { sql, type Kysely } from 'kysely';
import { tables, type Database, type Tx } from './database.ts';

/** One step, immutable once merged. `name` sorts within its area: `0001-init`. */
export interface Migration {
  readonly name: string;
  up(db: Kysely<unknown>): Promise<void>;
}

export interface AreaMigrations {
  readonly area: string;
  readonly migrations: readonly Migration[];
}

interface MigrationTable {
  kernel_migration: { area: string; name: string; applied_at: string };
}

/**
 * Applies what is missing and returns it as `area/name`.
 * @throws db/newer-schema when the database has migrations that this code does not know
 */
export async function migrate(
  database: Database,
  areas: readonly AreaMigrations[],
  appliedAt: string,
): Promise<string[]> {
  const done = await appliedMigrations(database);
  refuseNewerSchema(done, areas);
  const applied: string[] = [];
  for (const { area, migrations } of areas) {
    for (const migration of migrations) {
      if (done.has(`${area}/${migration.name}`)) continue;
      await database.write(async (tx) => {
        await migration.up(tables<unknown>(tx));
        await remember(tx, { area, name: migration.name, applied_at: appliedAt });
      });
      applied.push(`${area}/${migration.name}`);
    }
  }
  return applied;
}

async function appliedMigrations(database: Database): Promise<Set<string>> {
  await database.write(async (tx) => {
    await sql`CREATE TABLE IF NOT EXISTS kernel_migration (
      area TEXT NOT NULL, name TEXT NOT NULL, applied_at TEXT NOT NULL, PRIMARY KEY (area, name)
    )`.execute(tables<MigrationTable>(tx));
  });
  const rows = await tables<MigrationTable>(database.read)
    .selectFrom('kernel_migration')
    .selectAll()
    .execute();
  return new Set(rows.map((row) => `${row.area}/${row.name}`));
}

function refuseNewerSchema(done: ReadonlySet<string>, areas: readonly AreaMigrations[]): void {
  const known = new Set(
    areas.flatMap(({ area, migrations }) => migrations.map(({ name }) => `${area}/${name}`)),
  );
  const unknown = [...done].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new AppError({
    category: 'unavailable',
    code: 'db/newer-schema',
    safe: {
      en: `This data was written by a newer version of O-Red (${unknown.join(', ')}). Nothing was changed. Start the newer version again, or restore the backup made before the update.`,
      fr: `Ces données viennent d'une version plus récente d'O-Red (${unknown.join(', ')}). Rien n'a été modifié. Relancez la version récente, ou restaurez la sauvegarde faite avant la mise à jour.`,
    },
  });
}

async function remember(tx: Tx, row: MigrationTable['kernel_migration']): Promise<void> {
  await tables<MigrationTable>(tx).insertInto('kernel_migration').values(row).execute();
}
