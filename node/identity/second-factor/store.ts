// SQL of the second factor: since when it is on, the last step used, and hashes of the recovery codes.
// The secret itself is in the vault.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';

interface FactorRow {
  account_id: string;
  confirmed_at: number;
  last_step: number;
}
interface FactorTables {
  identity_second_factor: FactorRow;
  identity_recovery_code: { hash: Buffer; account_id: string; used_at: number | null };
}

/** Issue A knows one account, the owner's. */
export function findFactor(reader: Reader): Promise<FactorRow | undefined> {
  return tables<FactorTables>(reader).selectFrom('identity_second_factor').selectAll().executeTakeFirst();
}

export async function insertFactor(tx: Tx, row: FactorRow): Promise<void> {
  await tables<FactorTables>(tx).insertInto('identity_second_factor').values(row).execute();
}

/** Whether `step` is newer than every step that was used; from then on it is the newest. */
export async function takeStep(tx: Tx, step: number): Promise<boolean> {
  const { numUpdatedRows } = await tables<FactorTables>(tx)
    .updateTable('identity_second_factor')
    .set({ last_step: step })
    .where('last_step', '<', step)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function replaceRecoveryCodes(
  tx: Tx,
  accountId: string,
  hashes: readonly Uint8Array[],
): Promise<void> {
  const db = tables<FactorTables>(tx);
  await db.deleteFrom('identity_recovery_code').where('account_id', '=', accountId).execute();
  await db
    .insertInto('identity_recovery_code')
    .values(hashes.map((hash) => ({ hash: Buffer.from(hash), account_id: accountId, used_at: null })))
    .execute();
}

/** Whether an unused recovery code has this hash; from then on it is used. */
export async function takeRecoveryCode(tx: Tx, hash: Uint8Array, usedAt: number): Promise<boolean> {
  const { numUpdatedRows } = await tables<FactorTables>(tx)
    .updateTable('identity_recovery_code')
    .set({ used_at: usedAt })
    .where('hash', '=', Buffer.from(hash))
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function countRecoveryCodes(reader: Reader): Promise<number> {
  const { left } = await tables<FactorTables>(reader)
    .selectFrom('identity_recovery_code')
    .select(({ fn }) => fn.countAll<number>().as('left'))
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return left;
}

export async function deleteFactor(tx: Tx): Promise<void> {
  const db = tables<FactorTables>(tx);
  await db.deleteFrom('identity_second_factor').execute();
  await db.deleteFrom('identity_recovery_code').execute();
}
