// SQL of reactions, and of the work that waits for a whole author: filling in and cleaning up.
// Decides nothing: it keeps what the exchange and the service have judged.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { NodeId, Uri } from '#protocol';
import type { Visibility } from '#protocol/messages';
import { sql, type SqlBool } from 'kysely';

interface ReactionRow {
  author: string;
  id: string;
  parent: string;
  value: string;
  created_at: number;
  verified: number;
  object: string;
}
interface ExtraTables {
  posts_version: OldVersion & { uri: string };
  posts_reaction: ReactionRow;
  posts_backfill: { node_id: string; due_at: number; attempts: number };
  posts_cleanup: { node_id: string; scope: string };
  posts_brought: { id: string; given: number };
}
const db = (handle: Reader) => tables<ExtraTables>(handle);

export interface Reaction {
  readonly author: NodeId;
  readonly id: string;
  readonly parent: Uri;
  readonly value: string;
  readonly createdAt: number;
  readonly verified: boolean;
  readonly object: string;
}

/** One reaction for each author and post: a new one takes the place of the old. */
export async function putReaction(tx: Tx, reaction: Reaction): Promise<void> {
  const { createdAt, verified, ...rest } = reaction;
  await db(tx)
    .deleteFrom('posts_reaction')
    .where('parent', '=', reaction.parent)
    .where('author', '=', reaction.author)
    .execute();
  await db(tx)
    .insertInto('posts_reaction')
    .values({ ...rest, created_at: createdAt, verified: verified ? 1 : 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Removes a reaction; gives back what it was to, if it was there. */
export async function removeReaction(tx: Tx, key: { author: NodeId; id: string }): Promise<Uri | undefined> {
  const row = await db(tx)
    .deleteFrom('posts_reaction')
    .where('author', '=', key.author)
    .where('id', '=', key.id)
    .returning('parent')
    .executeTakeFirst();
  return row?.parent as Uri | undefined;
}

export async function removeReactionsTo(tx: Tx, parent: Uri): Promise<void> {
  await db(tx).deleteFrom('posts_reaction').where('parent', '=', parent).execute();
}

export async function removeReactionsBy(tx: Tx, author: NodeId): Promise<void> {
  await db(tx).deleteFrom('posts_reaction').where('author', '=', author).execute();
}

export async function findReaction(
  reader: Reader,
  parent: Uri,
  author: NodeId,
): Promise<Reaction | undefined> {
  const row = await db(reader)
    .selectFrom('posts_reaction')
    .selectAll()
    .where('parent', '=', parent)
    .where('author', '=', author)
    .executeTakeFirst();
  return row === undefined ? undefined : toReaction(row);
}

export async function reactionsTo(reader: Reader, parent: Uri, limit: number): Promise<Reaction[]> {
  const rows = await db(reader)
    .selectFrom('posts_reaction')
    .selectAll()
    .where('parent', '=', parent)
    .where('verified', '=', 1)
    .limit(limit)
    .execute();
  return rows.map(toReaction);
}

/** Reactions to these posts by emoji, the most frequent first; `mine`: among them is the one of `self`. */
export async function countReactionsTo(
  reader: Reader,
  parents: readonly Uri[],
  self: NodeId,
): Promise<{ parent: Uri; value: string; count: number; mine: boolean }[]> {
  const { rows } = await sql<{
    parent: Uri;
    value: string;
    count: number;
    mine: number;
  }>`SELECT r.parent, r.value,
      count(*) AS count, max(r.author = ${self}) AS mine
    FROM json_each(${JSON.stringify(parents)}) AS wanted CROSS JOIN posts_reaction AS r ON r.parent = wanted.value
    WHERE r.verified = 1 GROUP BY r.parent, r.value ORDER BY count DESC, min(r.created_at)`.execute(
    db(reader),
  );
  return rows.map((row) => ({ ...row, mine: row.mine === 1 }));
}

export interface OldVersion {
  readonly version: number;
  readonly text: string;
  readonly warning: string | null;
  /** How many files it had. */
  readonly media: number;
  readonly visibility: Visibility;
  /** When this version was written. */
  readonly at: number;
}

/** Keeps what an own post said before an edit; of many versions the newest `keep`. */
export async function putVersion(tx: Tx, uri: Uri, old: OldVersion, keep: number): Promise<void> {
  await db(tx)
    .insertInto('posts_version')
    .values({ uri, ...old })
    .execute();
  await db(tx)
    .deleteFrom('posts_version')
    .where('uri', '=', uri)
    .where('version', '<=', old.version - keep)
    .execute();
}

/** Earlier versions, newest first. */
export async function versionsOf(reader: Reader, uri: Uri): Promise<OldVersion[]> {
  const rows = await db(reader)
    .selectFrom('posts_version')
    .selectAll()
    .where('uri', '=', uri)
    .orderBy('version', 'desc')
    .execute();
  return rows.map(({ uri: _uri, ...old }) => old);
}

export async function removeVersions(tx: Tx, uri: Uri): Promise<void> {
  await db(tx).deleteFrom('posts_version').where('uri', '=', uri).execute();
}

export async function unverifiedReactions(reader: Reader, limit: number): Promise<Reaction[]> {
  const rows = await db(reader)
    .selectFrom('posts_reaction')
    .selectAll()
    .where('verified', '=', 0)
    .orderBy('created_at')
    .limit(limit)
    .execute();
  return rows.map(toReaction);
}

export async function putBackfill(tx: Tx, nodeId: NodeId, dueAt: number): Promise<void> {
  const row = { node_id: nodeId, due_at: dueAt, attempts: 0 };
  await db(tx)
    .insertInto('posts_backfill')
    .values(row)
    .onConflict((conflict) => conflict.column('node_id').doUpdateSet(row))
    .execute();
}

export async function nextBackfill(
  reader: Reader,
  absent: readonly NodeId[],
): Promise<{ nodeId: NodeId; dueAt: number; attempts: number } | undefined> {
  const row = await db(reader)
    .selectFrom('posts_backfill')
    .selectAll()
    .where(sql<SqlBool>`node_id NOT IN (SELECT value FROM json_each(${JSON.stringify(absent)}))`)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { nodeId: row.node_id as NodeId, dueAt: row.due_at, attempts: row.attempts };
}

export async function postponeBackfill(tx: Tx, nodeId: NodeId, dueAt: number): Promise<void> {
  await sql`UPDATE posts_backfill SET due_at = ${dueAt}, attempts = attempts + 1 WHERE node_id = ${nodeId}`.execute(
    db(tx),
  );
}

export async function removeBackfill(tx: Tx, nodeId: NodeId): Promise<void> {
  await db(tx).deleteFrom('posts_backfill').where('node_id', '=', nodeId).execute();
}

export type CleanupScope = 'friends' | 'posts' | 'everything';

export async function putCleanup(tx: Tx, nodeId: NodeId, scope: CleanupScope): Promise<void> {
  await db(tx)
    .insertInto('posts_cleanup')
    .values({ node_id: nodeId, scope })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function nextCleanup(
  reader: Reader,
): Promise<{ nodeId: NodeId; scope: CleanupScope } | undefined> {
  const row = await db(reader).selectFrom('posts_cleanup').selectAll().limit(1).executeTakeFirst();
  return row === undefined ? undefined : { nodeId: row.node_id as NodeId, scope: row.scope as CleanupScope };
}

export async function removeCleanup(tx: Tx, nodeId: NodeId, scope: CleanupScope): Promise<void> {
  await db(tx).deleteFrom('posts_cleanup').where('node_id', '=', nodeId).where('scope', '=', scope).execute();
}

/** Own posts that were written elsewhere, and have been given to nobody yet. */
export async function putBrought(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`INSERT INTO posts_brought (id, given) SELECT value, 0 FROM json_each(${JSON.stringify(ids)}) WHERE true
    ON CONFLICT (id) DO NOTHING`.execute(db(tx));
}

export async function isNotGiven(reader: Reader, id: string): Promise<boolean> {
  const row = await db(reader)
    .selectFrom('posts_brought')
    .select('given')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.given === 0;
}

export async function markGiven(tx: Tx, id: string): Promise<void> {
  await db(tx).updateTable('posts_brought').set({ given: 1 }).where('id', '=', id).execute();
}

/** Those that somebody has been given. */
export async function givenOf(reader: Reader, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM posts_brought
    WHERE given = 1 AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`.execute(db(reader));
  return rows.map(({ id }) => id);
}

export async function removeBrought(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`DELETE FROM posts_brought WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`.execute(
    db(tx),
  );
}

function toReaction(row: ReactionRow): Reaction {
  return {
    author: row.author as NodeId,
    id: row.id,
    parent: row.parent as Uri,
    value: row.value,
    createdAt: row.created_at,
    verified: row.verified === 1,
    object: row.object,
  };
}
