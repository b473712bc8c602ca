// SQL of the node's own identity. Accounts and sessions: sessions/store.ts.
// Private keys are not here: they are secrets of the vault.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { RecoveryState } from './model.ts';

export interface SelfRow {
  one: 1;
  node_id: string;
  did: string;
  log: string;
  username: string;
  display_name: string;
  language: 'en' | 'fr';
  generation: number;
  recovery: RecoveryState;
  kit_positions: string | null;
  record: string | null;
  created_at: number;
}
interface IdentityTables {
  identity_self: SelfRow;
  identity_sealing_key: { public_key: string; created_at: number };
}

export function findSelf(reader: Reader): Promise<SelfRow | undefined> {
  return tables<IdentityTables>(reader).selectFrom('identity_self').selectAll().executeTakeFirst();
}

export async function insertSelf(tx: Tx, row: SelfRow): Promise<void> {
  await tables<IdentityTables>(tx).insertInto('identity_self').values(row).execute();
}

export async function updateSelf(tx: Tx, change: Partial<Omit<SelfRow, 'one' | 'node_id'>>): Promise<void> {
  await tables<IdentityTables>(tx).updateTable('identity_self').set(change).execute();
}

export async function insertSealingKey(tx: Tx, publicKey: string, createdAt: number): Promise<void> {
  await tables<IdentityTables>(tx)
    .insertInto('identity_sealing_key')
    .values({ public_key: publicKey, created_at: createdAt })
    .execute();
}

/** Public keys as base64url, the newest first. */
export async function listSealingKeys(reader: Reader): Promise<string[]> {
  const rows = await tables<IdentityTables>(reader)
    .selectFrom('identity_sealing_key')
    .select('public_key')
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map((row) => row.public_key);
}
