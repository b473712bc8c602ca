// Group commit: writes that share a transaction succeed and fail each for itself.
import { openDatabase, tables, type Database, type Tx } from '#kernel/db/database.ts';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sql } from 'kysely';

interface Schema {
  t: { a: number };
}

async function withDatabase(run: (db: Database, file: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ored-db-'));
  const file = join(dir, 'test.db');
  const db = openDatabase({
    file,
    key: new Uint8Array(32).fill(7),
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    await db.write(
      async (tx) => void (await sql`CREATE TABLE t (a INTEGER PRIMARY KEY)`.execute(tables(tx))),
    );
    await run(db, file);
  } finally {
    await db[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true });
  }
}

const insert = (tx: Tx, a: number) => tables<Schema>(tx).insertInto('t').values({ a }).execute();
const count = async (db: Database): Promise<number> =>
  (await tables<Schema>(db.read).selectFrom('t').selectAll().execute()).length;

describe('group commit', () => {
  it('undoes a failing write alone, and keeps those that shared its commit', async () => {
    await withDatabase(async (db) => {
      const results = await Promise.allSettled([
        db.write((tx) => insert(tx, 1)),
        db.write(async (tx) => {
          await insert(tx, 2);
          throw new Error('changed my mind');
        }),
        db.write((tx) => insert(tx, 1)),
        db.write((tx) => insert(tx, 3)),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      );
      assert.equal(await count(db), 2);
    });
  });

  it('settles a write only after its rows are visible to readers', async () => {
    await withDatabase(async (db) => {
      const before = db.write(async (tx) => {
        await insert(tx, 1);
        assert.equal(await count(db), 0);
      });
      await before;
      assert.equal(await count(db), 1);
    });
  });

  it('refuses a write inside a write', async () => {
    await withDatabase(async (db) => {
      await assert.rejects(
        db.write(() => db.write((tx) => insert(tx, 1))),
        { code: 'db/nested' },
      );
      assert.equal(await count(db), 0);
    });
  });

  it('runs the hooks of a commit after it, and never those of what was undone', async () => {
    await withDatabase(async (db) => {
      const seen: string[] = [];
      await Promise.allSettled([
        db.write(async (tx) => {
          tx.afterCommit(() => seen.push('kept'));
          await insert(tx, 1);
          assert.deepEqual(seen, []);
        }),
        db.write(async (tx) => {
          tx.afterCommit(() => seen.push('undone'));
          await Promise.reject(new Error('no'));
        }),
      ]);
      assert.deepEqual(seen, ['kept']);
    });
  });

  it('undoes a savepoint and goes on', async () => {
    await withDatabase(async (db) => {
      await db.write(async (tx) => {
        await insert(tx, 1);
        await assert.rejects(
          db.savepoint(tx, async () => {
            await insert(tx, 2);
            await insert(tx, 1);
          }),
        );
        await insert(tx, 3);
      });
      assert.equal(await count(db), 2);
    });
  });

  it('leaves no readable byte in the file', async () => {
    await withDatabase(async (db, file) => {
      await db.write((tx) => insert(tx, 1));
      await db[Symbol.asyncDispose]();
      const bytes = readFileSync(file);
      assert.equal(bytes.includes('SQLite format 3'), false);
      assert.equal(bytes.includes('CREATE TABLE'), false);
    });
  });
});
