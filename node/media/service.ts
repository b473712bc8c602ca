// Takes uploads in, keeps what is attached to something, lets go of what is not.
// A failed or broken upload leaves nothing; an upload that is never attached goes after a day.
import type { Tx } from '#kernel/db/database.ts';
import type { Host } from '#kernel/feature.ts';
import type { Vault } from '#node/vault/index.ts';
import { AppError } from '#protocol/errors.ts';
import { newMessageId } from '#protocol';
import { FILE_BYTES_MAX } from '#protocol/limits.ts';
import { mayTellPlaces, withoutPlaces } from './film-metadata.ts';
import type { Images } from './images.ts';
import {
  cleanFileName,
  drawnAs,
  failures,
  FILES_MAX,
  SNIFF_BYTES,
  UNUSED_MS,
  type MediaFile,
  type SealedFile,
} from './model.ts';
import { isSoundOnly } from './sound.ts';
import * as store from './store.ts';

export interface MediaDoor {
  /** Uploaded files that belong to nothing yet or to `owner`, in the order of `ids`. @throws media/not-found */
  describe(ids: readonly string[], owner?: string): Promise<MediaFile[]>;
  /** Makes files part of `owner` (a URI), in the transaction that refers to them. @throws media/not-found */
  attach(tx: Tx, ids: readonly string[], owner: string): Promise<void>;
  /** Removes the files of `owner`, but those named. */
  release(tx: Tx, owner: string, except?: readonly string[]): Promise<void>;
  /** The files of `owner`. */
  filesOf(owner: string): Promise<MediaFile[]>;
}

/** What the uploader says of a file. */
export interface About {
  readonly name?: string | undefined;
  readonly alt?: string | undefined;
  /** Of a sound or film. */
  readonly durationMs?: number | undefined;
}

export interface Media extends MediaDoor {
  /** @throws media/empty-unprocessable, media/picture-unprocessable, vault/too-large, vault/quota, http/aborted */
  take(source: AsyncIterable<Uint8Array>, about: About): Promise<MediaFile>;
  /** @throws media/not-found */
  get(id: string): Promise<MediaFile>;
  /** Forgets old uploads that nothing refers to. */
  tidy(): Promise<number>;
}

export function createMedia(host: Host, doors: { vault: Vault; images: Images }): Media {
  const { db, clock, random } = host;
  const { blobs } = doors.vault;

  const seal = async (source: Uint8Array | AsyncIterable<Uint8Array>, type: string): Promise<SealedFile> => {
    const { cid, key, size } = await blobs.write(source, {
      kind: 'media',
      bytesMax: FILE_BYTES_MAX,
      staged: true,
    });
    return { cid, key, size, type };
  };

  return {
    async take(source, { name, alt, durationMs }) {
      const { head, rest } = await peek(source);
      if (head.length === 0) throw failures.empty();
      // Loaded with the first upload: an idle node does without.
      const { fileTypeFromBuffer } = await import('file-type');
      const found = (await fileTypeFromBuffer(head))?.mime ?? 'application/octet-stream';
      const sniffed = isSoundOnly(head, found) ? found.replace('video/', 'audio/') : found;
      const timed = /^(audio|video)\//.test(sniffed);
      const common = {
        id: newMessageId(clock.now(), random.bytes(10)),
        name: name === undefined ? null : cleanFileName(name),
        alt: alt ?? null,
        owner: null,
        durationMs: timed ? (durationMs ?? null) : null,
      };
      const format = drawnAs[sniffed];
      let file: MediaFile;
      if (format === undefined) {
        const whole = mayTellPlaces(found) ? withoutPlaces(rest()) : rest();
        const sealed = await seal(whole, sniffed.split(';')[0] ?? sniffed);
        const none = { width: null, height: null, thumbnail: null, view: null, color: null };
        file = { ...common, ...sealed, ...none };
      } else {
        const { picture, thumbnail, view, color } = await doors.images.draw(await collect(rest()), format);
        const sealed = await seal(picture.bytes, `image/${format}`);
        const small = await seal(thumbnail.bytes, 'image/webp');
        const middle = view === undefined ? null : await seal(view.bytes, 'image/webp');
        const { width, height } = picture;
        file = { ...common, ...sealed, width, height, color, thumbnail: small, view: middle };
      }
      await db.write((tx) => store.insertFile(tx, file, clock.now()));
      return file;
    },

    async get(id) {
      const [file] = await store.readFiles(db.read, [id]);
      if (file === undefined) throw failures.notFound();
      return file;
    },

    async describe(ids, owner) {
      if (ids.length === 0) return [];
      if (ids.length > FILES_MAX) throw failures.notFound();
      const files = await store.readFiles(db.read, ids);
      return ids.map((id) => {
        const file = files.find((each) => each.id === id);
        if (file === undefined || (file.owner !== null && file.owner !== owner)) throw failures.notFound();
        return file;
      });
    },

    async attach(tx, ids, owner) {
      if (ids.length === 0) return;
      const files = await store.readFiles(tx, ids);
      for (const file of files) {
        if (file.owner === owner) continue;
        if (file.owner !== null) throw failures.notFound();
        for (const cid of cidsOf(file)) await blobs.keep(tx, cid);
      }
      if (files.length !== new Set(ids).size) throw failures.notFound();
      await store.setOwner(tx, ids, owner);
    },

    async release(tx, owner, except = []) {
      const files = (await store.filesOf(tx, owner)).filter(({ id }) => !except.includes(id));
      if (files.length === 0) return;
      for (const file of files) {
        for (const cid of cidsOf(file)) await blobs.remove(tx, cid);
      }
      await store.deleteFiles(
        tx,
        files.map(({ id }) => id),
      );
    },

    filesOf: (owner) => store.filesOf(db.read, owner),
    tidy: () => db.write((tx) => store.deleteUnused(tx, clock.now() - UNUSED_MS)),
  };
}

/** The file itself and its smaller pictures. */
export function cidsOf({ cid, thumbnail, view }: MediaFile): string[] {
  return [cid, ...[thumbnail, view].flatMap((file) => file?.cid ?? [])];
}

/** The first bytes of a stream, and the whole stream again. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; rest: () => AsyncGenerator<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      return await iterator.next();
    } catch (error) {
      throw error instanceof AppError ? error : failures.cut(error);
    }
  };
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < SNIFF_BYTES) {
    const { value, done } = await next();
    if (done === true) break;
    first.push(value);
    length += value.length;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield* first;
    while (true) {
      const { value, done } = await next();
      if (done === true) return;
      yield value;
    }
  }
  return { head: Buffer.concat(first), rest };
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > FILE_BYTES_MAX) throw failures.tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
