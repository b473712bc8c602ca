// Takes uploads in, keeps what is attached to something, lets go of what is not.
// A failed or broken upload leaves nothing; an upload that is never attached goes after a day.
import type { Tx } from '#kernel/db/database.ts';
import type { Host } from '#kernel/feature.ts';
import type { Vault } from '#node/vault/index.ts';
import { AppError } from '#protocol/errors.ts';
import { newMessageId } from '#protocol';
import type { Images } from './images.ts';
import {
  cleanFileName,
  drawnAs,
  failures,
  FILES_MAX,
  MEDIA_BYTES_MAX,
  SNIFF_BYTES,
  UNUSED_MS,
  type MediaFile,
  type SealedFile,
} from './model.ts';
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

export interface Media extends MediaDoor {
  /** @throws media/empty-unprocessable, media/picture-unprocessable, vault/too-large, vault/quota, http/aborted */
  take(
    source: AsyncIterable<Uint8Array>,
    about: { readonly name?: string | undefined; readonly alt?: string | undefined },
  ): Promise<MediaFile>;
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
      bytesMax: MEDIA_BYTES_MAX,
      staged: true,
    });
    return { cid, key, size, type };
  };

  return {
    async take(source, { name, alt }) {
      const { head, rest } = await peek(source);
      if (head.length === 0) throw failures.empty();
      // Loaded with the first upload: an idle node does without.
      const { fileTypeFromBuffer } = await import('file-type');
      const sniffed = (await fileTypeFromBuffer(head))?.mime ?? 'application/octet-stream';
      const common = {
        id: newMessageId(clock.now(), random.bytes(10)),
        name: name === undefined ? null : cleanFileName(name),
        alt: alt ?? null,
        owner: null,
      };
      const format = drawnAs[sniffed];
      let file: MediaFile;
      if (format === undefined) {
        const sealed = await seal(rest(), sniffed.split(';')[0] ?? sniffed);
        file = { ...common, ...sealed, width: null, height: null, thumbnail: null };
      } else {
        const { picture, thumbnail } = await doors.images.draw(await collect(rest()), format);
        const sealed = await seal(picture.bytes, `image/${format}`);
        const small = await seal(thumbnail.bytes, 'image/webp');
        file = { ...common, ...sealed, width: picture.width, height: picture.height, thumbnail: small };
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
        await blobs.keep(tx, file.cid);
        if (file.thumbnail !== null) await blobs.keep(tx, file.thumbnail.cid);
      }
      if (files.length !== new Set(ids).size) throw failures.notFound();
      await store.setOwner(tx, ids, owner);
    },

    async release(tx, owner, except = []) {
      const files = (await store.filesOf(tx, owner)).filter(({ id }) => !except.includes(id));
      if (files.length === 0) return;
      for (const file of files) {
        await blobs.remove(tx, file.cid);
        if (file.thumbnail !== null) await blobs.remove(tx, file.thumbnail.cid);
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
    if (length > MEDIA_BYTES_MAX) {
      throw new AppError({
        category: 'invalid',
        code: 'vault/too-large',
        safe: {
          en: `The file is over ${MEDIA_BYTES_MAX} bytes. Nothing was stored.`,
          fr: `Le fichier dépasse ${MEDIA_BYTES_MAX} octets. Rien n'a été enregistré.`,
        },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
