// What an import is, its bounds and its refusals. Pure.
// An archive is somebody else's file: everything in it is counted and bounded before it is believed (docs/security.md U2).
import { AppError, invalid, type Text } from '#protocol/errors.ts';

/** Files in one archive: twenty years of four pictures a day. Refused before the first of them is read. */
export const ENTRIES_MAX = 200_000;
/** A name inside an archive; Mastodon's have about 90 characters. */
export const ENTRY_NAME_CHARS_MAX = 1_000;
/** Everything unpacked. Exports of the busiest accounts stay under 30 GB. */
export const PLAIN_BYTES_MAX = 64 * 1024 ** 3;
/** Unpacked to packed: an outbox shrinks to a twentieth, pictures not at all. */
export const RATIO_MAX = 150;
/** Below this, a ratio says nothing: a small outbox of like posts packs well. */
export const RATIO_FROM_BYTES = 64 * 1024 ** 2;
/** outbox.json alone. */
export const OUTBOX_BYTES_MAX = 2 * 1024 ** 3;
/** One activity; Mastodon's have a few kilobytes, those of long-form servers a few hundred. */
export const ITEM_BYTES_MAX = 1024 * 1024;
/** Activities in one outbox. */
export const ITEMS_MAX = 1_000_000;
/** Headers between two entries of a tar: names and times take a few kilobytes. */
export const TAR_OVERHEAD_BYTES_MAX = 1024 * 1024;
/** Rows of one transaction: a second of the writer at most, so that the node answers meanwhile. */
export const STEP_ROWS = 50;
export const ORIGIN_CHARS_MAX = 2_048;
export const ALT_CHARS_MAX = 2_000;
/** A picture on its way into memory; the media area takes no larger file. */
export const FILE_BYTES_MAX = 50 * 1024 * 1024;

export const importStates = ['running', 'done', 'failed', 'cancelled', 'undoing', 'undone'] as const;
export type ImportState = (typeof importStates)[number];
/** `outbox`: reading what was written; `files`: taking pictures in; `posts`: making posts, oldest first. */
export const importPhases = ['outbox', 'files', 'posts'] as const;
export type ImportPhase = (typeof importPhases)[number];

/** Why something in an archive does not become a post. */
export const skipReasons = ['boost', 'direct', 'malformed', 'too-large', 'already', 'other'] as const;
export type SkipReason = (typeof skipReasons)[number];
export type Skipped = Readonly<Record<SkipReason, number>>;
export const nothingSkipped: Skipped = {
  boost: 0,
  direct: 0,
  malformed: 0,
  'too-large': 0,
  already: 0,
  other: 0,
};

/** Where the archive is: a file of this machine, or an upload. */
export interface ImportSource {
  readonly kind: 'file' | 'upload';
  /** A path, or an upload's id. */
  readonly where: string;
}

export interface ImportRow {
  readonly id: string;
  readonly state: ImportState;
  readonly phase: ImportPhase;
  readonly source: ImportSource;
  /** The folder of outbox.json inside the archive: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly itemsTotal: number;
  readonly skipped: Skipped;
  readonly code: string | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  /** The upload that it made the owner's portrait. */
  readonly portrait: string | null;
}

/** A file that a post refers to. */
export interface NoteFile {
  /** Relative to the archive's top folder. */
  readonly path: string;
  readonly alt: string | null;
}
/** What was written elsewhere, as it is to stand here. */
export interface Note {
  /** Its address there. */
  readonly origin: string;
  readonly createdAt: number;
  readonly visibility: 'public' | 'friends';
  readonly text: string;
  readonly warning: string | null;
  /** The address of what it answers. */
  readonly replyTo: string | null;
  readonly files: readonly NoteFile[];
}

const kept: Text = { en: 'Nothing was imported.', fr: "Rien n'a été importé." };

function refusedArchive(code: `portability/${string}`, en: string, fr: string, cause?: unknown): AppError {
  return invalid(code, { en: `${en} ${kept.en}`, fr: `${fr} ${kept.fr}` }, cause);
}

export const failures = {
  notArchive: (cause?: unknown): AppError =>
    refusedArchive(
      'portability/archive-unprocessable',
      'This file is no zip or tar.gz archive, or it is damaged. Ask for the export again and give the file as it came.',
      "Ce fichier n'est pas une archive zip ou tar.gz, ou il est abîmé. Redemandez l'export et donnez le fichier tel quel.",
      cause,
    ),
  noOutbox: (): AppError =>
    refusedArchive(
      'portability/no-outbox-unprocessable',
      'There is no outbox.json in this archive: it is not an account export of Mastodon.',
      "Il n'y a pas d'outbox.json dans cette archive : ce n'est pas un export de compte Mastodon.",
    ),
  outbox: (cause?: unknown): AppError =>
    refusedArchive(
      'portability/outbox-unprocessable',
      'The outbox.json of this archive is damaged or has no list of activities.',
      "L'outbox.json de cette archive est abîmé ou ne contient pas de liste d'activités.",
      cause,
    ),
  hostile: (cause?: unknown): AppError =>
    refusedArchive(
      'portability/archive-unsafe-unprocessable',
      'This archive holds links, or names that lead out of it. No export of an account does.',
      "Cette archive contient des liens, ou des noms qui mènent hors d'elle. Aucun export de compte n'en contient.",
      cause,
    ),
  tooMany: (): AppError =>
    refusedArchive(
      'portability/archive-too-many-unprocessable',
      `This archive holds more than ${ENTRIES_MAX} files or ${ITEMS_MAX} activities.`,
      `Cette archive contient plus de ${ENTRIES_MAX} fichiers ou de ${ITEMS_MAX} activités.`,
    ),
  bomb: (): AppError =>
    refusedArchive(
      'portability/archive-bomb-unprocessable',
      'Unpacked, this archive is many times larger than an export can be.',
      "Déballée, cette archive est bien plus grande qu'un export ne peut l'être.",
    ),
  encrypted: (): AppError =>
    refusedArchive(
      'portability/archive-encrypted-unprocessable',
      'This archive is locked with a password. Unpack it and pack it again without one.',
      'Cette archive est protégée par un mot de passe. Déballez-la et refaites-la sans mot de passe.',
    ),
  noFile: (cause?: unknown): AppError =>
    new AppError({
      category: 'not-found',
      code: 'portability/no-archive',
      cause,
      safe: {
        en: 'There is no archive at that place, or it cannot be read. What was imported before stays; give it again to go on.',
        fr: "Il n'y a pas d'archive à cet endroit, ou elle ne peut pas être lue. Ce qui a déjà été importé reste ; redonnez-la pour continuer.",
      },
    }),
  running: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'portability/import-running',
      safe: {
        en: 'An import or its removal is running. Wait until it is done, or cancel it.',
        fr: "Un import ou son retrait est en cours. Attendez qu'il soit terminé, ou annulez-le.",
      },
    }),
  none: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'portability/no-import',
      safe: { en: 'Nothing has been imported.', fr: "Rien n'a été importé." },
    }),
} as const;

/** What the safe sentences of a failed import are, by its code; for a state that is read later. */
export function sentenceOf(code: string): Text | undefined {
  return Object.values(failures)
    .map((make) => make())
    .find((failure) => failure.code === code)?.safe;
}
