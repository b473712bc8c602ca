// SQL of posts and replies. Batches come as one JSON parameter, so that statements stay prepared; a page of the feed
// is a range of one index, without OFFSET.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { prepared } from '#kernel/db/prepared.ts';
import type { NodeId, Uri } from '#protocol';
import type { Visibility } from '#protocol/messages';
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { FeedCursor, Item, ItemState } from './model.ts';

interface ItemRow {
  n: number;
  author: string;
  id: string;
  created_at: number;
  edited_at: number | null;
  visibility: Visibility;
  version: number;
  held: number;
  cid: string | null;
  parent: string | null;
  state: ItemState;
  in_feed: number;
  due_at: number | null;
  attempts: number;
  object: string | null;
  offered: string | null;
  trash_at: number | null;
}
interface PostTables {
  posts_item: ItemRow;
}
const db = (handle: Reader) => tables<PostTables>(handle);

export interface ItemKey {
  readonly author: NodeId;
  readonly id: string;
}

/** An announcement, with the moment at which its content is to be fetched. */
export interface Announcement extends ItemKey {
  readonly created_at: number;
  readonly edited_at: number | null;
  readonly visibility: Visibility;
  readonly version: number;
  readonly cid: string;
  readonly due_at: number;
}

/** Takes announcements in; one of a version that is known, or older, changes nothing. */
export async function putAnnouncements(tx: Tx, rows: readonly Announcement[]): Promise<void> {
  await sql`INSERT INTO posts_item (author, id, created_at, edited_at, visibility, version, cid, state, in_feed, due_at)
    SELECT value ->> 'author', value ->> 'id', value ->> 'created_at', value ->> 'edited_at', value ->> 'visibility',
      value ->> 'version', value ->> 'cid', 'waiting', 1, value ->> 'due_at'
    FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (author, id) DO UPDATE SET edited_at = excluded.edited_at, visibility = excluded.visibility,
      version = excluded.version, cid = excluded.cid, state = 'waiting', in_feed = 1, due_at = excluded.due_at, attempts = 0
    WHERE excluded.version > posts_item.version`.execute(db(tx));
}

export interface WholeItem extends ItemKey {
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly visibility: Visibility;
  readonly version: number;
  readonly cid: string;
  readonly parent: Uri | null;
  readonly object: string;
  readonly inFeed: boolean;
}

const putOne = prepared<PostTables, Omit<WholeItem, 'inFeed'> & { readonly inFeed: number }, { n: number }>(
  (_db, item) => sql<{ n: number }>`INSERT INTO posts_item
      (author, id, created_at, edited_at, visibility, version, held, cid, parent, state, in_feed, object)
    VALUES (${item.author}, ${item.id}, ${item.createdAt}, ${item.editedAt}, ${item.visibility}, ${item.version},
      ${item.version}, ${item.cid}, ${item.parent}, 'here', ${item.inFeed}, ${item.object})
    ON CONFLICT (author, id) DO UPDATE SET edited_at = excluded.edited_at, visibility = excluded.visibility,
      version = excluded.version, held = excluded.held, cid = excluded.cid, parent = excluded.parent, state = 'here',
      in_feed = max(in_feed, excluded.in_feed), object = excluded.object, offered = NULL, due_at = NULL, attempts = 0
    WHERE excluded.version >= posts_item.version AND posts_item.state <> 'deleted'
    RETURNING n`,
);

/**
 * Keeps a verified object, and says whether it did: one of an older version changes nothing, nor does what has been
 * deleted meanwhile come back. What stood in the feed stays there.
 */
export async function putItem(tx: Tx, item: WholeItem): Promise<boolean> {
  return (await putOne.first(tx, { ...item, inFeed: item.inFeed ? 1 : 0 })) !== undefined;
}

/** Keeps a reply that came with its message until its proof has been checked. */
export async function putOffered(
  tx: Tx,
  reply: ItemKey & {
    readonly createdAt: number;
    readonly visibility: Visibility;
    readonly parent: Uri;
    readonly object: string;
    readonly now: number;
  },
): Promise<void> {
  await sql`INSERT INTO posts_item
      (author, id, created_at, visibility, version, parent, state, in_feed, due_at, offered)
    VALUES (${reply.author}, ${reply.id}, ${reply.createdAt}, ${reply.visibility}, 1, ${reply.parent}, 'waiting', 1,
      ${reply.now}, ${reply.object})
    ON CONFLICT (author, id) DO UPDATE SET offered = excluded.offered, due_at = excluded.due_at, attempts = 0
    WHERE posts_item.state <> 'deleted' AND posts_item.parent = excluded.parent`.execute(db(tx));
}

