// SQL of the search index. Rows are handed over as one JSON parameter, so that statements stay prepared.
// Newest first is the order of the numbers: nothing is ranked or sorted.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { prepared } from '#kernel/db/prepared.ts';
import { sql } from 'kysely';
import { firstSlot, indexedText, SLOTS_PER_MS, type SearchEntry, type SearchRef } from './model.ts';

/** Windows of numbers that are tried for one entry, each twice as far: 2,048 x 2^40 entries of one millisecond. */
const WINDOWS_MAX = 40;

interface PendingRow {
  n: number;
  kind: string;
  ref: string;
  /** The text as the index stores it. */
  words: string;
  at: number;
}
interface SearchTables {
  search_entry: { docid: number; kind: string; ref: string };
  search_pending: PendingRow;
}

interface JsonRows {
  readonly [json: string]: string;
  readonly json: string;
}

export interface FoundEntry extends SearchRef {
  readonly docid: number;
}

const insertEntries = prepared<SearchTables, JsonRows, never>(
  (_db, { json }) => sql<never>`INSERT INTO search_entry (docid, kind, ref)
    SELECT value ->> 'docid', value ->> 'kind', value ->> 'ref' FROM json_each(${json}) WHERE true
    ON CONFLICT (docid) DO NOTHING`,
);
const insertTexts = prepared<SearchTables, JsonRows, never>(
  (_db, { json }) => sql<never>`INSERT OR REPLACE INTO search_text (rowid, text)
    SELECT value ->> 'docid', value ->> 'text' FROM json_each(${json})`,
);

const insertPending = prepared<SearchTables, JsonRows, never>(
  (_db, { json }) => sql<never>`INSERT INTO search_pending (kind, ref, words, at)
    SELECT value ->> 'kind', value ->> 'ref', value ->> 'words', value ->> 'at' FROM json_each(${json}) WHERE true
    ON CONFLICT (kind, ref) DO UPDATE SET words = excluded.words, at = excluded.at`,
);
const oldestPending = prepared<SearchTables, { readonly limit: number }, PendingRow>((db, { limit }) =>
  db.selectFrom('search_pending').selectAll().orderBy('n').limit(limit),
);

/** Keeps entries for the next merge; a newer text takes the place of an older one that still waits. */
export async function putPending(tx: Tx, entries: readonly SearchEntry[]): Promise<void> {
  const rows = entries.map(({ kind, ref, text, at }) => ({ kind, ref, at, words: indexedText(text) }));
  await insertPending.all(tx, { json: JSON.stringify(rows) });
}

const pendingEnds = prepared<
  SearchTables,
  Record<string, never>,
  { oldest: number | null; newest: number | null }
>(
  () => sql<{ oldest: number | null; newest: number | null }>`SELECT
    (SELECT min(n) FROM search_pending) AS oldest, (SELECT max(n) FROM search_pending) AS newest`,
);

/** The numbers of the first and the last entry that waits; undefined when none does. */
export async function pendingRange(reader: Reader): Promise<{ oldest: number; newest: number } | undefined> {
  const row = await pendingEnds.first(reader, {});
  if (row === undefined || row.oldest === null || row.newest === null) return undefined;
  return { oldest: row.oldest, newest: row.newest };
}

/** Merges up to `limit` entries that wait, oldest first, and returns how many. */
export async function mergePending(tx: Tx, limit: number): Promise<number> {
  const rows = await oldestPending.all(tx, { limit });
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await putEntries(tx, rows);
  await tables<SearchTables>(tx).deleteFrom('search_pending').where('n', '<=', last.n).execute();
  return rows.length;
}

/** Adds entries, or replaces the words of those that are there; an entry keeps its first place in time. */
async function putEntries(tx: Tx, entries: readonly PendingRow[]): Promise<void> {
  const rows: { docid: number; kind: string; ref: string; text: string }[] = [];
  const taken = new Map<number, number>();
  const known = await lookUp(tx, entries);
  for (const [index, { kind, ref, words, at }] of entries.entries()) {
    const found = known[index];
    const docid = found?.existing ?? (await freeSlot(tx, firstSlot(at), found?.top ?? null, taken));
    rows.push({ docid, kind, ref, text: words });
  }
  const json = JSON.stringify(rows);
  await insertEntries.all(tx, { json });
  await insertTexts.all(tx, { json });
}

