// Migrations: whole or not at all, once, and never over newer data (fault 25 to 27 of docs/security.md).
import { openDatabase, tables, type Database } from '#kernel/db/database.ts';
import { migrate, type Migration } from '#kernel/db/migrate.ts';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import { temporaryFolder } from '#kit/folder.ts';

const at = '2026-11-21T00:00:00.000Z';
const create = (table: string): Migration => ({
  name: `0001-${table}`,
  up: async (db) => void (await sql`CREATE TABLE ${sql.table(table)} (a INTEGER)`.execute(db)),
});
const half: Migration = {
  name: '0002-half',
  async up(db) {
    await sql`CREATE TABLE half (a INTEGER)`.execute(db);
    throw new Error('power cut');
  },
};

function open(folder: string): Database {
  return openDatabase({
    file: join(folder, 'm.db'),
    onFatal: (error) => {
      throw error;
    },
  });
}

async function hasTable(db: Database, name: string): Promise<boolean> {
  const found = await sql`SELECT 1 FROM sqlite_master WHERE name = ${name}`.execute(tables(db.read));
  return found.rows.length === 1;
}

describe('migrations', () => {
  it('are applied once, in order', async () => {
    using folder = temporaryFolder();
    await using db = open(folder.path);
    const areas = [{ area: 'one', migrations: [create('t')] }];
    assert.deepEqual(await migrate(db, areas, at), ['one/0001-t']);
    assert.deepEqual(await migrate(db, areas, at), []);
  });

  it('leave nothing of one that fails, and keep those before it', async () => {
    using folder = temporaryFolder();
    await using db = open(folder.path);
    await assert.rejects(migrate(db, [{ area: 'one', migrations: [create('t'), half] }], at), /power cut/);
    assert.equal(await hasTable(db, 't'), true);
    assert.equal(await hasTable(db, 'half'), false);
  });

  it('refuse a database that newer code has written, before changing it', async () => {
    using folder = temporaryFolder();
    await using db = open(folder.path);
    await migrate(db, [{ area: 'one', migrations: [create('t'), create('u')] }], at);
    const older = [
      { area: 'one', migrations: [create('t')] },
      { area: 'two', migrations: [create('v')] },
    ];
    await assert.rejects(migrate(db, older, at), { code: 'db/newer-schema' });
    assert.equal(await hasTable(db, 'v'), false);
  });
});
