// SQL of imports: what runs, what was written elsewhere, and the files that go with it. Lists go in as one JSON
// parameter, so that statements stay prepared.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import { sql } from 'kysely';
import type { ImportPhase, ImportRow, ImportState, Note, Skipped } from './model.ts';

interface ImportTableRow {
  id: string;
  state: ImportState;
  phase: ImportPhase;
  source_kind: 'file' | 'upload';
  source: string;
  prefix: string;
  items_total: number;
  skipped: string;
  code: string | null;
  created_at: number;
  finished_at: number | null;
  portrait: string | null;
}
interface NoteTableRow {
  origin: string;
  import_id: string;
  post_id: string;
  created_at: number;
  visibility: 'public' | 'friends';
  text: string;
  warning: string | null;
  reply_to: string | null;
  state: 'waiting' | 'here' | 'failed';
}
interface FileTableRow {
  post_id: string;
  position: number;
  import_id: string;
  path: string;
  alt: string | null;
  media_id: string | null;
  problem: string | null;
}
interface Schema {
  portability_import: ImportTableRow;
  portability_note: NoteTableRow;
  portability_file: FileTableRow;
}
const db = (handle: Reader) => tables<Schema>(handle);

export async function insertImport(tx: Tx, row: ImportRow): Promise<void> {
  await db(tx)
    .insertInto('portability_import')
    .values({
      id: row.id,
      state: row.state,
      phase: row.phase,
      source_kind: row.source.kind,
      source: row.source.where,
      prefix: row.prefix,
      items_total: row.itemsTotal,
      skipped: JSON.stringify(row.skipped),
      code: row.code,
      created_at: row.createdAt,
      finished_at: row.finishedAt,
      portrait: row.portrait,
    })
    .execute();
}

export async function changeImport(
  tx: Tx,
  id: string,
  change: {
    readonly state?: ImportState;
    readonly phase?: ImportPhase;
    readonly skipped?: Skipped;
    readonly code?: string | null;
    readonly finishedAt?: number;
    readonly portrait?: string;
  },
  /** Changes nothing unless it is in this state: a cancelled import does not become done. */
  onlyIf: ImportState,
): Promise<boolean> {
  const { state, phase, skipped, code, finishedAt, portrait } = change;
  const result = await db(tx)
    .updateTable('portability_import')
    .set({
      ...(state === undefined ? {} : { state }),
      ...(phase === undefined ? {} : { phase }),
      ...(skipped === undefined ? {} : { skipped: JSON.stringify(skipped) }),
      ...(code === undefined ? {} : { code }),
      ...(finishedAt === undefined ? {} : { finished_at: finishedAt }),
      ...(portrait === undefined ? {} : { portrait }),
    })
    .where('id', '=', id)
    .where('state', '=', onlyIf)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function listImports(reader: Reader, limit: number): Promise<ImportRow[]> {
  const rows = await db(reader)
    .selectFrom('portability_import')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toImport);
}

export async function findImport(reader: Reader, id: string): Promise<ImportRow | undefined> {
  const row = await db(reader)
    .selectFrom('portability_import')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : toImport(row);
}

/** The one import that is at work. */
export async function activeImport(reader: Reader): Promise<ImportRow | undefined> {
  const row = await db(reader)
    .selectFrom('portability_import')
    .selectAll()
    .where('state', 'in', ['running', 'undoing'])
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : toImport(row);
}

export interface WaitingNote extends Pick<
  Note,
  'origin' | 'createdAt' | 'visibility' | 'text' | 'warning' | 'replyTo'
> {
  readonly postId: string;
  /** Uploads, in order. */
  readonly media: readonly string[];
}

/**
 * Takes notes in that are not known; those that an import before left waiting become this one's. Returns how many were
 * here already.
 */
