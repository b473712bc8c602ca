// Prepared queries: built once, bound anew for each call, inside the same transactions as every other query.
import { openDatabase, tables, type Database } from '#kernel/db/database.ts';
import { prepared, type Prepared } from '#kernel/db/prepared.ts';
import { temporaryFolder } from '#kit/folder.ts';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sql } from 'kysely';

interface Shelf {
  shelf_book: { name: string; pages: number | null };
}

const insert: Prepared<{ readonly name: string; readonly pages: number | null }, never> = prepared<
  Shelf,
  { readonly name: string; readonly pages: number | null },
  never
>((_db, { name, pages }) => sql<never>`INSERT INTO shelf_book (name, pages) VALUES (${name}, ${pages})`);

const byName = prepared<Shelf, { readonly name: string }, { name: string; pages: number | null }>(
  (db, { name }) => db.selectFrom('shelf_book').selectAll().where('name', '=', name),
);

async function shelf(folder: string): Promise<Database> {
  const db = openDatabase({
    file: join(folder, 'shelf.db'),
    onFatal: (error) => {
      throw error;
    },
  });
  await db.write(async (tx) => {
    await sql`CREATE TABLE shelf_book (name TEXT NOT NULL UNIQUE, pages INTEGER)`.execute(tables<Shelf>(tx));
  });
  return db;
}

describe('prepared queries', () => {
  it('are built once and give each call its own rows', async () => {
    using folder = temporaryFolder();
    await using db = await shelf(folder.path);
    let built = 0;
    const longer = prepared<Shelf, { readonly than: number }, { name: string }>((shelves, { than }) => {
      built += 1;
      return shelves
        .selectFrom('shelf_book')
        .select('name')
        .where('pages', '>', than)
        .orderBy('name')
        .limit(2);
    });
    await db.write(async (tx) => {
      for (const [name, pages] of [
        ['a', 10],
        ['b', 20],
        ['c', null],
      ] as const)
        await insert.all(tx, { name, pages });
    });
    assert.deepEqual(await longer.all(db.read, { than: 5 }), [{ name: 'a' }, { name: 'b' }]);
    assert.deepEqual(await longer.all(db.read, { than: 15 }), [{ name: 'b' }]);
    assert.equal(await longer.first(db.read, { than: 20 }), undefined);
    assert.equal(built, 1);
    assert.deepEqual(await byName.first(db.read, { name: 'c' }), { name: 'c', pages: null });
  });

  it('bind text as text, whatever it holds', async () => {
    using folder = temporaryFolder();
    await using db = await shelf(folder.path);
    const name = `'; DROP TABLE shelf_book; -- "`;
    await db.write((tx) => insert.all(tx, { name, pages: 1 }));
    assert.deepEqual(await byName.all(db.read, { name }), [{ name, pages: 1 }]);
  });

  it('see and share the transaction of their handle, and none after it has settled', async () => {
    using folder = temporaryFolder();
    await using db = await shelf(folder.path);
    await assert.rejects(
      db.write(async (tx) => {
        await insert.all(tx, { name: 'a', pages: 1 });
        assert.equal((await byName.all(tx, { name: 'a' })).length, 1);
        assert.equal((await byName.all(db.read, { name: 'a' })).length, 0);
        throw new Error('undone');
      }),
      /undone/,
    );
    assert.deepEqual(await byName.all(db.read, { name: 'a' }), []);
    const ended = await db.write((tx) => Promise.resolve(tx));
    await assert.rejects(insert.all(ended, { name: 'b', pages: 1 }), /dead once its write has settled/);
  });

  it('reject with what the database refuses', async () => {
    using folder = temporaryFolder();
    await using db = await shelf(folder.path);
    await db.write((tx) => insert.all(tx, { name: 'a', pages: 1 }));
    await assert.rejects(
      db.write((tx) => insert.all(tx, { name: 'a', pages: 2 })),
      /UNIQUE/,
    );
  });

  it('refuse a parameter that is turned into text while the query is built, and one without a value', async () => {
    using folder = temporaryFolder();
    await using db = await shelf(folder.path);
    const early = prepared<Shelf, { readonly names: string }, never>(
      (_db, { names }) => sql<never>`SELECT name FROM shelf_book WHERE name IN (${JSON.stringify([names])})`,
    );
    await assert.rejects(early.all(db.read, { names: 'a' }), /"names" has no value while/);
    const missing = {} as { readonly name: string };
    await assert.rejects(byName.all(db.read, missing), /"name" has no value/);
  });
});
