// What becomes of a file that the owner uploads: pictures are drawn anew, sound and film stay, the rest is a download.
// What a file is follows from its bytes, never from its name or from what the sender says.
import { AppError, invalid } from '#protocol/errors.ts';
import { COMBINING_MARKS_MAX, FILE_BYTES_MAX, FILE_NAME_CHARS_MAX } from '#protocol/limits.ts';

/** Bytes that the file type detection needs. */
export const SNIFF_BYTES = 4_100;
/** Pixels of a picture, all frames together: 50 million take about 200 MB to draw anew. */
export const PIXELS_MAX = 50_000_000;
/** Longest side kept; larger prints are files, not pictures in a post. */
export const SIDE_MAX = 4_096;
/** In a grid, on a screen with two dots a point. */
export const THUMBNAIL_SIDE_MAX = 320;
/** What fills a phone or most of a window; pictures that are no larger are their own view. */
export const VIEW_SIDE_MAX = 1_280;
/** Uploads in parts at once: an album from a phone, a few tabs. */
export const UPLOADS_MAX = 100;
/** An archive of an account; a node's own quota is usually less. */
export const ARCHIVE_BYTES_MAX = 16 * 1024 ** 3;
/** A client says how long a sound or film is; longer ones do not fit into a file anyway. */
export const DURATION_MS_MAX = 24 * 3_600_000;
/** A picture that takes longer to draw was made to. */
export const DRAW_SECONDS_MAX = 20;
/** Pictures waiting for the one worker, each up to FILE_BYTES_MAX in memory. */
export const DRAWINGS_WAITING_MAX = 4;
/** The worker ends after this long without work: an idle node keeps its memory. */
export const WORKER_IDLE_MS = 15_000;
/** Files of one thing (a post, a message). */
export const FILES_MAX = 20;
/** An upload that nothing refers to is forgotten after this, with its blobs (which the vault drops by itself). */
export const UNUSED_MS = 24 * 3_600_000;

/** Pictures that are drawn anew, and as what. */
export const drawnAs: Readonly<Record<string, 'jpeg' | 'png' | 'webp'>> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/apng': 'png',
  'image/webp': 'webp',
  'image/gif': 'webp',
  'image/avif': 'jpeg',
  'image/heic': 'jpeg',
  'image/heif': 'jpeg',
  'image/tiff': 'jpeg',
};

/** Types that a browser may show in place; every other one is a download. */
const shown: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'audio/mpeg',
  'audio/mp4',
  'audio/x-m4a',
  'audio/ogg',
  'audio/flac',
  'audio/wav',
  'audio/opus',
  'audio/webm',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
]);
export function isShown(type: string): boolean {
  return shown.has(type);
}

/** A sealed file: where its ciphertext is, and how to open it. */
export interface SealedFile {
  readonly cid: string;
  readonly key: Uint8Array;
  readonly size: number;
  readonly type: string;
}

export interface MediaFile extends SealedFile {
  readonly id: string;
  readonly name: string | null;
  readonly alt: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly thumbnail: SealedFile | null;
  /** Between the thumbnail and the whole; null where the whole is as small. */
  readonly view: SealedFile | null;
  /** The average colour, `#rrggbb`, shown until the picture is here. */
  readonly color: string | null;
  /** Of a sound or film, as the uploader said. */
  readonly durationMs: number | null;
  /** What it belongs to (a URI); null until it is attached. */
  readonly owner: string | null;
}

const MARKS_OVER = new RegExp(`(\\p{M}{${COMBINING_MARKS_MAX}})\\p{M}+`, 'gu');

/** The last part of a file name, without what could act as a path, a control, an override or a tower of accents. */
export function cleanFileName(name: string): string | null {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .normalize('NFD')
    .replace(MARKS_OVER, '$1')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"<>|:*?]/gu, '')
    .trim();
  if (/^\.*$/.test(clean)) return null;
  let kept = '';
  // By code points, so that no character is cut in two.
  for (const character of clean) {
    if (kept.length + character.length > FILE_NAME_CHARS_MAX) break;
    kept += character;
  }
  return kept;
}

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** One `Range` of a file of `size` bytes; undefined: the whole. @throws http/range for several, or one outside */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header);
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) throw badRange(size);
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end || start >= size) throw badRange(size);
  return { start, end };
}

function badRange(size: number): AppError {
  return invalid('http/range', {
    en: `One range within ${size} bytes can be asked for.`,
    fr: `On peut demander une plage, dans les ${size} octets.`,
  });
}

export const failures = {
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'media/not-found',
      safe: {
        en: 'There is no such file here, or it belongs to something else already. Upload it again.',
        fr: "Ce fichier n'est pas ici, ou il appartient déjà à autre chose. Envoyez-le de nouveau.",
      },
    }),
  picture: (cause: unknown): AppError =>
    invalid(
      'media/picture-unprocessable',
      {
        en: `This picture is damaged or has more than ${PIXELS_MAX / 1_000_000} million pixels. Nothing was stored.`,
        fr: `Cette image est abîmée ou compte plus de ${PIXELS_MAX / 1_000_000} millions de pixels. Rien n'a été enregistré.`,
      },
      cause,
    ),
  tooLarge: (): AppError =>
    invalid('vault/too-large', {
      en: `A file may have at most ${FILE_BYTES_MAX} bytes. Nothing was stored.`,
      fr: `Un fichier peut avoir au plus ${FILE_BYTES_MAX} octets. Rien n'a été enregistré.`,
    }),
  empty: (): AppError =>
    invalid('media/empty-unprocessable', {
      en: 'The file is empty. Nothing was stored.',
      fr: "Le fichier est vide. Rien n'a été enregistré.",
    }),
  busy: (): AppError =>
    new AppError({
      category: 'unavailable',
      code: 'media/busy',
      safe: {
        en: 'Several pictures are being prepared. Nothing was stored; send this one again in a moment.',
        fr: "Plusieurs images sont en préparation. Rien n'a été enregistré ; renvoyez celle-ci dans un instant.",
      },
      retryAfterS: 5,
    }),
  cut: (cause: unknown): AppError =>
    invalid(
      'http/aborted',
      {
        en: 'The upload ended early. Nothing was stored.',
        fr: "L'envoi s'est interrompu. Rien n'a été enregistré.",
      },
      cause,
    ),
} as const;

export const uploadFailures = {
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'media/upload-not-found',
      safe: {
        en: 'This upload is not here: it was cancelled, or nothing came for a day. Begin it again.',
        fr: "Cet envoi n'est pas ici : il a été annulé, ou rien n'est arrivé depuis un jour. Recommencez-le.",
      },
    }),
  offset: (): AppError =>
    invalid('media/upload-offset', {
      en: 'The header Upload-Offset must say at which byte this part begins.',
      fr: "L'en-tête Upload-Offset doit dire à quel octet commence cette partie.",
    }),
  full: (): AppError =>
    new AppError({
      category: 'limit',
      code: 'media/uploads-full',
      safe: {
        en: `${UPLOADS_MAX} uploads are unfinished. Finish or cancel one of them, then try again.`,
        fr: `${UPLOADS_MAX} envois ne sont pas terminés. Terminez-en ou annulez-en un, puis réessayez.`,
      },
      retryAfterS: 60,
    }),
  unfinished: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'media/upload-unfinished',
      safe: {
        en: 'This upload is not whole yet, or it is no archive. Send the rest first.',
        fr: "Cet envoi n'est pas encore complet, ou ce n'est pas une archive. Envoyez d'abord la suite.",
      },
    }),
} as const;
