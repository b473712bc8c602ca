// Queries that are asked often: built and compiled by Kysely once for each connection, then only bound and run. Building
// one anew costs more than SQLite needs to answer it. They stand in store.ts like any other SQL, with the same types.
// Refuses what would be compiled in by mistake: a parameter is a place, not a value, until the query runs.
import { ValueNode, type CompiledQuery, type Expression, type Kysely, type OperationNode } from 'kysely';
import assert from 'node:assert/strict';
import { tables, type Reader } from './database.ts';
import { DirectSqliteAdapter } from './dialect-sqlite.ts';

/** What SQLite and PostgreSQL both take as it is. */
export type BoundValue = string | number | null | Uint8Array;
type Values = Readonly<Record<string, BoundValue>>;

/** For each parameter, its place in the query. */
export type Places<Params extends Values> = { readonly [Name in keyof Params]: Expression<Params[Name]> };

export interface Prepared<Params extends Values, Row> {
  all(handle: Reader, params: Params): Promise<Row[]>;
  first(handle: Reader, params: Params): Promise<Row | undefined>;
}

class Place implements Expression<never> {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
  get expressionType(): undefined {
    return undefined;
  }
  toOperationNode(): OperationNode {
    return ValueNode.create(this);
  }
  toJSON(): never {
    throw new Error(`the parameter "${this.name}" has no value while its query is built`);
  }
  toString(): never {
    return this.toJSON();
  }
}

interface Compiled {
  readonly query: CompiledQuery;
  /** Names of parameters, and constants that Kysely has bound, in the order of the statement. */
  readonly binds: readonly unknown[];
}

/**
 * A query that is compiled at its first use: `build` receives Kysely with the area's tables, and the places of the
 * parameters, which go into `sql` templates and into Kysely's builder alike. Lists go in as one JSON text.
 */
export function prepared<Schema, Params extends Values, Row>(
  build: (db: Kysely<Schema>, places: Places<Params>) => { compile(db: Kysely<Schema>): CompiledQuery<Row> },
): Prepared<Params, Row> {
  // One process may hold several connections, and their dialects may differ.
  const compiledFor = new WeakMap<Kysely<Schema>, Compiled>();
  const compile = (db: Kysely<Schema>): Compiled => {
    const places = new Proxy({} as Places<Params>, {
      get: (_target, name) => new Place(String(name)),
    });
    const query = build(db, places).compile(db);
    const compiled = { query, binds: query.parameters };
    compiledFor.set(db, compiled);
    return compiled;
  };
  const all = async (handle: Reader, params: Params): Promise<Row[]> => {
    const db = tables<Schema>(handle);
    const { query, binds } = compiledFor.get(db) ?? compile(db);
    const parameters = binds.map((bind) => (bind instanceof Place ? valueOf(params, bind.name) : bind));
    const { adapter } = db.getExecutor();
    if (adapter instanceof DirectSqliteAdapter) {
      return adapter.connection.run(query.sql, parameters).rows as Row[];
    }
    return (await db.executeQuery<Row>({ ...query, parameters })).rows;
  };
  return { all, first: async (handle, params) => (await all(handle, params))[0] };
}

function valueOf(params: Values, name: string): BoundValue {
  const value = params[name];
  assert(value !== undefined, `the parameter "${name}" has no value`);
  return value;
}