export async function putNotes(
  tx: Tx,
  importId: string,
  notes: readonly (Note & { readonly postId: string })[],
): Promise<number> {
  const rows = JSON.stringify(notes.map(({ files: _files, ...note }) => note));
  const { rows: known } = await sql<{ count: number }>`SELECT count(*) AS count FROM portability_note
    WHERE origin IN (SELECT value ->> 'origin' FROM json_each(${rows}))
      AND state = 'here' AND import_id <> ${importId}`.execute(db(tx));
  const { rows: taken } = await sql<{ origin: string; post_id: string }>`INSERT INTO portability_note
      (origin, import_id, post_id, created_at, visibility, text, warning, reply_to, state)
    SELECT value ->> 'origin', ${importId}, value ->> 'postId', value ->> 'createdAt', value ->> 'visibility',
      value ->> 'text', value ->> 'warning', value ->> 'replyTo', 'waiting'
    FROM json_each(${rows}) WHERE true ON CONFLICT (origin) DO NOTHING RETURNING origin, post_id`.execute(
    db(tx),
  );
  const fresh = new Map(taken.map(({ origin, post_id }) => [origin, post_id]));
  const files = notes.flatMap((note) => {
    const postId = fresh.get(note.origin);
    if (postId === undefined) return [];
    // A note that stands twice in one list keeps the files of the first.
    fresh.delete(note.origin);
    return note.files.map((file, position) => ({ postId, position, ...file }));
  });
  await sql`INSERT INTO portability_file (post_id, position, import_id, path, alt)
    SELECT value ->> 'postId', value ->> 'position', ${importId}, value ->> 'path', value ->> 'alt'
    FROM json_each(${JSON.stringify(files)})`.execute(db(tx));
  await sql`UPDATE portability_file SET import_id = ${importId}, problem = NULL
    WHERE media_id IS NULL AND post_id IN (SELECT post_id FROM portability_note
      WHERE origin IN (SELECT value ->> 'origin' FROM json_each(${rows})) AND state <> 'here')`.execute(
    db(tx),
  );
  await sql`UPDATE portability_note SET import_id = ${importId}, state = 'waiting'
    WHERE origin IN (SELECT value ->> 'origin' FROM json_each(${rows})) AND state <> 'here'`.execute(db(tx));
  return known[0]?.count ?? 0;
}

export interface WaitingFile {
  readonly postId: string;
  readonly position: number;
  readonly path: string;
  readonly alt: string | null;
}

export async function waitingFiles(reader: Reader, importId: string, path: string): Promise<WaitingFile[]> {
  const { rows } = await sql<FileTableRow>`SELECT * FROM portability_file
    WHERE import_id = ${importId} AND path = ${path} AND media_id IS NULL AND problem IS NULL`.execute(
    db(reader),
  );
  return rows.map(({ post_id, position, alt }) => ({ postId: post_id, position, path, alt }));
}

