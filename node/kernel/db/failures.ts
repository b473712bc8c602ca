// What the disk says through SQLite, as failures that people can act on. Only what surely stored nothing is here:
// a failed fsync is none of these, since then nobody knows what the disk holds.
import { diskFull } from '../disk-full.ts';
import { AppError } from '#protocol/errors.ts';
import { isSqliteError } from './open-sqlite.ts';

/** Refused before the commit was synced: read-only file systems, and disks that fail while the log is appended. */
const unwritableCodes = [
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  'SQLITE_IOERR_WRITE',
  'SQLITE_IOERR_SHM',
] as const;

/** The failure that a full or unwritable disk is for people; undefined for any other error. */
export function storageFailure(error: unknown): AppError | undefined {
  if (isSqliteError(error, 'SQLITE_FULL')) {
    return diskFull(error);
  }
  if (!unwritableCodes.some((code) => isSqliteError(error, code))) return undefined;
  return new AppError({
    category: 'unavailable',
    code: 'db/unwritable',
    safe: {
      en: 'The disk cannot be written (read-only, or failing): this was not stored, nothing older was lost. Look at the disk and the rights of the data folder; the node goes on by itself.',
      fr: "Le disque ne s'écrit plus (lecture seule, ou en panne) : ceci n'a pas été enregistré, rien d'ancien n'est perdu. Vérifiez le disque et les droits du dossier de données ; le nœud reprendra seul.",
    },
    cause: error,
    retryAfterS: 60,
  });
}
