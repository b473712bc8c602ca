// Files that arrive in parts, over hours and restarts: each part is sealed as it comes, and durable when acknowledged.
// Whole pieces stand in a file, each under a random nonce and bound to its place; what is less than a piece waits in
// the database, which is sealed itself. The space is set aside when the file is announced. Nothing here is shared:
// what has come whole is handed over, and forgotten; what nobody goes on with is forgotten after a day.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BLOB_KEY_BYTES, failures, PIECE_BYTES, TAG_BYTES } from './model.ts';
import type { Quota } from './quota.ts';
import * as store from './store-spools.ts';

const NONCE_BYTES = 12;
const STORED_PIECE_BYTES = NONCE_BYTES + PIECE_BYTES + TAG_BYTES;
/** A crash loses at most this much of a part that was still coming. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** A file that got no part for this long is forgotten. */
export const SPOOL_MS = 24 * 3_600_000;
const STALE_MAX = 100;

export interface SpoolInfo {
  readonly id: string;
  /** Bytes announced. */
  readonly size: number;
  /** Bytes that have come and are durable. */
  readonly offset: number;
  readonly usedAt: number;
}

export interface Spools {
  /** Sets the space aside; the row is made in the caller's transaction. @throws vault/quota */
  reserve(
    id: string,
    size: number,
  ): { readonly insert: (tx: Tx) => Promise<void>; readonly release: () => void };
  find(id: string): Promise<SpoolInfo | undefined>;
  /**
   * Adds a part at `offset` and returns the new one. What came before the source failed is kept.
   * @throws vault/not-found, vault/spool-offset, vault/too-large, or the source's own error
   */
  append(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number>;
  /** Bytes from `start` up to, without, `end`, of what has come; the stream fails with vault/not-found or vault/damaged. */
  read(spool: Pick<SpoolInfo, 'id'>, start: number, end: number): Readable;
  /** Gives the whole to `taker`, whose own space it may use; forgets it when that succeeds. */
  handOver<Result>(id: string, taker: (whole: Readable) => Promise<Result>): Promise<Result>;
  /** Says that it is still needed. */
  touch(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Forgets what nobody went on with. Returns which. */
  tidy(): Promise<string[]>;
}

export interface SpoolHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly quota: Quota;
  readonly dir: string;
}

/** Opens the folder, and removes files that have no row. */
export async function openSpools(host: SpoolHost): Promise<Spools> {
  const { db, clock, random, quota, dir } = host;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const known = new Set((await store.allSpools(db.read)).map(({ file }) => file));
  for (const name of readdirSync(dir)) if (!known.has(name)) rmSync(join(dir, name), { force: true });

  const found = async (id: string): Promise<store.SpoolRow> => {
    const row = await store.findSpool(db.read, id);
    if (row === undefined) throw failures.notFound();
    return row;
  };
  const remove = async (id: string): Promise<void> => {
    const row = await store.findSpool(db.read, id);
    if (row === undefined) return;
    // The row first: a file without one is removed at the next start.
    if (await db.write((tx) => store.deleteSpool(tx, id))) quota.freed('media', row.size);
    await rm(join(dir, row.file), { force: true });
  };
  const read = ({ id }: Pick<SpoolInfo, 'id'>, start: number, end: number): Readable => {
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      const row = await found(id);
      yield* readPieces(join(dir, row.file), row, start, end);
    };
    return Readable.from(pieces(), { objectMode: false });
  };

  return {
    reserve(id, size) {
      const reservation = quota.reserve('media', size);
      return {
        release: () => reservation.release(),
        insert: async (tx) => {
          await store.insertSpool(tx, {
            id,
            size,
            file: Buffer.from(random.bytes(16)).toString('hex'),
            key: Buffer.from(random.bytes(BLOB_KEY_BYTES)),
            pieces: 0,
            tail: Buffer.alloc(0),
            used_at: clock.now(),
          });
        },
      };
    },

    async find(id) {
      const row = await store.findSpool(db.read, id);
      return row === undefined ? undefined : toInfo(row);
    },

    async append(id, offset, source) {
      const row = await found(id);
      if (offset !== toInfo(row).offset) throw failures.spoolOffset(toInfo(row).offset);
      return writeParts(host, row, source);
    },

    read,

    async handOver(id, taker) {
      const row = await found(id);
      const whole = read(row, 0, row.size);
      quota.freed('media', row.size);
      try {
        const result = await taker(whole);
        await db.write((tx) => store.deleteSpool(tx, id));
        await rm(join(dir, row.file), { force: true });
        return result;
      } catch (error) {
        // It is still here, and takes its room whatever else came meanwhile.
        quota.freed('media', -row.size);
        throw error;
      } finally {
        whole.destroy();
      }
    },

    touch: (id) => db.write((tx) => store.touchSpool(tx, id, clock.now())),
    remove,

    async tidy() {
      const stale = await store.staleSpools(db.read, clock.now() - SPOOL_MS, STALE_MAX);
      for (const { id } of stale) await remove(id);
      return stale.map(({ id }) => id);
    },
  };
}

