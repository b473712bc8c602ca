// SQL of accounts, sessions and refresh tokens.
// Refresh tokens are only ever seen here as SHA-256 hashes, passphrases as argon2id.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { Session } from './model.ts';

export interface AccountRow {
  account_id: string;
  role: 'owner';
  passphrase: string | null;
  created_at: number;
  claimed_at: number | null;
}
interface SessionRow {
  session_id: string;
  account_id: string;
  name: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
}
interface RefreshRow {
  hash: Buffer;
  session_id: string;
  issued_at: number;
  used_at: number | null;
}
interface SessionTables {
  identity_account: AccountRow;
  identity_session: SessionRow;
  identity_refresh: RefreshRow;
}

export async function insertAccount(
  tx: Tx,
  account: Pick<AccountRow, 'account_id' | 'role' | 'created_at'>,
): Promise<void> {
  await tables<SessionTables>(tx)
    .insertInto('identity_account')
    .values({ ...account, passphrase: null, claimed_at: null })
    .execute();
}

/** Issue A knows one account, the owner's. */
export function findOwner(reader: Reader): Promise<AccountRow | undefined> {
  return tables<SessionTables>(reader)
    .selectFrom('identity_account')
    .selectAll()
    .where('role', '=', 'owner')
    .executeTakeFirst();
}

export async function updateAccount(
  tx: Tx,
  accountId: string,
  change: { readonly passphrase?: string; readonly claimed_at?: number },
): Promise<void> {
  await tables<SessionTables>(tx)
    .updateTable('identity_account')
    .set(change)
    .where('account_id', '=', accountId)
    .execute();
}

export async function insertSession(tx: Tx, session: Session): Promise<void> {
  await tables<SessionTables>(tx)
    .insertInto('identity_session')
    .values({
      session_id: session.sessionId,
      account_id: session.accountId,
      name: session.name,
      created_at: session.createdAt,
      seen_at: session.seenAt,
      expires_at: session.expiresAt,
    })
    .execute();
}

export async function listSessions(reader: Reader): Promise<Session[]> {
  const rows = await tables<SessionTables>(reader)
    .selectFrom('identity_session')
    .selectAll()
    .orderBy('seen_at', 'desc')
    .execute();
  return rows.map((row) => ({
    sessionId: row.session_id,
    accountId: row.account_id,
    name: row.name,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
  }));
}

export async function renewSession(
  tx: Tx,
  sessionId: string,
  times: { readonly seen_at: number; readonly expires_at: number },
): Promise<void> {
  await tables<SessionTables>(tx)
    .updateTable('identity_session')
    .set(times)
    .where('session_id', '=', sessionId)
    .execute();
}

export async function renameSession(tx: Tx, sessionId: string, name: string): Promise<void> {
  await tables<SessionTables>(tx)
    .updateTable('identity_session')
    .set({ name })
    .where('session_id', '=', sessionId)
    .execute();
}

/** Only ever moves forward: a renewal may have been written in between. */
export async function markSeen(tx: Tx, sessionId: string, seenAt: number): Promise<void> {
  await tables<SessionTables>(tx)
    .updateTable('identity_session')
    .set({ seen_at: seenAt })
    .where('session_id', '=', sessionId)
    .where('seen_at', '<', seenAt)
    .execute();
}

/** Removes a session with all its refresh tokens: a copy of any of them is worth nothing then. */
export async function deleteSession(tx: Tx, sessionId: string): Promise<void> {
  const db = tables<SessionTables>(tx);
  await db.deleteFrom('identity_refresh').where('session_id', '=', sessionId).execute();
  await db.deleteFrom('identity_session').where('session_id', '=', sessionId).execute();
}

export async function insertRefresh(
  tx: Tx,
  row: { readonly hash: Uint8Array; readonly session_id: string; readonly issued_at: number },
): Promise<void> {
  await tables<SessionTables>(tx)
    .insertInto('identity_refresh')
    .values({ ...row, hash: Buffer.from(row.hash), used_at: null })
    .execute();
}

export function findRefresh(reader: Reader, hash: Uint8Array): Promise<RefreshRow | undefined> {
  return tables<SessionTables>(reader)
    .selectFrom('identity_refresh')
    .selectAll()
    .where('hash', '=', Buffer.from(hash))
    .executeTakeFirst();
}

export async function markRefreshUsed(tx: Tx, hash: Uint8Array, usedAt: number): Promise<void> {
  await tables<SessionTables>(tx)
    .updateTable('identity_refresh')
    .set({ used_at: usedAt })
    .where('hash', '=', Buffer.from(hash))
    .execute();
}

/** Used tokens older than `before`: their reuse is then merely unknown, which is refused too. */
export async function forgetUsedRefresh(tx: Tx, before: number): Promise<void> {
  await tables<SessionTables>(tx).deleteFrom('identity_refresh').where('used_at', '<', before).execute();
}
