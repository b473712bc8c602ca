// Large content: sealed under a fresh key as it streams in, addressed by the CID of its ciphertext, opened by range.
// Nobody who sees an address can test a guess of the content. A blob whose row exists is whole and durable on disk.
import { cidOfHash, invalid } from '#protocol';
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Log } from '#kernel/log.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { BlobFiles } from './blob-files.ts';
import {
  BLOB_BYTES_MAX,
  BLOB_KEY_BYTES,
  checkedRange,
  EVICTION_ROWS_MAX,
  failures,
  plainSize,
  sealedSize,
  STAGED_MS,
  type BlobInfo,
  type BlobKind,
  type ByteRange,
} from './model.ts';
import type { Quota } from './quota.ts';
import { openPieces, sealPieces } from './sealed-stream.ts';
import * as store from './store.ts';

export type BlobSource = Uint8Array | AsyncIterable<Uint8Array>;

export interface WrittenBlob {
  /** Address of the ciphertext. */
  readonly cid: string;
  /** Plaintext bytes. */
  readonly size: number;
  /** Ciphertext bytes. */
  readonly storedSize: number;
  /** 32 bytes; the vault does not keep it: whoever refers to the blob does. */
  readonly key: Uint8Array;
}

export interface Blobs {
  /**
   * Seals and keeps plaintext. `staged`: it is removed after a day unless `keep` is called.
   * @throws vault/too-large, vault/quota, or the source's own error; then nothing is left behind
   */
  write(
    source: BlobSource,
    options: { readonly kind: BlobKind; readonly bytesMax: number; readonly staged?: boolean },
  ): Promise<WrittenBlob>;
  /** Keeps ciphertext fetched from somebody, if it is what was asked for. @throws vault/content-unprocessable, vault/too-large, vault/quota */
  store(
    ciphertext: BlobSource,
    expectedCid: string,
    options: { readonly kind: BlobKind; readonly bytesMax?: number },
  ): Promise<BlobInfo>;
  /** Plaintext; the stream fails with vault/damaged before it yields a byte that does not verify. @throws vault/not-found, http/range */
  open(cid: string, key: Uint8Array, range?: ByteRange): Promise<Readable>;
  /** Ciphertext, for a peer. @throws vault/not-found, http/range */
  openCiphertext(cid: string, range?: ByteRange): Promise<Readable>;
  stat(cid: string): Promise<BlobInfo | undefined>;
  /** Makes a staged blob permanent, in the transaction of whatever refers to it. @throws vault/not-found */
  keep(tx: Tx, cid: string): Promise<void>;
  /** Forgets a blob; its file goes after the commit. */
  remove(tx: Tx, cid: string): Promise<void>;
}

export interface BlobHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: BlobFiles;
  readonly quota: Quota;
  /** Notes a use, for the eviction of what was used least lately. */
  readonly touched: (cid: string) => void;
}

export function createBlobs(host: BlobHost): Blobs {
  const { db, files, quota } = host;
  const found = async (cid: string): Promise<store.BlobRow> => {
    const row = await store.findBlob(db.read, cid);
    if (row === undefined) throw failures.notFound();
    host.touched(cid);
    return row;
  };
  return {
    async write(source, { kind, bytesMax, staged }) {
      const key = host.random.bytes(BLOB_KEY_BYTES);
      const plain = bounded(chunksOf(source), Math.min(bytesMax, BLOB_BYTES_MAX));
      const row = await keepFile(host, sealPieces(plain, key), {
        kind,
        stagedUntil: staged === true ? host.clock.now() + STAGED_MS : null,
      });
      return { cid: row.cid, size: row.size, storedSize: row.stored_size, key };
    },
    async store(ciphertext, expectedCid, { kind, bytesMax = BLOB_BYTES_MAX }) {
      const known = await store.findBlob(db.read, expectedCid);
      if (known !== undefined) return store.toBlobInfo(known);
      const sealed = bounded(chunksOf(ciphertext), sealedSize(Math.min(bytesMax, BLOB_BYTES_MAX)));
      return store.toBlobInfo(await keepFile(host, sealed, { kind, stagedUntil: null, expectedCid }));
    },
    async open(cid, key, range) {
      if (key.length !== BLOB_KEY_BYTES) throw invalid('vault/key', 'A blob key has 32 bytes.');
      const row = await found(cid);
      const wanted = checkedRange(range, row.size);
      const handle = await files.open(row.file);
      const pieces = openPieces(handle, { key, storedSize: row.stored_size, range: wanted });
      const stream = Readable.from(pieces, { objectMode: false });
      // Here and not in the generator: a stream that is destroyed before its first read never enters that.
      stream.once('close', () => {
        handle.close().catch((error: unknown) => host.log.warn({ err: error }, 'a blob file did not close'));
      });
      return stream;
    },
    async openCiphertext(cid, range) {
      const row = await found(cid);
      return files.read(row.file, checkedRange(range, row.stored_size));
    },
    async stat(cid) {
      const row = await store.findBlob(db.read, cid);
      return row === undefined ? undefined : store.toBlobInfo(row);
    },
    async keep(tx, cid) {
      const row = await store.findBlob(tx, cid);
      if (row === undefined) throw failures.notFound();
      await store.keepBlob(tx, cid);
      tx.afterCommit(() => quota.moved(row.kind, 'media', row.stored_size));
    },
    async remove(tx, cid) {
      const row = await store.findBlob(tx, cid);
      if (row === undefined) return;
      await store.deleteBlob(tx, cid);
      tx.afterCommit(() => dropFile(host, row));
    },
  };
}

