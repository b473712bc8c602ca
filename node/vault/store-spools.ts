// SQL of files that arrive in parts.
// The key stands here as the keys of other files stand with whoever refers to them.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';

export interface SpoolRow {
  id: string;
  size: number;
  file: string;
  key: Buffer;
  /** Whole pieces in the file. */
  pieces: number;
  /** What came after them. */
  tail: Buffer;
  used_at: number;
}
interface SpoolTables {
  vault_spool: SpoolRow;
}
const db = (handle: Reader) => tables<SpoolTables>(handle);

export async function insertSpool(tx: Tx, row: SpoolRow): Promise<void> {
  await db(tx).insertInto('vault_spool').values(row).execute();
}

export function findSpool(reader: Reader, id: string): Promise<SpoolRow | undefined> {
  return db(reader).selectFrom('vault_spool').selectAll().where('id', '=', id).executeTakeFirst();
}

export function allSpools(reader: Reader): Promise<{ file: string; size: number }[]> {
  return db(reader).selectFrom('vault_spool').select(['file', 'size']).execute();
}

export async function moveSpool(
  tx: Tx,
  id: string,
  state: Pick<SpoolRow, 'pieces' | 'tail' | 'used_at'>,
): Promise<void> {
  await db(tx).updateTable('vault_spool').set(state).where('id', '=', id).execute();
}

export async function touchSpool(tx: Tx, id: string, now: number): Promise<void> {
  await db(tx).updateTable('vault_spool').set({ used_at: now }).where('id', '=', id).execute();
}

export async function deleteSpool(tx: Tx, id: string): Promise<boolean> {
  const result = await db(tx).deleteFrom('vault_spool').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export function staleSpools(reader: Reader, before: number, limit: number): Promise<{ id: string }[]> {
  return db(reader)
    .selectFrom('vault_spool')
    .select('id')
    .where('used_at', '<', before)
    .limit(limit)
    .execute();
}