const itemByKey = prepared<PostTables, { readonly author: string; readonly id: string }, ItemRow>(
  (posts, key) =>
    posts.selectFrom('posts_item').selectAll().where('author', '=', key.author).where('id', '=', key.id),
);

export async function findItem(reader: Reader, { author, id }: ItemKey): Promise<Item | undefined> {
  const row = await itemByKey.first(reader, { author, id });
  return row === undefined ? undefined : toItem(row);
}

export async function findItems(reader: Reader, keys: readonly ItemKey[]): Promise<Item[]> {
  const { rows } = await sql<ItemRow>`SELECT i.* FROM json_each(${JSON.stringify(keys)}) AS wanted
    CROSS JOIN posts_item AS i ON i.author = wanted.value ->> 'author' AND i.id = wanted.value ->> 'id'`.execute(
    db(reader),
  );
  return rows.map(toItem);
}

/** An item by its id alone: one look-up for each author, by hopping over the index. */
export async function findById(reader: Reader, id: string): Promise<Item | undefined> {
  const { rows } = await sql<ItemRow>`WITH RECURSIVE hop (author) AS (
      SELECT min(author) FROM posts_item
      UNION ALL SELECT (SELECT min(author) FROM posts_item WHERE author > hop.author) FROM hop WHERE hop.author IS NOT NULL)
    SELECT i.* FROM hop CROSS JOIN posts_item AS i ON i.author = hop.author AND i.id = ${id} LIMIT 1`.execute(
    db(reader),
  );
  return rows[0] === undefined ? undefined : toItem(rows[0]);
}

/** A page of the feed, newest first, without the authors in `muted`. */
export async function feedPage(
  reader: Reader,
  page: { before: FeedCursor; limit: number; muted: readonly NodeId[] },
): Promise<Item[]> {
  const { before, limit, muted } = page;
  const { rows } = await sql<ItemRow>`WITH page (n) AS MATERIALIZED (
      SELECT n FROM posts_item INDEXED BY posts_item_feed
      WHERE in_feed = 1 AND (created_at, n) < (${before.createdAt}, ${before.n})
        AND author NOT IN (SELECT value FROM json_each(${JSON.stringify(muted)}))
      ORDER BY created_at DESC, n DESC LIMIT ${limit})
    SELECT i.* FROM page CROSS JOIN posts_item AS i ON i.n = page.n
    ORDER BY i.created_at DESC, i.n DESC`.execute(db(reader));
  return rows.map(toItem);
}

/** Replies to a post that are here, oldest first: the newest `limit` of them. */
export async function repliesTo(reader: Reader, parent: Uri, limit: number): Promise<Item[]> {
  const { rows } = await sql<ItemRow>`SELECT * FROM posts_item
    WHERE parent = ${parent} AND held > 0 AND state <> 'deleted' AND trash_at IS NULL
    ORDER BY created_at DESC, n DESC LIMIT ${limit}`.execute(db(reader));
  return rows.map(toItem).reverse();
}

/** What was answered to a post, and to those answers, as far as it is here: parents before children, oldest first. */
export async function threadUnder(
  reader: Reader,
  root: Uri,
  bounds: { readonly depth: number; readonly limit: number },
): Promise<{ item: Item; depth: number }[]> {
  const { rows } = await sql<ItemRow & { depth: number }>`WITH RECURSIVE under (n, uri, depth) AS (
      SELECT 0, ${root}, 0
      UNION SELECT i.n, 'orf://' || i.author || '/post/' || i.id, under.depth + 1
        FROM under CROSS JOIN posts_item AS i ON i.parent = under.uri
        WHERE under.depth < ${bounds.depth} AND i.held > 0 AND i.state <> 'deleted' AND i.trash_at IS NULL
      LIMIT ${bounds.limit + 1})
    SELECT i.*, under.depth FROM under CROSS JOIN posts_item AS i ON i.n = under.n
    ORDER BY under.depth, i.created_at, i.n`.execute(db(reader));
  return rows.map((row) => ({ item: toItem(row), depth: row.depth }));
}

/** How many answers to each of these posts are here; none: no entry. */
export async function countRepliesTo(reader: Reader, parents: readonly Uri[]): Promise<Map<Uri, number>> {
  const { rows } = await sql<{ parent: Uri; count: number }>`SELECT i.parent, count(*) AS count
    FROM json_each(${JSON.stringify(parents)}) AS wanted CROSS JOIN posts_item AS i ON i.parent = wanted.value
    WHERE i.held > 0 AND i.state <> 'deleted' AND i.trash_at IS NULL GROUP BY i.parent`.execute(db(reader));
  return new Map(rows.map(({ parent, count }) => [parent, count]));
}

