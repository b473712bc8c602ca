// The archive on its way to the node, which may take an hour on a slow line: it goes on while other screens are open,
// and where it stopped, when the same file is chosen again after the page was closed.
import { call } from '../api/call.ts';
import { makeStale } from '../api/queries.ts';
import { signal } from '../api/signal.ts';
import { uploadInParts } from '../api/upload-parts.ts';
import { readNote, writeNote } from '../offline/database.ts';
import { startImport } from './routes.ts';

const NOTE = 'import.upload';

export interface Sending {
  readonly name: string;
  /** From 0 to 1. */
  readonly share: number;
  readonly error: unknown;
}

/** What is being sent, or why it stopped. */
export const sending = signal<Sending | undefined>(undefined);
let stop: AbortController | undefined;

/** Sends an archive and has it brought in. Resolves when the node has begun, or when it was given up. */
export async function sendArchive(file: File): Promise<void> {
  stop?.abort();
  stop = new AbortController();
  const { signal: gone } = stop;
  const note = (change: Partial<Sending>): void => {
    if (!gone.aborted)
      sending.set({ name: file.name, share: 0, error: undefined, ...sending.get(), ...change });
  };
  sending.set({ name: file.name, share: 0, error: undefined });
  // The same file, as far as a browser can tell without reading all of it.
  const mark = `${file.name}/${file.size}/${file.lastModified}`;
  try {
    const kept = (await readNote(NOTE)) as { readonly mark: string; readonly id: string } | null | undefined;
    const upload = await uploadInParts(
      file,
      { purpose: 'archive', name: file.name },
      {
        signal: gone,
        begun: kept?.mark === mark ? kept.id : undefined,
        onBegun: (id) => writeNote(NOTE, { mark, id }),
        onProgress: (share) => note({ share }),
      },
    );
    await call(startImport, { body: { upload: upload.id } });
    await writeNote(NOTE, null);
    sending.set(undefined);
  } catch (error) {
    if (!gone.aborted) note({ error });
  }
  await makeStale('imports');
}

/** Gives the sending up; what has arrived of it goes by itself after a day. */
export function stopSending(): void {
  stop?.abort();
  sending.set(undefined);
}
