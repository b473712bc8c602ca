// What the vault keeps, its limits, and the layout of a sealed blob. Pure: no I/O.
// A sealed blob is a chain of AES-256-GCM pieces in the manner of STREAM (Hoang, Reyhanitabar, Rogaway, Vizar 2015):
// the nonce holds the piece's index and whether it is the last, so that pieces cannot be dropped, swapped or cut.
import { AppError, type Text } from '#protocol/errors.ts';

/** Plaintext bytes in a piece: a range request decrypts at most two pieces too much. */
export const PIECE_BYTES = 64 * 1024;
export const TAG_BYTES = 16;
export const SEALED_PIECE_BYTES = PIECE_BYTES + TAG_BYTES;
export const BLOB_KEY_BYTES = 32;
/** GCM's counter and ours leave room for 2^32 pieces; this bounds one blob far below (issue A: media up to 50 MB). */
export const BLOB_BYTES_MAX = 4 * 1024 ** 3;
/** A staged blob that nobody kept is removed after this: an upload whose post was never written. */
export const STAGED_MS = 24 * 3_600_000;
/** Secrets are keys and tokens; documents are blobs. */
export const SECRET_BYTES_MAX = 64 * 1024;
/** Times of use are written at most this often: a read must not cost a write. */
export const USE_FLUSH_MS = 5 * 60_000;
/** Rows removed by one transaction of the housekeeping. */
export const EVICTION_ROWS_MAX = 200;

/** `media`: the owner's own, kept until removed. `cache`: other people's, evicted when space is needed. */
export type BlobKind = 'media' | 'cache';

export interface BlobInfo {
  readonly cid: string;
  readonly kind: BlobKind;
  /** Plaintext bytes. */
  readonly size: number;
  /** Ciphertext bytes: what a peer fetches. */
  readonly storedSize: number;
  readonly createdAt: number;
}

/** First and last byte, both included, as in an HTTP range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Ciphertext bytes for so many plaintext bytes; an empty blob is one empty piece. */
export function sealedSize(size: number): number {
  return size + TAG_BYTES * Math.max(1, Math.ceil(size / PIECE_BYTES));
}

/** Plaintext bytes of a ciphertext of this length, or undefined when no sealed blob has that length. */
export function plainSize(storedSize: number): number | undefined {
  const pieces = Math.ceil(storedSize / SEALED_PIECE_BYTES);
  const size = storedSize - pieces * TAG_BYTES;
  return size >= 0 && sealedSize(size) === storedSize ? size : undefined;
}

/** 12 bytes: seven zero (the key is fresh for each blob), u32 index, last flag. */
export function pieceNonce(index: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, index);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Checks a range against a size. @throws http/range */
export function checkedRange(range: ByteRange | undefined, size: number): ByteRange {
  if (range === undefined) return { start: 0, end: size - 1 };
  const { start, end } = range;
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && end < size) {
    return range;
  }
  throw new AppError({
    category: 'invalid',
    code: 'http/range',
    safe: {
      en: `This file has ${size} bytes; the range asked for is outside.`,
      fr: `Ce fichier a ${size} octets ; la plage demandée est en dehors.`,
    },
  });
}

export const failures = {
  quota: (): AppError =>
    failure('limit', 'vault/quota', {
      en: 'There is no room left in the space set aside for media. Nothing was stored. Remove something, or raise vault.quota_bytes.',
      fr: "Il n'y a plus de place dans l'espace réservé aux médias. Rien n'a été enregistré. Supprimez quelque chose, ou augmentez vault.quota_bytes.",
    }),
  tooLarge: (bytesMax: number): AppError =>
    failure('invalid', 'vault/too-large', {
      en: `The file is over ${bytesMax} bytes. Nothing was stored.`,
      fr: `Le fichier dépasse ${bytesMax} octets. Rien n'a été enregistré.`,
    }),
  notFound: (): AppError =>
    failure('not-found', 'vault/not-found', {
      en: 'This file is not kept here.',
      fr: "Ce fichier n'est pas conservé ici.",
    }),
  /** Whoever sends in parts asks for the offset and goes on from there. */
  spoolOffset: (offset: number): AppError =>
    failure('conflict', 'vault/spool-offset', {
      en: `The file goes on at byte ${offset}. Nothing was lost; send the rest from there.`,
      fr: `Le fichier continue à l'octet ${offset}. Rien n'est perdu ; envoyez la suite à partir de là.`,
    }),
  damaged: (cause?: unknown): AppError =>
    failure(
      'unavailable',
      'vault/damaged',
      {
        en: 'This file is damaged or its key is not the right one; no part of it was trusted. Restore it from a backup.',
        fr: "Ce fichier est abîmé, ou sa clé n'est pas la bonne ; rien n'en a été utilisé. Restaurez-le depuis une sauvegarde.",
      },
      cause,
    ),
  otherContent: (): AppError =>
    failure('invalid', 'vault/content-unprocessable', {
      en: 'What was received is not the file that was asked for. Nothing was stored.',
      fr: "Ce qui a été reçu n'est pas le fichier demandé. Rien n'a été enregistré.",
    }),
} as const;

function failure(
  category: 'limit' | 'invalid' | 'not-found' | 'unavailable' | 'conflict',
  code: `vault/${string}`,
  safe: Text,
  cause?: unknown,
): AppError {
  return new AppError({ category, code, safe, cause });
}