/** How many posts of others stand above this place of the feed; counts no further than `limit`. */
export async function countNewer(
  reader: Reader,
  query: { after: FeedCursor; limit: number; without: readonly NodeId[] },
): Promise<number> {
  const { after, limit, without } = query;
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM (
    SELECT 1 FROM posts_item INDEXED BY posts_item_feed
    WHERE in_feed = 1 AND (created_at, n) > (${after.createdAt}, ${after.n})
      AND author NOT IN (SELECT value FROM json_each(${JSON.stringify(without)})) LIMIT ${limit})`.execute(
    db(reader),
  );
  return rows[0]?.count ?? 0;
}

/** Takes an item out of sight until `trashAt`, or back (null). Returns whether that changed anything. */
export async function setTrash(tx: Tx, key: ItemKey, trashAt: number | null): Promise<boolean> {
  const result = await sql`UPDATE posts_item SET trash_at = ${trashAt}, in_feed = ${trashAt === null ? 1 : 0}
    WHERE author = ${key.author} AND id = ${key.id} AND state <> 'deleted'
      AND (trash_at IS NULL) = ${trashAt === null ? 0 : 1}`.execute(db(tx));
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** The items whose deletion is due soonest. */
export async function trashed(reader: Reader, limit: number): Promise<{ item: Item; trashAt: number }[]> {
  const { rows } = await sql<ItemRow>`SELECT * FROM posts_item WHERE trash_at IS NOT NULL
    ORDER BY trash_at LIMIT ${limit}`.execute(db(reader));
  return rows.map((row) => ({ item: toItem(row), trashAt: row.trash_at ?? 0 }));
}

export async function countReplies(reader: Reader, parent: Uri): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM posts_item
    WHERE parent = ${parent}`.execute(db(reader));
  return rows[0]?.count ?? 0;
}

/** An author's own posts (no replies) with these visibilities, newest first. */
export async function postsOf(
  reader: Reader,
  wanted: { author: NodeId; visibilities: readonly Visibility[]; beforeId: string; limit: number },
): Promise<Item[]> {
  // The ids are UUIDv7: their order is that of time.
  const { rows } = await sql<ItemRow>`SELECT * FROM posts_item
    WHERE author = ${wanted.author} AND id < ${wanted.beforeId} AND parent IS NULL AND state = 'here'
      AND visibility IN (SELECT value FROM json_each(${JSON.stringify(wanted.visibilities)}))
    ORDER BY id DESC LIMIT ${wanted.limit}`.execute(db(reader));
  return rows.map(toItem);
}

/** Answers that an author gave here (to the owner's posts), newest first. */
export async function answersBy(
  reader: Reader,
  wanted: { author: NodeId; beforeId: string; limit: number },
): Promise<Item[]> {
  const { rows } = await sql<ItemRow>`SELECT * FROM posts_item
    WHERE author = ${wanted.author} AND id < ${wanted.beforeId} AND parent IS NOT NULL AND held > 0
    ORDER BY id DESC LIMIT ${wanted.limit}`.execute(db(reader));
  return rows.map(toItem);
}

/** What is due, but for what would have to be asked of authors in `absent`. */
export async function dueItems(
  reader: Reader,
  due: { readonly now: number; readonly limit: number; readonly absent: readonly NodeId[] },
): Promise<Item[]> {
  const { rows } = await sql<ItemRow>`SELECT * FROM posts_item
    WHERE n IN (SELECT n FROM posts_item INDEXED BY posts_item_due
      WHERE due_at IS NOT NULL AND due_at <= ${due.now} AND ${askable(due.absent)}
      ORDER BY due_at LIMIT ${due.limit})
    ORDER BY due_at`.execute(db(reader));
  return rows.map(toItem);
}

/** When the next item is due, as `dueItems` counts. */
export async function nextDue(reader: Reader, absent: readonly NodeId[]): Promise<number | null> {
  const { rows } = await sql<{
    due: number | null;
  }>`SELECT due_at AS due FROM posts_item INDEXED BY posts_item_due
    WHERE due_at IS NOT NULL AND ${askable(absent)} ORDER BY due_at LIMIT 1`.execute(db(reader));
  return rows[0]?.due ?? null;
}

