// Opens the encrypted, authenticated database file (SQLCipher mode: AES-256, a MAC for each page).
// Refuses a file that is not encrypted, a wrong key, a SQLite with the WAL-reset bug, and any setting
// under which an acknowledged commit could be lost (synchronous must be FULL).
import { AppError } from '#protocol/errors.ts';
import Sqlite from 'better-sqlite3';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

/** SQLite 3.7.0 to 3.51.2 can corrupt a database when a WAL is reset. */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;
/** A writer waits this long for a lock of another process (a backup), then fails. */
const BUSY_TIMEOUT_MS = 5_000;
/** Page cache of a connection, in KiB (SQLite counts negative sizes in KiB): an idle node stays under its memory aim. */
const CACHE_KIB = 8_192;
const PLAIN_HEADER = 'SQLite format 3';

export interface OpenSqliteOptions {
  readonly file: string;
  /** 32 bytes. Without a key the file is plain: only the registry, which holds public records, may do that. */
  readonly key?: Uint8Array;
  readonly readonly?: boolean;
}

/**
 * Opens one connection with every durability setting made and read back.
 * @throws db/not-encrypted, db/wrong-key, db/unsafe
 */
export function openSqlite(options: OpenSqliteOptions): Sqlite.Database {
  if (options.key !== undefined) refusePlainFile(options.file);
  const db = new Sqlite(options.file, { readonly: options.readonly ?? false, timeout: BUSY_TIMEOUT_MS });
  try {
    if (options.key !== undefined) applyKey(db, options.key);
    readFirstPage(db, options.file);
    if (options.readonly !== true) db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('temp_store = MEMORY');
    db.pragma('secure_delete = FAST');
    db.pragma(`cache_size = -${CACHE_KIB}`);
    assertSafe(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function applyKey(db: Sqlite.Database, key: Uint8Array): void {
  if (key.length !== 32) throw new Error('the database key must be 32 bytes');
  // Order matters: cipher, then its version, then the key; otherwise the file is written in the clear.
  db.pragma(`cipher = 'sqlcipher'`);
  db.pragma('legacy = 4');
  db.pragma(`key = "x'${Buffer.from(key).toString('hex')}'"`);
}

function readFirstPage(db: Sqlite.Database, file: string): void {
  try {
    db.prepare('SELECT count(*) FROM sqlite_master').get();
  } catch (error) {
    if (isSqliteError(error, 'SQLITE_NOTADB')) {
      throw new AppError({
        category: 'unavailable',
        code: 'db/wrong-key',
        safe: {
          en: `The database ${file} cannot be opened with this key. Nothing was changed. Check that the data folder and its key belong together, or restore a backup.`,
          fr: `La base ${file} ne s'ouvre pas avec cette clé. Rien n'a été modifié. Vérifiez que le dossier de données et sa clé vont ensemble, ou restaurez une sauvegarde.`,
        },
        cause: error,
      });
    }
    throw error;
  }
}

function refusePlainFile(file: string): void {
  if (!existsSync(file) || statSync(file).size === 0) return;
  const header = Buffer.alloc(PLAIN_HEADER.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (header.toString('latin1') === PLAIN_HEADER) {
    throw new AppError({
      category: 'unavailable',
      code: 'db/not-encrypted',
      safe: {
        en: `The database ${file} is not encrypted: this is not a file that this node made. Nothing was changed.`,
        fr: `La base ${file} n'est pas chiffrée : ce n'est pas un fichier de ce nœud. Rien n'a été modifié.`,
      },
    });
  }
}

function assertSafe(db: Sqlite.Database): void {
  const version = String(db.prepare('SELECT sqlite_version() AS v').pluck().get());
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [minMajor, minMinor, minPatch] = SQLITE_VERSION_MIN;
  const recent =
    major > minMajor ||
    (major === minMajor && (minor > minMinor || (minor === minMinor && patch >= minPatch)));
  const synchronous = db.pragma('synchronous', { simple: true });
  if (!recent || synchronous !== 2) {
    throw new AppError({
      category: 'internal',
      code: 'db/unsafe',
      safe: `SQLite ${version} with synchronous=${String(synchronous)} could lose acknowledged data. The node does not start.`,
    });
  }
}

/** True for a SQLite error whose extended code starts with `prefix`. */
export function isSqliteError(error: unknown, prefix: string): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith(prefix);
}
