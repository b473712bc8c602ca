// The files of a change in the outbox, on their way to the node before the change itself. What has arrived is noted at
// once, so that a cut line sends no file twice; what the node has forgotten meanwhile (it keeps files that belong to
// nothing for a day) is sent again.
import type * as media from '#node/media/api.ts';
import { route } from '../api/route.ts';
import { signal } from '../api/signal.ts';
import { uploadInParts, type PartsOptions } from '../api/upload-parts.ts';
import { upload } from '../api/upload.ts';
import type { OutboxFile, OutboxItem } from './database.ts';

const uploadMedia = route<typeof media.uploadMedia>('POST', '/api/v1/media');
/** Half of the day for which the node keeps a file that nothing refers to. */
const SENT_MS_MAX = 12 * 3_600_000;

/** A larger file goes in parts, so that a cut line does not begin it anew. */
const ONE_PIECE_BYTES_MAX = 2 * 1024 * 1024;

/** How much of the files of each change has left, from 0 to 1, by the change's key. */
export const fileProgress = signal<ReadonlyMap<string, number>>(new Map());

function noteProgress(key: string, share: number | undefined): void {
  const next = new Map(fileProgress.get());
  if (share === undefined) next.delete(key);
  else next.set(key, share);
  fileProgress.set(next);
}

/**
 * Sends what has not arrived yet; gives the change with the ids of its files in its body. `note` keeps how far it is.
 * @throws Problem; AbortError when `signal` says so
 */
export async function sendFiles(
  item: OutboxItem,
  options: {
    readonly signal: AbortSignal;
    readonly note: (key: string, to: Pick<OutboxItem, 'files'>) => Promise<unknown>;
  },
): Promise<OutboxItem> {
  if (item.files === undefined) return item;
  const { signal, note } = options;
  const files = [...item.files];
  const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
  let before = 0;
  try {
    for (const [at, file] of files.entries()) {
      const known = file.sent !== undefined && Date.now() - file.sent.at < SENT_MS_MAX;
      if (!known) {
        const from = before;
        const id = await sendFile(file, {
          signal,
          onProgress: (share) => noteProgress(item.key, (from + share * file.blob.size) / bytes),
          onBegun: async (begun) => {
            files[at] = { ...file, begun };
            await note(item.key, { files });
          },
        });
        files[at] = { ...file, sent: { id, at: Date.now() } };
        await note(item.key, { files });
      }
      before += file.blob.size;
    }
  } finally {
    noteProgress(item.key, undefined);
  }
  const sent = files.map((file) => file.sent?.id ?? '');
  return { ...item, files, body: { ...(item.body as object), [item.filesUnder ?? 'media']: sent } };
}

/** The id that the node gave to a file. */
async function sendFile(file: OutboxFile, options: PartsOptions): Promise<string> {
  const { blob, name, begun, durationMs } = file;
  const alt = file.alt.trim();
  const about = {
    name,
    ...(alt === '' ? {} : { alt }),
    ...(durationMs === undefined ? {} : { duration_ms: durationMs }),
  };
  if (blob.size <= ONE_PIECE_BYTES_MAX)
    return (await upload(uploadMedia, blob, { query: about }, options)).id;
  const sent = await uploadInParts(blob, { purpose: 'media', ...about }, { ...options, begun });
  // A whole upload of media always names what it became.
  if (sent.media === null) throw new Error('the node took a file and did not name it');
  return sent.media.id;
}