function toInfo(row: store.SpoolRow): SpoolInfo {
  const offset = row.pieces * PIECE_BYTES + row.tail.length;
  return { id: row.id, size: row.size, offset, usedAt: row.used_at };
}

async function writeParts(
  host: SpoolHost,
  row: store.SpoolRow,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const { db, clock, random, dir } = host;
  const tail = Buffer.alloc(PIECE_BYTES);
  let filled = row.tail.copy(tail);
  let { pieces } = row;
  let kept = pieces;
  const handle = await open(join(dir, row.file), constants.O_RDWR | constants.O_CREAT, 0o600);
  const offset = (): number => pieces * PIECE_BYTES + filled;
  const checkpoint = async (): Promise<void> => {
    await handle.sync();
    const state = { pieces, tail: Buffer.from(tail.subarray(0, filled)), used_at: clock.now() };
    await db.write((tx) => store.moveSpool(tx, row.id, state));
    kept = pieces;
  };
  try {
    for await (const chunk of source) {
      if (offset() + chunk.length > row.size) throw failures.tooLarge(row.size);
      for (let at = 0; at < chunk.length;) {
        const taken = Math.min(PIECE_BYTES - filled, chunk.length - at);
        tail.set(chunk.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled < PIECE_BYTES) continue;
        const sealed = sealPiece(tail, row.key, pieces, random.bytes(NONCE_BYTES));
        await writeAt(handle, sealed, pieces * STORED_PIECE_BYTES);
        pieces += 1;
        filled = 0;
      }
      if ((pieces - kept) * PIECE_BYTES >= CHECKPOINT_BYTES) await checkpoint();
    }
  } finally {
    try {
      await checkpoint();
    } finally {
      await handle.close();
    }
  }
  return offset();
}

async function* readPieces(
  path: string,
  row: store.SpoolRow,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const last = Math.min(end, toInfo(row).offset);
  const handle =
    row.pieces === 0
      ? undefined
      : await open(path, 'r').catch((error: unknown) => {
          throw failures.damaged(error);
        });
  try {
    const buffer = Buffer.alloc(STORED_PIECE_BYTES);
    for (let index = Math.floor(start / PIECE_BYTES); index * PIECE_BYTES < last; index += 1) {
      const from = index * PIECE_BYTES;
      let plain: Uint8Array = row.tail;
      if (index < row.pieces && handle !== undefined) {
        const { bytesRead } = await handle.read(buffer, 0, STORED_PIECE_BYTES, index * STORED_PIECE_BYTES);
        if (bytesRead !== STORED_PIECE_BYTES) throw failures.damaged();
        plain = openPiece(buffer, row.key, index);
      }
      const part = plain.subarray(Math.max(0, start - from), last - from);
      if (part.length > 0) yield part;
    }
  } finally {
    await handle?.close();
  }
}

function placeOf(index: number): Uint8Array {
  const place = new Uint8Array(4);
  new DataView(place.buffer).setUint32(0, index);
  return place;
}

// A part that a crash cut off is written again, maybe with other bytes: the nonce must be fresh each time.
function sealPiece(plain: Uint8Array, key: Uint8Array, index: number, nonce: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(placeOf(index));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openPiece(stored: Uint8Array, key: Uint8Array, index: number): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(placeOf(index)).setAuthTag(stored.subarray(NONCE_BYTES + PIECE_BYTES));
  try {
    const sealed = stored.subarray(NONCE_BYTES, NONCE_BYTES + PIECE_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch (error) {
    throw failures.damaged(error);
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
