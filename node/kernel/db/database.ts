// The one door to SQL: `read` for queries, `write` for transactions. One writer, group commit.
// Writes that wait together share one transaction and one fsync; each stands under its own savepoint, so
// that a failing one is undone alone. A promise of `write` settles only after the commit is durable.
// Inside `write` only SQL on `tx` may be awaited: network, files and crypto stand outside.
// A full or read-only disk refuses writes and leaves reads; a commit that may not be durable ends the process.
import { AppError } from '#protocol/errors.ts';
import type Sqlite from 'better-sqlite3';
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely } from 'kysely';
import { statSync } from 'node:fs';
import { sqliteDialect } from './dialect-sqlite.ts';
import { storageFailure } from './failures.ts';
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
   * @throws db/nested inside another write, db/busy, db/disk-full, db/unwritable, db/closed, db/failed, or what `work` throws (undone alone)
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

/** Opens (and creates) the database. @throws db/wrong-key, db/not-encrypted, db/unsafe, db/disk-full, db/unwritable */
export function openDatabase(options: DatabaseOptions): Database {
  const key = options.key === undefined ? {} : { key: options.key };
  try {
    const writer = openSqlite({ file: options.file, ...key });
    const reader = openSqlite({ file: options.file, ...key, readonly: true });
    return new SqliteDatabase(writer, reader, options.onFatal);
  } catch (error) {
    throw storageFailure(error) ?? error;
  }
}

class WriteTx implements Tx {
  readonly #kysely: Kysely<unknown>;
  readonly hooks: (() => void)[] = [];
  settled = false;

  constructor(kysely: Kysely<unknown>) {
    this.#kysely = kysely;
  }
  get [untyped](): Kysely<unknown> {
    assert(!this.settled, 'a Tx is dead once its write has settled');
    return this.#kysely;
  }
  afterCommit(run: () => void): void {
    assert(!this.settled, 'a Tx is dead once its write has settled');
    this.hooks.push(run);
  }
}

interface DoneWrite {
  readonly write: WaitingWrite;
  readonly tx: WriteTx;
  readonly result: unknown;
}

class SqliteDatabase implements Database {
  readonly read: Reader;
  readonly #writer: Sqlite.Database;
  readonly #reader: Sqlite.Database;
  readonly #kysely: Kysely<unknown>;
  readonly #onFatal: (error: unknown) => void;
  readonly #inside = new AsyncLocalStorage<WriteTx>();
  readonly #waiting: WaitingWrite[] = [];
  #draining: Promise<void> | undefined;
  #depth = 0;
  #closed = false;
  #failed = false;

  constructor(writer: Sqlite.Database, reader: Sqlite.Database, onFatal: (error: unknown) => void) {
    this.#writer = writer;
    this.#reader = reader;
    this.#onFatal = onFatal;
    this.#kysely = new Kysely<unknown>({ dialect: sqliteDialect(writer, { onlyInTransaction: true }) });
    this.read = { [untyped]: new Kysely<unknown>({ dialect: sqliteDialect(reader) }) };
  }

