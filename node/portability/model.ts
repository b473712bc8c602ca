// What leaves and enters this node as files: the layout of an export, and block lists in two forms. Pure.
// Block lists are read leniently (other programs wrote them) and bounded; nothing in them is ever executed or fetched.
import { AppError, invalid } from '#protocol/errors.ts';
import {
  BLOCKS_MAX,
  BLOCK_COMMENT_CHARS_MAX,
  BLOCK_LIST_BYTES_MAX,
  WHO_CHARS_MAX,
} from '#protocol/limits.ts';

export const FOLDER_CHARS_MAX = 4_096;
export const BLOCK_LOOKUPS_MAX = 8;
/** How often names that the directory put off are asked again, and after how long. */
export const BLOCK_RETRIES_MAX = 20;
export const BLOCK_RETRY_MS = 10_000;
/** How long leaving waits until contacts have been told; what is not delivered by then stays in their mailboxes. */
export const FAREWELL_MS_MAX = 60_000;
export const FAREWELL_LOOK_MS = 500;

/** An export for a download lies in the clear beside the encrypted database: no longer than a download takes to be asked for. */
export const DOWNLOAD_KEPT_MS = 24 * 3_600_000;
export const DOWNLOAD_LOOK_MS = 3_600_000;

export const MANIFEST = 'manifest.json';
/** Names what is complete while an export runs, so that it goes on where it stopped. */
export const PROGRESS = '.export-progress.jsonl';

/** One file of an export, as its manifest lists it. */
export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What is remembered of an export that is done. */
export interface FinishedExport {
  readonly folder: string;
  /** Hexadecimal, of manifest.json, which lists the hashes of all other files. */
  readonly manifestSha256: string;
  readonly files: number;
  readonly bytes: number;
  readonly finishedAt: number;
}

export interface BlockEntry {
  readonly who: string;
  readonly comment?: string;
}

/**
 * Reads a block list: a JSON array of names or `{node_id | who, comment?}`, or CSV as Mastodon and its kin write it
 * (first column the address, a header or none). @throws portability/block-list-unprocessable
 */
export function parseBlockList(text: string): BlockEntry[] {
  if (text.length > BLOCK_LIST_BYTES_MAX) throw badList();
  const entries = /^\s*\[/.test(text) ? fromJson(text) : fromCsv(text);
  const unique = new Map(entries.map((entry) => [entry.who, entry]));
  if (unique.size > BLOCKS_MAX) throw badList();
  return [...unique.values()];
}

function fromJson(text: string): BlockEntry[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw badList();
  }
  if (!Array.isArray(list)) throw badList();
  return list.map((item: unknown) => {
    if (typeof item === 'string') return entryOf(item, undefined);
    if (typeof item !== 'object' || item === null) throw badList();
    const { node_id, who, comment } = item as Record<string, unknown>;
    const name = node_id ?? who;
    if (typeof name !== 'string') throw badList();
    return entryOf(name, typeof comment === 'string' ? comment : undefined);
  });
}

function fromCsv(text: string): BlockEntry[] {
  const rows = csvRows(text.replace(/^\ufeff/, ''));
  const [first] = rows;
  const headed =
    first !== undefined && /^#?(account address|address|node_id|domain|who)$/i.test(first[0] ?? '');
  const comment = headed ? first.findIndex((name) => /comment/i.test(name)) : 1;
  return rows
    .slice(headed ? 1 : 0)
    .filter(([who = '']) => who.trim() !== '')
    .map((row) => entryOf(row[0] ?? '', comment < 0 ? undefined : row[comment]));
}

function entryOf(name: string, comment: string | undefined): BlockEntry {
  const who = name.trim().replace(/^@/, '');
  if (who === '' || who.length > WHO_CHARS_MAX) throw badList();
  const short = comment?.trim().slice(0, BLOCK_COMMENT_CHARS_MAX) ?? '';
  return short === '' ? { who } : { who, comment: short };
}

/** Rows of RFC 4180. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === '' && quoted === undefined && (plain ?? '') === '' && rows.at(-1)?.length === 0) break;
    if (rows.length === 0) rows.push([]);
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '') break;
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

export interface Blocked {
  readonly node_id: string;
  readonly username: string;
}

/** A block list as CSV; what could be a formula of a spreadsheet is quoted as text. */
export function blockListCsv(blocked: readonly Blocked[]): string {
  const lines = blocked.map(({ node_id, username }) => `${node_id},${username}`);
  return ['Account address,Username', ...lines, ''].join('\n');
}

/** A name for a file of an export, from a name that somebody chose: letters, digits and a few signs. */
export function plainFileName(name: string | null): string {
  const plain = (name ?? '').normalize('NFC').replace(/[^\p{L}\p{N}._-]+/gu, '_');
  return (
    Array.from(plain.replace(/^[._]+/, ''))
      .slice(0, 80)
      .join('') || 'file'
  );
}

function badList(): AppError {
  return invalid('portability/block-list-unprocessable', {
    en: `This is no block list: a JSON array, or CSV with the address in the first column, at most ${BLOCKS_MAX} entries. Nothing was changed.`,
    fr: `Ce n'est pas une liste de blocage : un tableau JSON, ou un CSV dont la première colonne est l'adresse, ${BLOCKS_MAX} entrées au plus. Rien n'a été modifié.`,
  });
}

export const failures = {
  remote: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'portability/local-only',
      safe: {
        en: 'This can only be done on the machine of the node, with the command "ored".',
        fr: 'Ceci ne se fait que sur la machine du nœud, avec la commande « ored ».',
      },
    }),
  noDownload: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'portability/no-download',
      safe: {
        en: 'There is no export to download. Make one first.',
        fr: "Il n'y a pas d'export à télécharger. Faites-en un d'abord.",
      },
    }),
  running: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'portability/running',
      safe: {
        en: 'An export is running already. Wait until it is done.',
        fr: "Un export est déjà en cours. Attendez qu'il soit terminé.",
      },
    }),
  folder: (folder: string): AppError =>
    new AppError({
      category: 'conflict',
      code: 'portability/folder-in-use',
      safe: {
        en: `The folder ${folder} holds other files. Nothing was written. Choose a new or an empty one.`,
        fr: `Le dossier ${folder} contient d'autres fichiers. Rien n'a été écrit. Choisissez-en un nouveau ou un vide.`,
      },
    }),
  left: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'portability/left',
      safe: {
        en: 'This node is closed already. Its data is still here until you delete the data folder.',
        fr: 'Ce nœud est déjà fermé. Ses données restent ici tant que vous ne supprimez pas son dossier.',
      },
    }),
  exportFirst: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'portability/export-first',
      safe: {
        en: 'There is no complete export, or it is not where it was written, so nothing was closed. Run "ored export DIR" first.',
        fr: "Il n'y a pas d'export complet, ou il n'est plus là où il a été écrit : rien n'a été fermé. Faites d'abord « ored export DOSSIER ».",
      },
    }),
  confirm: (username: string): AppError =>
    new AppError({
      category: 'invalid',
      code: 'portability/confirm-unprocessable',
      safe: {
        en: `Leaving cannot be undone. Nothing was changed. To leave, type your username: ored leave DIR --confirm ${username}`,
        fr: `Partir est définitif. Rien n'a été modifié. Pour partir, tapez votre nom d'utilisateur : ored leave DOSSIER --confirm ${username}`,
      },
    }),
} as const;
