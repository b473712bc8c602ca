// What an archive is read from and what its entries are; and the count that is kept of everything in it.
// Refuses names that lead out, too many entries, too many bytes, and bombs.
import { AppError } from '#protocol';
import type { Readable } from 'node:stream';
import {
  ENTRIES_MAX,
  ENTRY_NAME_CHARS_MAX,
  failures,
  PLAIN_BYTES_MAX,
  RATIO_FROM_BYTES,
  RATIO_MAX,
} from './model.ts';

/** Bytes that can be read from any place. */
export interface ByteSource extends AsyncDisposable {
  readonly size: number;
  /** From `start` up to, without, `end`. */
  read(start: number, end: number): Readable;
}

export interface ArchiveEntry {
  readonly path: string;
  /** Bytes when unpacked, as the archive says. */
  readonly size: number;
  /** Its bytes; to be read to the end or destroyed before the next entry is asked for. */
  open(): Promise<Readable>;
}

/** Counts what is met in an archive against its bounds. */
export interface Tally {
  /** @throws portability/archive-too-many-unprocessable, portability/archive-unsafe-unprocessable */
  entry(path: string): void;
  /** Bytes that come out. @throws portability/archive-bomb-unprocessable */
  plain(bytes: number): void;
}

export function createTally(packedBytes: number): Tally {
  let entries = 0;
  let plain = 0;
  return {
    entry(path) {
      entries += 1;
      if (entries > ENTRIES_MAX) throw failures.tooMany();
      if (!isInside(path)) throw failures.hostile();
    },
    plain(bytes) {
      plain += bytes;
      if (plain > PLAIN_BYTES_MAX) throw failures.bomb();
      if (plain > RATIO_FROM_BYTES && plain > packedBytes * RATIO_MAX) throw failures.bomb();
    },
  };
}

/** Whether a name stays in the folder that it is relative to. */
function isInside(path: string): boolean {
  if (path === '' || path.length > ENTRY_NAME_CHARS_MAX || path.includes('\0') || path.includes('\\')) {
    return false;
  }
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return false;
  return !path.split('/').includes('..');
}

/** What a library says of a broken archive, in our words; our own refusals pass. */
export function archiveFailure(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // yauzl names what it refuses only in words.
  const words = error instanceof Error ? error.message : '';
  return /^(invalid relative path|absolute path|invalid characters in fileName)/.test(words)
    ? failures.hostile(error)
    : failures.notArchive(error);
}
