// SQL of the last finished export: one row, replaced by the next one.
// Whether its folder still holds what it held is not known here; service.ts looks.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { FinishedExport } from './model.ts';

interface Schema {
  portability_export: {
    id: number;
    folder: string;
    manifest_sha256: string;
    files: number;
    bytes: number;
    finished_at: number;
  };
}

export async function putExport(tx: Tx, done: FinishedExport): Promise<void> {
  const { folder, manifestSha256: manifest_sha256, files, bytes, finishedAt: finished_at } = done;
  const row = { folder, manifest_sha256, files, bytes, finished_at };
  await tables<Schema>(tx)
    .insertInto('portability_export')
    .values({ id: 1, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function findExport(reader: Reader): Promise<FinishedExport | undefined> {
  const row = await tables<Schema>(reader).selectFrom('portability_export').selectAll().executeTakeFirst();
  if (row === undefined) return undefined;
  const { folder, manifest_sha256, files, bytes, finished_at } = row;
  return { folder, manifestSha256: manifest_sha256, files, bytes, finishedAt: finished_at };
}
