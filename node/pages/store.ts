// SQL of the owner's choices for public pages.
// One row, or none yet.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { startingSettings, type PageSettings } from './model.ts';

interface Schema {
  pages_setting: { id: number; shown: number; indexed: number };
}

export async function readSettings(reader: Reader): Promise<PageSettings> {
  const row = await tables<Schema>(reader)
    .selectFrom('pages_setting')
    .selectAll()
    .where('id', '=', 1)
    .executeTakeFirst();
  return row === undefined ? startingSettings : { shown: row.shown === 1, indexed: row.indexed === 1 };
}

export async function writeSettings(tx: Tx, { shown, indexed }: PageSettings): Promise<void> {
  const row = { id: 1, shown: shown ? 1 : 0, indexed: indexed ? 1 : 0 };
  await tables<Schema>(tx)
    .insertInto('pages_setting')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}
