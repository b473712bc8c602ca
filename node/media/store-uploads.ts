// SQL of uploads that come in parts: what they are to become, and what they became.
// Decides nothing; the bytes stand in the vault.
import { tables, type Reader, type Tx } from '#kernel/db/database.ts';

export interface UploadRow {
  id: string;
  purpose: 'media' | 'archive';
  size: number;
  name: string | null;
  alt: string | null;
  duration_ms: number | null;
  media_id: string | null;
  created_at: number;
}
interface UploadTables {
  media_upload: UploadRow;
}
const db = (handle: Reader) => tables<UploadTables>(handle);

export async function insertUpload(tx: Tx, row: UploadRow): Promise<void> {
  await db(tx).insertInto('media_upload').values(row).execute();
}

export function findUpload(reader: Reader, id: string): Promise<UploadRow | undefined> {
  return db(reader).selectFrom('media_upload').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function countUploads(reader: Reader): Promise<number> {
  const row = await db(reader)
    .selectFrom('media_upload')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('media_id', 'is', null)
    .executeTakeFirst();
  return row?.count ?? 0;
}

export async function setUploadMedia(tx: Tx, id: string, mediaId: string): Promise<void> {
  await db(tx).updateTable('media_upload').set({ media_id: mediaId }).where('id', '=', id).execute();
}

export async function deleteUpload(tx: Tx, id: string): Promise<void> {
  await db(tx).deleteFrom('media_upload').where('id', '=', id).execute();
}

export function oldUploads(reader: Reader, before: number, limit: number): Promise<UploadRow[]> {
  return db(reader)
    .selectFrom('media_upload')
    .selectAll()
    .where('created_at', '<', before)
    .limit(limit)
    .execute();
}
