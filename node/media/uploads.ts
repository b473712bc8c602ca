// Uploads that resume: announced with their size, sent in parts at an offset, whole across lost lines and restarts of
// either side. A picture or file becomes media with its last byte; an archive waits for who imports it. Refuses what
// does not fit before a byte is sent, and a part that is not the next. (After draft-ietf-httpbis-resumable-upload.)
import type { Host } from '#kernel/feature.ts';
import type { Vault } from '#node/vault/index.ts';
import { newMessageId } from '#protocol';
import { AppError } from '#protocol/errors.ts';
import type { Readable } from 'node:stream';
import { FILE_BYTES_MAX } from '#protocol/limits.ts';
import { failures, UNUSED_MS, uploadFailures, UPLOADS_MAX, type MediaFile } from './model.ts';
import type { Media } from './service.ts';
import * as store from './store-uploads.ts';

/** Rows looked at by one round of tidying. */
const TIDY_ROWS = 200;

export interface NewUpload {
  readonly purpose: 'media' | 'archive';
  readonly size: number;
  readonly name?: string | undefined;
  readonly alt?: string | undefined;
  readonly durationMs?: number | undefined;
}
export interface UploadState {
  readonly id: string;
  readonly purpose: 'media' | 'archive';
  readonly size: number;
  readonly offset: number;
  readonly complete: boolean;
  readonly expiresAt: number;
  /** What it became. */
  readonly media: MediaFile | null;
}
/** A whole upload, to be read from any place. */
export interface UploadedSource extends AsyncDisposable {
  readonly size: number;
  read(start: number, end: number): Readable;
}

export interface Uploads {
  /** @throws vault/quota, vault/too-large, media/uploads-full */
  create(upload: NewUpload): Promise<UploadState>;
  /** @throws media/upload-not-found */
  state(id: string): Promise<UploadState>;
  /** Takes the next part. @throws vault/spool-offset, vault/too-large, http/aborted, and those of `Media.take` at the end */
  append(id: string, offset: number, part: Readable): Promise<UploadState>;
  /** @throws media/upload-not-found */
  cancel(id: string): Promise<void>;
  /** As `cancel`, for one that may be gone. */
  forget(id: string): Promise<void>;
  /** A whole archive. @throws media/upload-not-found, media/upload-unfinished */
  open(id: string): Promise<UploadedSource>;
  tidy(): Promise<void>;
}

export function createUploads(
  host: Pick<Host, 'db' | 'clock' | 'random'>,
  doors: { readonly vault: Pick<Vault, 'spools'>; readonly media: Pick<Media, 'take' | 'get'> },
): Uploads {
  const { db, clock, random } = host;
  const { spools } = doors.vault;
  /** The part that is coming, by upload: a new one ends it, since its line is likely dead. */
  const coming = new Map<string, { readonly stop: () => void; readonly settled: Promise<unknown> }>();

  const found = async (id: string): Promise<store.UploadRow> => {
    const row = await store.findUpload(db.read, id);
    if (row === undefined) throw uploadFailures.notFound();
    return row;
  };

  const stateOf = async (row: store.UploadRow): Promise<UploadState> => {
    const { id, purpose, size } = row;
    const common = { id, purpose, size };
    if (row.media_id !== null) {
      const media = await doors.media.get(row.media_id);
      return { ...common, offset: size, complete: true, expiresAt: row.created_at + UNUSED_MS, media };
    }
    const spool = await spools.find(id);
    if (spool === undefined) throw uploadFailures.notFound();
    const complete = spool.offset === size;
    if (complete && purpose === 'media') return finish(row);
    return { ...common, offset: spool.offset, complete, expiresAt: spool.usedAt + UNUSED_MS, media: null };
  };

  const finish = async (row: store.UploadRow): Promise<UploadState> => {
    const { id, size, purpose } = row;
    try {
      const about = {
        name: row.name ?? undefined,
        alt: row.alt ?? undefined,
        durationMs: row.duration_ms ?? undefined,
      };
      const media = await spools.handOver(id, async (whole) => {
        const taken = await doors.media.take(whole as AsyncIterable<Uint8Array>, about);
        await db.write((tx) => store.setUploadMedia(tx, id, taken.id));
        return taken;
      });
      return { id, purpose, size, offset: size, complete: true, expiresAt: clock.now() + UNUSED_MS, media };
    } catch (error) {
      // What can never become media is not kept for another try.
      if (error instanceof AppError && error.category === 'invalid') await drop(id);
      throw error;
    }
  };

  const drop = async (id: string): Promise<void> => {
    await db.write((tx) => store.deleteUpload(tx, id));
    await spools.remove(id);
  };

  const stop = async (id: string): Promise<void> => {
    const before = coming.get(id);
    before?.stop();
    await before?.settled;
  };

  return {
    async create(upload) {
      if (upload.purpose === 'media' && upload.size > FILE_BYTES_MAX) throw failures.tooLarge();
      if ((await store.countUploads(db.read)) >= UPLOADS_MAX) throw uploadFailures.full();
      const id = newMessageId(clock.now(), random.bytes(10));
      const row: store.UploadRow = {
        id,
        purpose: upload.purpose,
        size: upload.size,
        name: upload.name ?? null,
        alt: upload.alt ?? null,
        duration_ms: upload.durationMs ?? null,
        media_id: null,
        created_at: clock.now(),
      };
      const space = spools.reserve(id, upload.size);
      try {
        await db.write(async (tx) => {
          await store.insertUpload(tx, row);
          await space.insert(tx);
        });
      } catch (error) {
        space.release();
        throw error;
      }
      return stateOf(row);
    },

    state: async (id) => stateOf(await found(id)),

    async append(id, offset, part) {
      const row = await found(id);
      await stop(id);
      const work = spools.append(id, offset, withCuts(part));
      const settled = work.catch(() => undefined);
      const mine = { stop: () => void part.destroy(), settled };
      coming.set(id, mine);
      try {
        await work;
      } finally {
        if (coming.get(id) === mine) coming.delete(id);
      }
      return stateOf(row);
    },

    async cancel(id) {
      const row = await found(id);
      await stop(id);
      await drop(row.id);
    },
    async forget(id) {
      await stop(id);
      await drop(id);
    },

    async open(id) {
      const row = await found(id);
      const spool = await spools.find(id);
      if (spool === undefined) throw uploadFailures.notFound();
      if (row.purpose !== 'archive' || spool.offset !== row.size) throw uploadFailures.unfinished();
      await spools.touch(id);
      return {
        size: row.size,
        read: (start, end) => spools.read(spool, start, end),
        [Symbol.asyncDispose]: async () => undefined,
      };
    },

    async tidy() {
      const old = await store.oldUploads(db.read, clock.now() - UNUSED_MS, TIDY_ROWS);
      for (const { id } of old) {
        const spool = await spools.find(id);
        if (spool === undefined || spool.usedAt < clock.now() - UNUSED_MS) await drop(id);
      }
    },
  };
}

/** A line that breaks is no fault of ours: what came before it is kept. */
async function* withCuts(part: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* part as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw error instanceof AppError ? error : failures.cut(error);
  }
}
