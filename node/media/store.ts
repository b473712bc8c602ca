// SQL of the owner's files.
// Decides nothing: who may attach or read a file is the service’s to say.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';
import type { MediaFile, SealedFile } from './model.ts';

interface FileRow {
  id: string;
  cid: string;
  key: Uint8Array;
  size: number;
  type: string;
  name: string | null;
  alt: string | null;
  width: number | null;
  height: number | null;
  small_cid: string | null;
  small_key: Uint8Array | null;
  small_size: number | null;
  small_type: string | null;
  view_cid: string | null;
  view_key: Uint8Array | null;
  view_size: number | null;
  view_type: string | null;
  color: string | null;
  duration_ms: number | null;
  owner: string | null;
  created_at: number;
}
interface MediaTables {
  media_file: FileRow;
}

export async function insertFile(tx: Tx, file: MediaFile, createdAt: number): Promise<void> {
  const { thumbnail, view, durationMs, ...rest } = file;
  const row: FileRow = {
    ...rest,
    small_cid: thumbnail?.cid ?? null,
    small_key: thumbnail?.key ?? null,
    small_size: thumbnail?.size ?? null,
    small_type: thumbnail?.type ?? null,
    view_cid: view?.cid ?? null,
    view_key: view?.key ?? null,
    view_size: view?.size ?? null,
    view_type: view?.type ?? null,
    duration_ms: durationMs,
    created_at: createdAt,
  };
  await tables<MediaTables>(tx).insertInto('media_file').values(row).execute();
}

/** The files with these ids, in no order. */
export async function readFiles(reader: Reader, ids: readonly string[]): Promise<MediaFile[]> {
  const rows = await tables<MediaTables>(reader)
    .selectFrom('media_file')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
  return rows.map(toFile);
}

export async function filesOf(reader: Reader, owner: string): Promise<MediaFile[]> {
  const rows = await tables<MediaTables>(reader)
    .selectFrom('media_file')
    .selectAll()
    .where('owner', '=', owner)
    .execute();
  return rows.map(toFile);
}

export async function setOwner(tx: Tx, ids: readonly string[], owner: string): Promise<void> {
  await tables<MediaTables>(tx)
    .updateTable('media_file')
    .set({ owner })
    .where('id', 'in', [...ids])
    .execute();
}

export async function deleteFiles(tx: Tx, ids: readonly string[]): Promise<void> {
  await tables<MediaTables>(tx)
    .deleteFrom('media_file')
    .where('id', 'in', [...ids])
    .execute();
}

/** Forgets uploads that nothing refers to since `before`. Returns how many. */
export async function deleteUnused(tx: Tx, before: number): Promise<number> {
  const result = await tables<MediaTables>(tx)
    .deleteFrom('media_file')
    .where('owner', 'is', null)
    .where('created_at', '<', before)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

function toFile(row: FileRow): MediaFile {
  const { id, cid, key, size, type, name, alt, width, height, color, duration_ms: durationMs, owner } = row;
  return {
    id,
    cid,
    size,
    type,
    name,
    alt,
    width,
    height,
    color,
    durationMs,
    owner,
    key: new Uint8Array(key),
    thumbnail: sealed(row.small_cid, row.small_key, row.small_size, row.small_type),
    view: sealed(row.view_cid, row.view_key, row.view_size, row.view_type),
  };
}

function sealed(
  cid: string | null,
  key: Uint8Array | null,
  size: number | null,
  type: string | null,
): SealedFile | null {
  const whole = cid !== null && key !== null && size !== null && type !== null;
  return whole ? { cid, key: new Uint8Array(key), size, type } : null;
}
