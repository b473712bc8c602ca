// SQL of invitations. A use is counted in the transaction of the request that spends it, and only while it is good.
// Decides nothing else.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { sql } from 'kysely';
import type { Invite } from './model.ts';

interface InviteRow {
  id: string;
  digest: string;
  note: string;
  accept: number;
  uses_max: number;
  uses: number;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
}
interface InviteTables {
  people_invite: InviteRow;
}
const db = (handle: Reader) => tables<InviteTables>(handle);

export async function insertInvite(tx: Tx, invite: Invite): Promise<void> {
  const { accept, usesMax, createdAt, expiresAt, revokedAt, ...rest } = invite;
  await db(tx)
    .insertInto('people_invite')
    .values({
      ...rest,
      accept: accept ? 1 : 0,
      uses_max: usesMax,
      created_at: createdAt,
      expires_at: expiresAt,
      revoked_at: revokedAt,
    })
    .execute();
}

/** All invitations, newest first (ids grow with time). */
export async function listInvites(reader: Reader): Promise<Invite[]> {
  const rows = await db(reader).selectFrom('people_invite').selectAll().orderBy('id', 'desc').execute();
  return rows.map(toInvite);
}

export async function findByDigest(reader: Reader, digest: string): Promise<Invite | undefined> {
  const row = await db(reader)
    .selectFrom('people_invite')
    .selectAll()
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row === undefined ? undefined : toInvite(row);
}

/** Counts one use if the invitation is good now; otherwise undefined. */
export async function spend(tx: Tx, digest: string, now: number): Promise<Invite | undefined> {
  const { rows } = await sql<InviteRow>`UPDATE people_invite SET uses = uses + 1
    WHERE digest = ${digest} AND revoked_at IS NULL AND uses < uses_max AND expires_at > ${now}
    RETURNING *`.execute(db(tx));
  return rows[0] === undefined ? undefined : toInvite(rows[0]);
}

/** Returns whether there was one to take back. */
export async function revoke(tx: Tx, id: string, now: number): Promise<boolean> {
  const result = await db(tx)
    .updateTable('people_invite')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function removeInvites(tx: Tx, ids: readonly string[]): Promise<void> {
  await db(tx)
    .deleteFrom('people_invite')
    .where('id', 'in', [...ids])
    .execute();
}

function toInvite(row: InviteRow): Invite {
  const { id, digest, note, uses } = row;
  return {
    id,
    digest,
    note,
    uses,
    accept: row.accept === 1,
    usesMax: row.uses_max,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
