// A program for the fault tests: one database, driven by lines on standard input, answering each on standard output.
// `write N BYTES` answers `stored N` or `refused N CODE`, `flood N` writes that many at once, `read` answers `rows N,...`,
// `remove PATH` deletes a file. A fatal error ends it with 70.
import { openDatabase, tables, type Database } from '#kernel/db/database.ts';
import { AppError } from '#protocol/errors.ts';
import { rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';

interface Schema {
  t: { a: number; b: Uint8Array };
}

const [file = ''] = process.argv.slice(2);
// Written at once: what was said must not be lost with the process.
const say = (line: string): void => void writeSync(1, `${line}\n`);
const codeOf = (error: unknown): string => {
  if (error instanceof AppError) return error.code;
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
};

function open(): Database {
  try {
    return openDatabase({
      file,
      key: new Uint8Array(32).fill(7),
      onFatal: (error) => {
        say(`fatal ${codeOf(error)}`);
        process.exit(70);
      },
    });
  } catch (error) {
    say(`cannot open: ${codeOf(error)}`);
    return process.exit(1);
  }
}

const db = open();
await db.write(
  async (tx) =>
    void (await sql`CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b BLOB)`.execute(tables(tx))),
);
say(JSON.stringify({ ready: true }));

async function write(a: number, bytes: number): Promise<void> {
  try {
    await db.write(async (tx) => {
      await tables<Schema>(tx)
        .insertInto('t')
        .values({ a, b: new Uint8Array(bytes) })
        .execute();
    });
    say(`stored ${a}`);
  } catch (error) {
    say(`refused ${a} ${codeOf(error)}`);
  }
}

async function answer(line: string): Promise<void> {
  const [verb, first = '', second] = line.split(' ');
  if (verb === 'write') await write(Number(first), Number(second));
  else if (verb === 'flood') await Promise.all(Array.from({ length: Number(first) }, (_, a) => write(a, 10)));
  else if (verb === 'remove') rmSync(first);
  else {
    const rows = await tables<Schema>(db.read).selectFrom('t').select('a').execute();
    say(`rows ${rows.map(({ a }) => a).join(',')}`);
  }
}

for await (const line of createInterface({ input: process.stdin })) await answer(line);
await db[Symbol.asyncDispose]();
say('closed');
