// Sends a file in parts that resume: the node says how far it is, and the next part begins there, after a cut line, a
// node that was started anew, or a page that was closed. Small files go in one piece, as they cost less so.
import type * as media from '#node/media/api.ts';
import { call } from './call.ts';
import { isPassing, Problem } from './problem.ts';
import { route, type OutputOf } from './route.ts';
import { upload, type UploadOptions } from './upload.ts';

const createUpload = route<typeof media.createUpload>('POST', '/api/v1/uploads');
const readUpload = route<typeof media.readUpload>('GET', '/api/v1/uploads/:id');
const appendUpload = route<typeof media.appendUpload>('PATCH', '/api/v1/uploads/:id');

/** A part: some seconds on a slow line, so that a cut loses little. */
const PART_BYTES = 4 * 1024 * 1024;
/** Tries of one part, with a rest between them that doubles. */
const TRIES_MAX = 5;
const REST_MS = 1_000;

export type Upload = OutputOf<typeof readUpload>;

export interface PartsOptions extends UploadOptions {
  /** An upload that was begun before; one that the node has forgotten is begun anew. */
  readonly begun?: string | undefined;
  /** Told the upload's id before the first byte, so that it can be kept. */
  readonly onBegun?: (id: string) => Promise<void> | void;
}

interface About {
  readonly purpose: 'media' | 'archive';
  readonly name?: string;
  readonly alt?: string;
  readonly duration_ms?: number;
}

/** Sends a file. @throws Problem; AbortError when `signal` says so */
export async function uploadInParts(file: Blob, about: About, options: PartsOptions = {}): Promise<Upload> {
  const { signal, onProgress } = options;
  let now = await begin(file, about, options);
  let tries = 0;
  while (!now.complete) {
    const { id, offset } = now;
    const part = file.slice(offset, offset + PART_BYTES);
    try {
      now = await upload(
        appendUpload,
        part,
        { params: { id } },
        {
          ...(signal === undefined ? {} : { signal }),
          type: 'application/partial-upload',
          headers: { 'upload-offset': String(offset) },
          onProgress: (share) => onProgress?.((offset + share * part.size) / file.size),
        },
      );
      tries = 0;
    } catch (error) {
      tries += 1;
      const isBehind = error instanceof Problem && error.status === 409;
      if ((!isPassing(error) && !isBehind) || tries >= TRIES_MAX) throw error;
      await rest(REST_MS * 2 ** (tries - 1), signal);
      // What of the part has arrived is the node's to say.
      now = await call(readUpload, { params: { id } }, { signal });
    }
    onProgress?.(now.offset / file.size);
  }
  return now;
}

async function begin(file: Blob, about: About, { begun, onBegun, signal }: PartsOptions): Promise<Upload> {
  if (begun !== undefined) {
    const known = await call(readUpload, { params: { id: begun } }, { signal }).catch((error: unknown) => {
      if (error instanceof Problem && error.status === 404) return undefined;
      throw error;
    });
    if (known?.size === file.size) return known;
  }
  const made = await call(createUpload, { body: { ...about, size: file.size } }, { signal });
  await onBegun?.(made.id);
  return made;
}

function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
