// The one door to SQL: `read` for queries, `write` for transactions. One writer, group commit.
// Writes that wait together share one transaction and one fsync; each stands under its own savepoint, so
// that a failing one is undone alone. A promise of `write` settles only after the commit is durable.
// Inside `write` only SQL on `tx` may be awaited: network, files and crypto stand outside.
import { AppError } from '#protocol/errors.ts';
import type Sqlite from 'better-sqlite3';
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely } from 'kysely';
import { sqliteDialect } from './dialect-sqlite.ts';
import { isSqliteError, openSqlite } from './open-sqlite.ts';

/** Writes in one commit: bounds how long the first waits for the last. */
const GROUP_WRITES_MAX = 128;
/** Writes waiting: beyond this the node sheds load instead of growing. */
const WAITING_WRITES_MAX = 10_000;

const untyped = Symbol('kysely');

/** A handle for queries that see only what is committed. */
export interface Reader {
  readonly [untyped]: Kysely<unknown>;
}
/** A handle inside one `write`. It is dead once the write has settled. */
export interface Tx extends Reader {
  /** Runs after the commit is durable, never after a rollback; it must not throw. */
  afterCommit(run: () => void): void;
}

/** The handle as Kysely with the caller's own tables. */
export function tables<Schema>(handle: Reader): Kysely<Schema> {
  return handle[untyped] as unknown as Kysely<Schema>;
}

export interface Database extends AsyncDisposable {
  readonly read: Reader;
  /**
   * Runs `work` in a transaction; resolves after the commit is on disk.
   * @throws db/nested inside another write, db/busy, db/disk-full, db/closed, or what `work` throws (undone alone)
   */
  write<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** A savepoint inside a write: `work`'s changes are undone if it throws. */
  savepoint<Result>(tx: Tx, work: () => Promise<Result>): Promise<Result>;
  /** Bytes of the database file and its log. */
  bytes(): number;
}

export interface DatabaseOptions {
  readonly file: string;
  readonly key?: Uint8Array;
  /** Called when a commit could not be made durable: the process must end, since SQLite would go on. */
  readonly onFatal: (error: unknown) => void;
}

interface WaitingWrite {
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Opens (and creates) the database. @throws db/wrong-key, db/not-encrypted, db/unsafe */
export function openDatabase(options: DatabaseOptions): Database {
  const key = options.key === undefined ? {} : { key: options.key };
  const writer = openSqlite({ file: options.file, ...key });
  const reader = openSqlite({ file: options.file, ...key, readonly: true });
  return new SqliteDatabase(writer, reader, options.onFatal);
}

class WriteTx implements Tx {
  readonly [untyped]: Kysely<unknown>;
  readonly hooks: (() => void)[] = [];

  constructor(kysely: Kysely<unknown>) {
    this[untyped] = kysely;
  }
  afterCommit(run: () => void): void {
    this.hooks.push(run);
  }
}

class SqliteDatabase implements Database {
  readonly read: Reader;
  readonly #writer: Sqlite.Database;
  readonly #reader: Sqlite.Database;
  readonly #kysely: Kysely<unknown>;
  readonly #onFatal: (error: unknown) => void;
  readonly #inside = new AsyncLocalStorage<Tx>();
  readonly #waiting: WaitingWrite[] = [];
  #draining: Promise<void> | undefined;
  #depth = 0;
  #closed = false;

  constructor(writer: Sqlite.Database, reader: Sqlite.Database, onFatal: (error: unknown) => void) {
    this.#writer = writer;
    this.#reader = reader;
    this.#onFatal = onFatal;
    this.#kysely = new Kysely<unknown>({ dialect: sqliteDialect(writer) });
    this.read = { [untyped]: new Kysely<unknown>({ dialect: sqliteDialect(reader) }) };
  }