/** Removes entries, waiting or merged; those that are not there are passed over. */
export async function removeEntries(tx: Tx, refs: readonly SearchRef[]): Promise<void> {
  const json = JSON.stringify(refs);
  await sql`DELETE FROM search_pending WHERE n IN (
      SELECT p.n FROM json_each(${json}) AS wanted
      JOIN search_pending AS p ON p.kind = wanted.value ->> 'kind' AND p.ref = wanted.value ->> 'ref')`.execute(
    tables<SearchTables>(tx),
  );
  const removed = await sql<{ docid: number }>`DELETE FROM search_entry WHERE docid IN (
      SELECT e.docid FROM json_each(${json}) AS wanted
      JOIN search_entry AS e ON e.kind = wanted.value ->> 'kind' AND e.ref = wanted.value ->> 'ref')
    RETURNING docid`.execute(tables<SearchTables>(tx));
  if (removed.rows.length === 0) return;
  await sql`DELETE FROM search_text WHERE rowid IN (
    SELECT value FROM json_each(${JSON.stringify(removed.rows.map(({ docid }) => docid))}))`.execute(
    tables<SearchTables>(tx),
  );
}

/** Entries that match, newest first, from before `before`. */
export async function findEntries(
  reader: Reader,
  question: { match: string; kind: string | null; before: number; limit: number },
): Promise<FoundEntry[]> {
  const { match, kind, before, limit } = question;
  const { rows } = await sql<FoundEntry>`SELECT e.docid, e.kind, e.ref
    FROM search_text AS t JOIN search_entry AS e ON e.docid = t.rowid
    WHERE t.search_text MATCH ${match} AND t.rowid < ${before} AND (${kind} IS NULL OR e.kind = ${kind})
    ORDER BY t.rowid DESC LIMIT ${limit}`.execute(tables<SearchTables>(reader));
  return rows;
}

interface Known {
  /** The entry's number, when it is there. */
  readonly existing: number | null;
  /** The highest number in use in the entry's millisecond. */
  readonly top: number | null;
}

const knownOf = prepared<SearchTables, JsonRows, Known>(
  (_db, { json }) => sql<Known>`SELECT
      (SELECT docid FROM search_entry WHERE kind = value ->> 'kind' AND ref = value ->> 'ref') AS existing,
      (SELECT max(docid) FROM search_entry
        WHERE docid BETWEEN value ->> 'first' AND (value ->> 'first') + ${SLOTS_PER_MS - 1}) AS top
    FROM json_each(${json}) ORDER BY key`,
);

function lookUp(tx: Tx, entries: readonly PendingRow[]): Promise<Known[]> {
  const wanted = entries.map(({ kind, ref, at }) => ({ kind, ref, first: firstSlot(at) }));
  return knownOf.all(tx, { json: JSON.stringify(wanted) });
}

/** The next free number at or after `first`; `taken` holds what this call has given out, by window. */
async function freeSlot(
  tx: Tx,
  first: number,
  top: number | null,
  taken: Map<number, number>,
): Promise<number> {
  let used = top;
  for (let window = 0; window < WINDOWS_MAX; window += 1) {
    const start = first + (window === 0 ? 0 : SLOTS_PER_MS * 2 ** (window - 1));
    if (window > 0) used = await topOf(tx, start);
    const next = Math.max(used ?? start - 1, taken.get(start) ?? start - 1) + 1;
    if (next < start + SLOTS_PER_MS) {
      taken.set(start, next);
      return next;
    }
  }
  throw new Error('no number is left for a search entry');
}

async function topOf(tx: Tx, start: number): Promise<number | null> {
  const row = await tables<SearchTables>(tx)
    .selectFrom('search_entry')
    .select((eb) => eb.fn.max('docid').as('top'))
    .where('docid', '>=', start)
    .where('docid', '<', start + SLOTS_PER_MS)
    .executeTakeFirst();
  return row?.top ?? null;
}
