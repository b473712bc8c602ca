// What group commit does when something goes wrong around a write: nothing hangs, nothing commits by itself.
import { openDatabase, tables, type Database, type Tx } from '#kernel/db/database.ts';
import { temporaryFolder } from '#kit/folder.ts';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sql } from 'kysely';

interface Schema {
  t: { a: number };
}

interface Rig extends AsyncDisposable {
  readonly db: Database;
  readonly file: string;
  readonly fatal: unknown[];
}

async function rig(): Promise<Rig> {
  const folder = temporaryFolder();
  const file = join(folder.path, 'test.db');
  const fatal: unknown[] = [];
  const db = openDatabase({ file, key: new Uint8Array(32).fill(7), onFatal: (error) => fatal.push(error) });
  await db.write(async (tx) => void (await sql`CREATE TABLE t (a INTEGER PRIMARY KEY)`.execute(tables(tx))));
  return {
    db,
    file,
    fatal,
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const insert = (tx: Tx, a: number) => tables<Schema>(tx).insertInto('t').values({ a }).execute();
const rows = async (db: Database): Promise<number[]> =>
  (await tables<Schema>(db.read).selectFrom('t').selectAll().execute()).map(({ a }) => a);

describe('a database whose writes go wrong', () => {
  it('ends the process when a hook throws, after telling the other writers of the commit', async () => {
    await using on = await rig();
    const told: string[] = [];
    const results = await Promise.allSettled([
      on.db.write(async (tx) => {
        await insert(tx, 1);
        tx.afterCommit(() => {
          throw new Error('a hook broke');
        });
      }),
      on.db.write(async (tx) => {
        await insert(tx, 2);
        tx.afterCommit(() => told.push('second'));
      }),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    assert.deepEqual(told, ['second']);
    assert.match(String(on.fatal[0]), /a hook broke/);
  });

  it('acknowledges nothing after a fatal error, even when the process lives on', async () => {
    await using on = await rig();
    await on.db.write((tx) => {
      tx.afterCommit(() => {
        throw new Error('a hook broke');
      });
      return Promise.resolve();
    });
    await assert.rejects(
      on.db.write((tx) => insert(tx, 1)),
      { code: 'db/failed' },
    );
    assert.deepEqual(await rows(on.db), []);
  });

  it('refuses a handle that outlived its write, instead of committing by itself', async () => {
    await using on = await rig();
    let kept: Tx | undefined;
    await on.db.write((tx) => {
      kept = tx;
      return insert(tx, 1);
    });
    const late = kept;
    assert.ok(late !== undefined);
    assert.throws(() => insert(late, 2), /settled/);
    assert.throws(() => late.afterCommit(() => undefined), /settled/);
    await assert.rejects(
      on.db.savepoint(late, () => Promise.resolve()),
      /savepoint belongs/,
    );
    assert.deepEqual(await rows(on.db), [1]);
  });

  it('refuses the handle of a neighbour in the same commit', async () => {
    await using on = await rig();
    let kept: Tx | undefined;
    const results = await Promise.allSettled([
      on.db.write((tx) => {
        kept = tx;
        return insert(tx, 1);
      }),
      on.db.write((tx) => insert(kept ?? tx, 2)),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.deepEqual(await rows(on.db), [1]);
  });

  it('refuses statements of a write whose transaction has ended, so that none commits by itself', async () => {
    await using on = await rig();
    await assert.rejects(
      on.db.write(async (tx) => {
        // As SQLite does it by itself on some failures.
        await sql`ROLLBACK`.execute(tables(tx));
        await insert(tx, 1);
      }),
    );
    assert.deepEqual(await rows(on.db), []);
    await on.db.write((tx) => insert(tx, 2));
    assert.deepEqual(await rows(on.db), [2]);
  });

  it('undoes the whole commit when one of its writes cannot be undone alone', async () => {
    await using on = await rig();
    const results = await Promise.allSettled([
      on.db.write((tx) => insert(tx, 1)),
      on.db.write(async (tx) => {
        await insert(tx, 2);
        await sql`RELEASE s1`.execute(tables(tx));
        throw new Error('changed my mind');
      }),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual(await rows(on.db), []);
  });

  it('lets what a write started write later, when the write has settled', async () => {
    await using on = await rig();
    const { promise: later, resolve, reject } = Promise.withResolvers<unknown>();
    await on.db.write((tx) => {
      setImmediate(() =>
        setImmediate(() => void on.db.write((next) => insert(next, 2)).then(resolve, reject)),
      );
      return insert(tx, 1);
    });
    await later;
    assert.deepEqual(await rows(on.db), [1, 2]);
  });

  it('finishes the writes that wait when it is closed, and refuses new ones', async () => {
    const on = await rig();
    const waiting = Promise.all(Array.from({ length: 300 }, (_, a) => on.db.write((tx) => insert(tx, a))));
    const closed = on[Symbol.asyncDispose]();
    await assert.rejects(
      on.db.write((tx) => insert(tx, 999)),
      { code: 'db/closed' },
    );
    assert.equal((await waiting).length, 300);
    await closed;
  });

  it('sees new columns through statements that were prepared before them', async () => {
    await using on = await rig();
    await on.db.write((tx) => insert(tx, 1));
    const all = () => sql<Record<string, number>>`SELECT * FROM t`.execute(tables(on.db.read));
    assert.deepEqual((await all()).rows, [{ a: 1 }]);
    await on.db.write(
      async (tx) =>
        void (await sql`ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 5`.execute(tables(tx))),
    );
    assert.deepEqual((await all()).rows, [{ a: 1, b: 5 }]);
  });

  it('counts the log among its bytes', async () => {
    await using on = await rig();
    const before = on.db.bytes();
    await on.db.write(
      async (tx) => void (await sql`CREATE TABLE big AS SELECT randomblob(500000) AS b`.execute(tables(tx))),
    );
    assert.ok(on.db.bytes() >= before + 500_000);
  });

  it('says what is wrong when its file cannot be opened', () => {
    using folder = temporaryFolder();
    const open = (): Database => openDatabase({ file: folder.path, onFatal: () => undefined });
    assert.throws(open, { code: 'db/unwritable' });
  });
});