/** Answered by the index alone: thousands of posts of an absent author are passed over without reading one. */
function askable(absent: readonly NodeId[]): RawBuilder<SqlBool> {
  const authors = JSON.stringify(absent);
  return sql<SqlBool>`(offered IS NOT NULL OR author NOT IN (SELECT value FROM json_each(${authors})))`;
}

/** Puts fetches off; null: until somebody opens the item. */
export async function postpone(
  tx: Tx,
  rows: readonly { readonly n: number; readonly due_at: number | null }[],
): Promise<void> {
  await sql`UPDATE posts_item SET due_at = late.due, attempts = attempts + 1
    FROM (SELECT value ->> 'n' AS n, value ->> 'due_at' AS due FROM json_each(${JSON.stringify(rows)})) AS late
    WHERE posts_item.n = late.n`.execute(db(tx));
}

/** What the author's node does not give: nothing of it is kept or shown. */
export async function markRefused(tx: Tx, n: number): Promise<void> {
  await sql`UPDATE posts_item SET state = 'refused', in_feed = 0, due_at = NULL, object = NULL, offered = NULL, held = 0
    WHERE n = ${n}`.execute(db(tx));
}

/** Drops an offered object whose proof does not hold; what was held before stays. */
export async function dropOffered(tx: Tx, n: number): Promise<void> {
  await sql`DELETE FROM posts_item WHERE n = ${n} AND held = 0`.execute(db(tx));
  await sql`UPDATE posts_item SET offered = NULL, due_at = NULL WHERE n = ${n}`.execute(db(tx));
}

/** Tombstones: only items whose version is not newer. Returns which were there. */
export async function bury(
  tx: Tx,
  rows: readonly (ItemKey & { readonly version: number })[],
): Promise<ItemKey[]> {
  const { rows: buried } = await sql<{ author: string; id: string }>`UPDATE posts_item
    SET state = 'deleted', in_feed = 0, due_at = NULL, trash_at = NULL, object = NULL, offered = NULL, cid = NULL, held = 0,
      version = gone.version
    FROM (SELECT value ->> 'author' AS author, value ->> 'id' AS id, value ->> 'version' AS version
      FROM json_each(${JSON.stringify(rows)})) AS gone
    WHERE posts_item.author = gone.author AND posts_item.id = gone.id AND posts_item.version <= gone.version
    RETURNING posts_item.author, posts_item.id`.execute(db(tx));
  return buried.map(({ author, id }) => ({ author: author as NodeId, id }));
}

/** Tombstones for posts that were never seen, so that their announcement, still on its way, changes nothing. */
export async function buryUnseen(
  tx: Tx,
  rows: readonly (ItemKey & { readonly version: number; readonly created_at: number })[],
): Promise<void> {
  await sql`INSERT INTO posts_item (author, id, created_at, visibility, version, state, in_feed)
    SELECT value ->> 'author', value ->> 'id', value ->> 'created_at', 'private', value ->> 'version', 'deleted', 0
    FROM json_each(${JSON.stringify(rows)}) WHERE true ON CONFLICT (author, id) DO NOTHING`.execute(db(tx));
}

/** Removes up to `limit` items of an author and returns which. */
export async function removeOf(
  tx: Tx,
  author: NodeId,
  scope: 'friends' | 'posts' | 'everything',
  limit: number,
): Promise<ItemKey[]> {
  const { rows } = await sql<{ author: string; id: string }>`DELETE FROM posts_item WHERE n IN (
      SELECT n FROM posts_item WHERE author = ${author}
        AND (${scope} = 'everything' OR (parent IS NULL AND (${scope} = 'posts' OR visibility = 'friends')))
      LIMIT ${limit})
    RETURNING author, id`.execute(db(tx));
  return rows.map(({ author: by, id }) => ({ author: by as NodeId, id }));
}

/** Removes what others answered to a post, and returns which. */
export async function removeAnswersTo(tx: Tx, parent: Uri): Promise<ItemKey[]> {
  const { rows } = await sql<{ author: string; id: string }>`DELETE FROM posts_item WHERE parent = ${parent}
    RETURNING author, id`.execute(db(tx));
  return rows.map(({ author, id }) => ({ author: author as NodeId, id }));
}

function toItem(row: ItemRow): Item {
  return {
    n: row.n,
    author: row.author as NodeId,
    id: row.id,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    visibility: row.visibility,
    version: row.version,
    held: row.held,
    cid: row.cid,
    parent: row.parent as Uri | null,
    state: row.state,
    attempts: row.attempts,
    object: row.object,
    offered: row.offered,
    trashed: row.trash_at !== null,
  };
}