  write<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    // What a write has started (a timer, a listener) outlives it and may write: only a running write is in the way.
    if (this.#inside.getStore()?.settled === false) {
      return Promise.reject(
        new AppError({
          category: 'internal',
          code: 'db/nested',
          safe: 'A write was started inside a write.',
        }),
      );
    }
    if (this.#failed) return Promise.reject(hasFailed());
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
    const running = this.#inside.getStore();
    assert(running === tx && !running.settled, 'a savepoint belongs to the write that runs');
    const hooksBefore = running.hooks.length;
    const name = `s${++this.#depth}`;
    this.#writer.exec(`SAVEPOINT ${name}`);
    try {
      const result = await work();
      this.#writer.exec(`RELEASE ${name}`);
      return result;
    } catch (error) {
      this.#undo(name);
      running.hooks.length = hooksBefore;
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  bytes(): number {
    const file = this.#writer.name;
    return [file, `${file}-wal`]
      .map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#draining;
    this.#reader.close();
    // The last connection moves the log into the file; on a full disk it stays, and the next start reads it.
    this.#writer.close();
  }

  async #drain(): Promise<void> {
    // One turn of the loop gathers what has arrived meanwhile (while the last fsync blocked, above all).
    try {
      while (true) {
        await new Promise<void>((resolve) => void setImmediate(resolve));
        const group = this.#waiting.splice(0, GROUP_WRITES_MAX);
        if (group.length === 0) break;
        await this.#commitGroup(group);
      }
    } finally {
      this.#draining = undefined;
    }
  }

  async #commitGroup(group: readonly WaitingWrite[]): Promise<void> {
    const done: DoneWrite[] = [];
    try {
      if (this.#failed) throw hasFailed();
      this.#writer.exec('BEGIN IMMEDIATE');
      // One alone needs no savepoint: if it fails, the transaction does.
      const [first] = group;
      if (group.length === 1 && first !== undefined) await this.#runAlone(first, done);
      else for (const write of group) await this.#runOne(write, done);
      this.#writer.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      const failure = storageFailure(error) ?? error;
      for (const write of group) write.reject(failure);
      // Refused before the log was synced: nothing is in doubt. Any other I/O error leaves the file in doubt.
      if (failure === error && isSqliteError(error, 'SQLITE_IOERR')) this.#end(error);
      return;
    }
    for (const { write, result } of done) write.resolve(result);
    for (const { tx } of done) this.#runHooks(tx);
  }

  async #runAlone(write: WaitingWrite, done: DoneWrite[]): Promise<void> {
    const tx = new WriteTx(this.#kysely);
    try {
      const result = await this.#inside.run(tx, () => write.work(tx));
      done.push({ write, tx, result });
    } finally {
      tx.settled = true;
    }
  }

  async #runOne(write: WaitingWrite, done: DoneWrite[]): Promise<void> {
    const tx = new WriteTx(this.#kysely);
    try {
      const result = await this.#inside.run(tx, () => this.savepoint(tx, () => write.work(tx)));
      done.push({ write, tx, result });
    } catch (error) {
      // An I/O error leaves the file in doubt, and a lost transaction takes the whole group with it.
      if (!this.#writer.inTransaction || isSqliteError(error, 'SQLITE_IOERR')) throw error;
      write.reject(storageFailure(error) ?? error);
    } finally {
      tx.settled = true;
    }
  }

  #runHooks(tx: WriteTx): void {
    for (const hook of tx.hooks) {
      try {
        hook();
      } catch (error) {
        // Committed, and somebody was not told: a broken invariant, which a start from the durable state mends.
        this.#end(error);
      }
    }
  }

  /** Undoes one savepoint; what cannot be undone alone is undone with everything around it. */
  #undo(name: string): void {
    // Some failures (disk full) roll the whole transaction back by themselves; then there is no savepoint left.
    if (!this.#writer.inTransaction) return;
    try {
      this.#writer.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
    } catch (error) {
      this.#rollBack();
      assert(!this.#writer.inTransaction, `a savepoint could not be undone: ${String(error)}`);
    }
  }

  #rollBack(): void {
    if (!this.#writer.inTransaction) return;
    try {
      this.#writer.exec('ROLLBACK');
    } catch (error) {
      this.#end(error);
    }
  }

  /** Nothing is acknowledged after this, even if the process lives on for a moment. */
  #end(error: unknown): void {
    this.#failed = true;
    this.#onFatal(error);
  }
}

function hasFailed(): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'db/failed',
    safe: {
      en: 'The database met an error after which it takes no more writes. Nothing of this was stored; the node ends and starts again.',
      fr: "La base a rencontré une erreur après laquelle elle n'écrit plus. Rien de ceci n'a été enregistré ; le nœud s'arrête et redémarre.",
    },
  });
}
