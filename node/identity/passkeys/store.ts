// SQL of passkeys: public keys and their counters, never anything that signs.
// An id is the authenticator's own; it is unique over all.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { z } from 'zod';
import type { Passkey } from './model.ts';

interface PasskeyRow {
  credential_id: string;
  account_id: string;
  rp_id: string;
  public_key: Buffer;
  counter: number;
  transports: string;
  backed_up: number;
  name: string;
  created_at: number;
  used_at: number | null;
}
interface PasskeyTables {
  identity_passkey: PasskeyRow;
}

export async function listPasskeys(reader: Reader): Promise<Passkey[]> {
  const rows = await tables<PasskeyTables>(reader)
    .selectFrom('identity_passkey')
    .selectAll()
    .orderBy('created_at')
    .execute();
  return rows.map(fromRow);
}

export async function findPasskey(reader: Reader, id: string): Promise<Passkey | undefined> {
  const row = await tables<PasskeyTables>(reader)
    .selectFrom('identity_passkey')
    .selectAll()
    .where('credential_id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

export async function insertPasskey(tx: Tx, accountId: string, passkey: Passkey): Promise<void> {
  await tables<PasskeyTables>(tx)
    .insertInto('identity_passkey')
    .values({
      credential_id: passkey.id,
      account_id: accountId,
      rp_id: passkey.rpId,
      public_key: Buffer.from(passkey.publicKey),
      counter: passkey.counter,
      transports: JSON.stringify(passkey.transports),
      backed_up: passkey.backedUp ? 1 : 0,
      name: passkey.name,
      created_at: passkey.createdAt,
      used_at: null,
    })
    .execute();
}

export async function updatePasskey(
  tx: Tx,
  id: string,
  change: { readonly name?: string; readonly counter?: number; readonly used_at?: number },
): Promise<void> {
  await tables<PasskeyTables>(tx)
    .updateTable('identity_passkey')
    .set(change)
    .where('credential_id', '=', id)
    .execute();
}

export async function deletePasskey(tx: Tx, id: string): Promise<void> {
  await tables<PasskeyTables>(tx).deleteFrom('identity_passkey').where('credential_id', '=', id).execute();
}

function fromRow(row: PasskeyRow): Passkey {
  return {
    id: row.credential_id,
    rpId: row.rp_id,
    publicKey: new Uint8Array(row.public_key),
    counter: row.counter,
    transports: z.array(z.string()).parse(JSON.parse(row.transports)),
    backedUp: row.backed_up === 1,
    name: row.name,
    createdAt: row.created_at,
    usedAt: row.used_at,
  };
}