export async function countWaitingFiles(reader: Reader, importId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM portability_file
    WHERE import_id = ${importId} AND media_id IS NULL AND problem IS NULL`.execute(db(reader));
  return rows[0]?.count ?? 0;
}

export async function settleFile(
  tx: Tx,
  file: Pick<WaitingFile, 'postId' | 'position'>,
  outcome: { readonly mediaId: string } | { readonly problem: string },
): Promise<void> {
  const set = 'mediaId' in outcome ? { media_id: outcome.mediaId } : { problem: outcome.problem };
  await db(tx)
    .updateTable('portability_file')
    .set(set)
    .where('post_id', '=', file.postId)
    .where('position', '=', file.position)
    .execute();
}

/** What the archive did not hold. */
export async function settleMissing(tx: Tx, importId: string, problem: string): Promise<void> {
  await sql`UPDATE portability_file SET problem = ${problem}
    WHERE import_id = ${importId} AND media_id IS NULL AND problem IS NULL`.execute(db(tx));
}

/** The oldest notes that are no posts yet. */
export async function waitingNotes(reader: Reader, importId: string, limit: number): Promise<WaitingNote[]> {
  const { rows } = await sql<NoteTableRow & { media: string }>`SELECT n.*,
      (SELECT json_group_array(f.media_id ORDER BY f.position) FROM portability_file AS f
        WHERE f.post_id = n.post_id AND f.media_id IS NOT NULL) AS media
    FROM portability_note AS n WHERE n.import_id = ${importId} AND n.state = 'waiting'
    ORDER BY n.created_at, n.origin LIMIT ${limit}`.execute(db(reader));
  return rows.map((row) => ({
    origin: row.origin,
    postId: row.post_id,
    createdAt: row.created_at,
    visibility: row.visibility,
    text: row.text,
    warning: row.warning,
    replyTo: row.reply_to,
    media: JSON.parse(row.media) as string[],
  }));
}

/** The posts that came, or are to come, from these addresses. */
export async function postsByOrigin(
  reader: Reader,
  origins: readonly string[],
): Promise<ReadonlyMap<string, { readonly postId: string; readonly visibility: 'public' | 'friends' }>> {
  const { rows } = await sql<NoteTableRow>`SELECT * FROM portability_note
    WHERE state <> 'failed' AND origin IN (SELECT value FROM json_each(${JSON.stringify(origins)}))`.execute(
    db(reader),
  );
  return new Map(rows.map((row) => [row.origin, { postId: row.post_id, visibility: row.visibility }]));
}

export async function settleNotes(
  tx: Tx,
  outcome: { readonly origins: readonly string[]; readonly state: 'here' | 'failed' },
): Promise<void> {
  // Once the post stands, its text stands there.
  await sql`UPDATE portability_note SET state = ${outcome.state}, text = CASE ${outcome.state} WHEN 'here' THEN '' ELSE text END
    WHERE origin IN (SELECT value FROM json_each(${JSON.stringify(outcome.origins)}))`.execute(db(tx));
}

/** Some notes of an import, for its removal: newest first, so that answers go before what they answer. */
export async function notesToRemove(
  reader: Reader,
  importId: string,
  limit: number,
): Promise<{ origin: string; postId: string }[]> {
  const { rows } = await sql<NoteTableRow>`SELECT * FROM portability_note WHERE import_id = ${importId}
    ORDER BY created_at DESC LIMIT ${limit}`.execute(db(reader));
  return rows.map((row) => ({ origin: row.origin, postId: row.post_id }));
}

export async function forgetNotes(tx: Tx, postIds: readonly string[]): Promise<void> {
  const ids = JSON.stringify(postIds);
  await sql`DELETE FROM portability_file WHERE post_id IN (SELECT value FROM json_each(${ids}))`.execute(
    db(tx),
  );
  await sql`DELETE FROM portability_note WHERE post_id IN (SELECT value FROM json_each(${ids}))`.execute(
    db(tx),
  );
}

export interface ImportCounts {
  readonly posts: number;
  readonly waiting: number;
  readonly failed: number;
  readonly filesTotal: number;
  readonly filesDone: number;
  readonly filesMissing: number;
}

export async function countImport(reader: Reader, importId: string): Promise<ImportCounts> {
  const { rows: notes } = await sql<{ state: string; count: number }>`SELECT state, count(*) AS count
    FROM portability_note WHERE import_id = ${importId} GROUP BY state`.execute(db(reader));
  const { rows: files } = await sql<{ total: number; done: number | null; missing: number | null }>`SELECT
      count(*) AS total, sum(media_id IS NOT NULL) AS done, sum(problem IS NOT NULL) AS missing
    FROM portability_file WHERE import_id = ${importId}`.execute(db(reader));
  const count = (state: string): number => notes.find((row) => row.state === state)?.count ?? 0;
  return {
    posts: count('here'),
    waiting: count('waiting'),
    failed: count('failed'),
    filesTotal: files[0]?.total ?? 0,
    filesDone: files[0]?.done ?? 0,
    filesMissing: files[0]?.missing ?? 0,
  };
}

function toImport(row: ImportTableRow): ImportRow {
  return {
    id: row.id,
    state: row.state,
    phase: row.phase,
    source: { kind: row.source_kind, where: row.source },
    prefix: row.prefix,
    itemsTotal: row.items_total,
    skipped: JSON.parse(row.skipped) as Skipped,
    code: row.code,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    portrait: row.portrait,
  };
}
