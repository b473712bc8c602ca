// Kysely over better-sqlite3-multiple-ciphers, with prepared statements kept.
// It never opens a transaction: kernel/db/database.ts owns the only writer and its transactions,
// because Kysely's own transaction on one connection makes every other query wait for it.
import type Sqlite from 'better-sqlite3';
import assert from 'node:assert/strict';
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
} from 'kysely';

/** Statements kept for each connection: an area has some dozens; multi-row inserts add one for each batch size. */
const STATEMENTS_KEPT_MAX = 500;

class SqliteConnection implements DatabaseConnection {
  readonly #db: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement>();
  readonly #onlyInTransaction: boolean;

  constructor(db: Sqlite.Database, onlyInTransaction: boolean) {
    this.#db = db;
    this.#onlyInTransaction = onlyInTransaction;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changed } = this.run(query.sql, query.parameters);
    if (changed === undefined) return { rows: rows as Row[] };
    return {
      rows: [],
      numAffectedRows: BigInt(changed.changes),
      insertId: BigInt(changed.lastInsertRowid),
    };
  }

  /** Runs a statement at once. */
  run(
    text: string,
    parameters: readonly unknown[],
  ): { readonly rows: unknown[]; readonly changed?: Sqlite.RunResult } {
    // After a failure that ended the transaction, each further statement would commit by itself.
    assert(
      !this.#onlyInTransaction || this.#db.inTransaction,
      'a statement of a write whose transaction has ended',
    );
    const statement = this.#prepare(text);
    if (statement.reader) return { rows: statement.all(parameters) };
    return { rows: [], changed: statement.run(parameters) };
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    for (const row of this.#db.prepare(query.sql).iterate(query.parameters)) {
      yield { rows: [row as Row] };
    }
  }

  #prepare(sql: string): Sqlite.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      const oldest =
        this.#statements.size >= STATEMENTS_KEPT_MAX ? this.#statements.keys().next().value : undefined;
      if (oldest !== undefined) this.#statements.delete(oldest);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Hands its connection to kernel/db/prepared.ts, whose queries need nothing of Kysely's executor. */
export class DirectSqliteAdapter extends SqliteAdapter {
  readonly connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    super();
    this.connection = connection;
  }
}

class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }
  init(): Promise<void> {
    return Promise.resolve();
  }
  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection);
  }
  beginTransaction(): Promise<void> {
    return Promise.reject(new Error('transactions belong to Database.write'));
  }
  commitTransaction(): Promise<void> {
    return this.beginTransaction();
  }
  rollbackTransaction(): Promise<void> {
    return this.beginTransaction();
  }
  releaseConnection(): Promise<void> {
    return Promise.resolve();
  }
  destroy(): Promise<void> {
    return Promise.resolve();
  }
}

/** A Kysely dialect over one open connection, closed by whoever opened it; `onlyInTransaction` refuses autocommit. */
export function sqliteDialect(
  db: Sqlite.Database,
  { onlyInTransaction = false }: { readonly onlyInTransaction?: boolean } = {},
): Dialect {
  const connection = new SqliteConnection(db, onlyInTransaction);
  return {
    createAdapter: () => new DirectSqliteAdapter(connection),
    createDriver: () => new SqliteDriver(connection),
    createIntrospector: (kysely: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