  write<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    if (this.#inside.getStore() !== undefined) {
      return Promise.reject(
        new AppError({
          category: 'internal',
          code: 'db/nested',
          safe: 'A write was started inside a write.',
        }),
      );
    }
    if (this.#closed) {
      return Promise.reject(
        new AppError({ category: 'unavailable', code: 'db/closed', safe: 'The node is stopping.' }),
      );
    }
    if (this.#waiting.length >= WAITING_WRITES_MAX) {
      return Promise.reject(
        new AppError({
          category: 'unavailable',
          code: 'db/busy',
          safe: {
            en: 'The node has too much to write at this moment. Nothing was stored; try again shortly.',
            fr: "Le nœud a trop d'écritures en attente. Rien n'a été enregistré ; réessayez dans un instant.",
          },
          retryAfterS: 1,
        }),
      );
    }
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#draining ??= this.#drain();
    });
  }

  async savepoint<Result>(tx: Tx, work: () => Promise<Result>): Promise<Result> {
    assert(this.#inside.getStore() === tx, 'a savepoint belongs to the write that runs');
    const hooks = tx instanceof WriteTx ? tx.hooks : [];
    const hooksBefore = hooks.length;
    const name = `s${++this.#depth}`;
    this.#writer.exec(`SAVEPOINT ${name}`);
    try {
      const result = await work();
      this.#writer.exec(`RELEASE ${name}`);
      return result;
    } catch (error) {
      // Some failures (disk full) roll the whole transaction back by themselves; then there is no savepoint left.
      if (this.#writer.inTransaction) this.#writer.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
      hooks.length = hooksBefore;
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  bytes(): number {
    const pages = Number(this.#reader.pragma('page_count', { simple: true }));
    return pages * Number(this.#reader.pragma('page_size', { simple: true }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#draining;
    this.#reader.close();
    this.#writer.pragma('wal_checkpoint(TRUNCATE)');
    this.#writer.close();
  }

  async #drain(): Promise<void> {
    // One turn of the loop gathers what has arrived meanwhile (while the last fsync blocked, above all).
    while (true) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      const group = this.#waiting.splice(0, GROUP_WRITES_MAX);
      if (group.length === 0) break;
      await this.#commitGroup(group);
    }
    this.#draining = undefined;
  }

  async #commitGroup(group: readonly WaitingWrite[]): Promise<void> {
    const tx = new WriteTx(this.#kysely);
    const done: { write: WaitingWrite; result: unknown }[] = [];
    try {
      this.#writer.exec('BEGIN IMMEDIATE');
      await this.#inside.run(tx, async () => {
        for (const write of group) {
          try {
            done.push({ write, result: await this.savepoint(tx, () => write.work(tx)) });
          } catch (error) {
            // An I/O error leaves the file in doubt, and a lost transaction takes the whole group with it.
            if (!this.#writer.inTransaction || isSqliteError(error, 'SQLITE_IOERR')) throw error;
            write.reject(toAppError(error));
          }
        }
      });
      this.#writer.exec('COMMIT');
    } catch (error) {
      if (this.#writer.inTransaction) this.#writer.exec('ROLLBACK');
      const failure = toAppError(error);
      for (const write of group) write.reject(failure);
      if (isSqliteError(error, 'SQLITE_IOERR')) this.#onFatal(error);
      return;
    }
    for (const { write, result } of done) write.resolve(result);
    for (const hook of tx.hooks) hook();
  }
}

function toAppError(error: unknown): unknown {
  if (!isSqliteError(error, 'SQLITE_FULL')) return error;
  return new AppError({
    category: 'unavailable',
    code: 'db/disk-full',
    safe: {
      en: 'The disk is full: this was not stored, nothing older was lost. Free some space; the node goes on by itself.',
      fr: "Le disque est plein : ceci n'a pas été enregistré, rien d'ancien n'est perdu. Libérez de l'espace ; le nœud reprendra seul.",
    },
    cause: error,
    retryAfterS: 60,
  });
}