/** Removes staged blobs that nobody kept. Returns how many. */
export async function removeStaleStaged(host: BlobHost): Promise<number> {
  const rows = await store.staleStaged(host.db.read, host.clock.now(), EVICTION_ROWS_MAX);
  return removeRows(host, rows);
}

async function removeRows(host: BlobHost, rows: readonly store.BlobRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  await host.db.write(async (tx) => {
    for (const row of rows) {
      await store.deleteBlob(tx, row.cid);
      tx.afterCommit(() => dropFile(host, row));
    }
  });
  return rows.length;
}

interface KeepOptions {
  readonly kind: BlobKind;
  readonly stagedUntil: number | null;
  readonly expectedCid?: string;
}

/** Writes ciphertext to a file within the quota, then its row. */
async function keepFile(
  host: BlobHost,
  sealed: AsyncIterable<Uint8Array>,
  options: KeepOptions,
): Promise<store.BlobRow> {
  const { db, files, quota } = host;
  const { kind, expectedCid, stagedUntil } = options;
  const hash = createHash('sha256');
  const reservation = quota.reserve(kind, 0);
  let storedSize = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of sealed) {
      if (kind === 'cache') await evictFor(host, chunk.length);
      reservation.grow(chunk.length);
      storedSize += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  };
  let file: string | undefined;
  try {
    file = await files.write(counted());
    const cid = cidOfHash(hash.digest());
    const size = plainSize(storedSize);
    if ((expectedCid !== undefined && cid !== expectedCid) || size === undefined)
      throw failures.otherContent();
    const now = host.clock.now();
    const row: store.BlobRow = {
      cid,
      file,
      kind,
      size,
      stored_size: storedSize,
      created_at: now,
      used_at: now,
      staged_until: stagedUntil,
    };
    if (await db.write((tx) => store.insertBlob(tx, row))) {
      files.settled(file);
      return row;
    }
    // Two fetches of the same content at once: the first keeps its file, and this one's goes.
    reservation.release();
    await files.remove(file);
    return row;
  } catch (error) {
    reservation.release();
    if (file !== undefined) await files.remove(file);
    throw error;
  }
}

/** Makes room in the cache by removing what was used least lately. */
async function evictFor(host: BlobHost, bytes: number): Promise<void> {
  while (host.quota.excess('cache', bytes) > 0) {
    const oldest = await store.leastRecentlyUsed(host.db.read, 'cache', 1);
    if ((await removeRows(host, oldest)) === 0) return;
  }
}

function dropFile(host: BlobHost, row: store.BlobRow): void {
  host.quota.freed(row.kind, row.stored_size);
  // The row is gone: a file that could not be removed now is an orphan for the next sweep.
  host.files.remove(row.file).catch((error: unknown) => {
    host.log.warn({ err: error, file: row.file }, 'a removed blob left its file; the next sweep takes it');
  });
}

async function* chunksOf(source: BlobSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source;
  else yield* source;
}

async function* bounded(source: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > bytesMax) throw failures.tooLarge(bytesMax);
    yield chunk;
  }
}
