// SQL of the vault.
// No key and no plaintext passes here.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { sql } from 'kysely';
import type { BlobInfo, BlobKind } from './model.ts';

interface SecretRow {
  name: string;
  nonce: Buffer;
  ciphertext: Buffer;
}
export interface BlobRow {
  cid: string;
  file: string;
  kind: BlobKind;
  size: number;
  stored_size: number;
  created_at: number;
  used_at: number;
  staged_until: number | null;
}
interface VaultTables {
  vault_secret: SecretRow;
  vault_blob: BlobRow;
}

export async function putSecret(tx: Tx, row: SecretRow): Promise<void> {
  await tables<VaultTables>(tx)
    .insertInto('vault_secret')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ nonce: row.nonce, ciphertext: row.ciphertext }),
    )
    .execute();
}

export function findSecret(reader: Reader, name: string): Promise<SecretRow | undefined> {
  return tables<VaultTables>(reader)
    .selectFrom('vault_secret')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
}

export async function removeSecret(tx: Tx, name: string): Promise<void> {
  await tables<VaultTables>(tx).deleteFrom('vault_secret').where('name', '=', name).execute();
}

export async function insertBlob(tx: Tx, row: BlobRow): Promise<boolean> {
  const result = await tables<VaultTables>(tx)
    .insertInto('vault_blob')
    .values(row)
    .onConflict((conflict) => conflict.column('cid').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function findBlob(reader: Reader, cid: string): Promise<BlobRow | undefined> {
  return tables<VaultTables>(reader)
    .selectFrom('vault_blob')
    .selectAll()
    .where('cid', '=', cid)
    .executeTakeFirst();
}

export async function deleteBlob(tx: Tx, cid: string): Promise<void> {
  await tables<VaultTables>(tx).deleteFrom('vault_blob').where('cid', '=', cid).execute();
}

export async function keepBlob(tx: Tx, cid: string): Promise<boolean> {
  const result = await tables<VaultTables>(tx)
    .updateTable('vault_blob')
    .set({ staged_until: null, kind: 'media' })
    .where('cid', '=', cid)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Ciphertext bytes by kind. */
export async function usageByKind(reader: Reader): Promise<Record<BlobKind, number>> {
  const rows = await tables<VaultTables>(reader)
    .selectFrom('vault_blob')
    .select(['kind', (eb) => eb.fn.sum<number>('stored_size').as('bytes')])
    .groupBy('kind')
    .execute();
  const usage = { media: 0, cache: 0 };
  for (const row of rows) usage[row.kind] = row.bytes;
  return usage;
}

/** The files among `files` that have a row. */
export async function knownFiles(reader: Reader, files: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ file: string }>`
    SELECT file FROM vault_blob WHERE file IN (SELECT value FROM json_each(${JSON.stringify(files)}))`.execute(
    tables<VaultTables>(reader),
  );
  return new Set(rows.map(({ file }) => file));
}

export function staleStaged(reader: Reader, now: number, limit: number): Promise<BlobRow[]> {
  return tables<VaultTables>(reader)
    .selectFrom('vault_blob')
    .selectAll()
    .where('staged_until', '<', now)
    .orderBy('staged_until')
    .limit(limit)
    .execute();
}

export function leastRecentlyUsed(reader: Reader, kind: BlobKind, limit: number): Promise<BlobRow[]> {
  return tables<VaultTables>(reader)
    .selectFrom('vault_blob')
    .selectAll()
    .where('kind', '=', kind)
    .where('staged_until', 'is', null)
    .orderBy('used_at')
    .limit(limit)
    .execute();
}

/** Moves times of use forward. */
export async function touchBlobs(tx: Tx, usedAtByCid: ReadonlyMap<string, number>): Promise<void> {
  const uses = JSON.stringify([...usedAtByCid].map(([cid, at]) => ({ cid, at })));
  await sql`UPDATE vault_blob SET used_at = max(used_at, uses.at)
    FROM (SELECT value ->> 'cid' AS cid, value ->> 'at' AS at FROM json_each(${uses})) AS uses
    WHERE vault_blob.cid = uses.cid`.execute(tables<VaultTables>(tx));
}

export function toBlobInfo(row: BlobRow): BlobInfo {
  return {
    cid: row.cid,
    kind: row.kind,
    size: row.size,
    storedSize: row.stored_size,
    createdAt: row.created_at,
  };
}
