// Requests that may come twice have their effect once: the key that a client gives is recorded in the very transaction
// that changes something, so that no crash can separate the two, and the answer is kept beside it for the next try.
// After the IETF draft "The Idempotency-Key HTTP Header Field". A key belongs to one account, one route and one body;
// the same key with another body is refused. Nothing is looked at without a key.
import { AppError, invalid } from '#protocol/errors.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Jobs } from '../jobs.ts';
import { isoTime, type Clock } from '../ports.ts';
import { tables, type Database, type Tx } from './database.ts';
import type { Migration } from './migrate.ts';

/** A device that was away for two weeks still sends its outbox safely. */
const KEYS_KEPT_MS = 14 * 24 * 3_600_000;
const PRUNE_INTERVAL_MS = 6 * 3_600_000;
const PRUNE_ROWS_MAX = 5_000;
/** What clients send: a UUID, or 128 random bits in any common spelling. */
const KEY = /^[\w-]{16,64}$/;

interface IdempotencyTables {
  kernel_idempotency: {
    account: string;
    key: string;
    request: string;
    answer: string | null;
    at: string;
  };
}

export const idempotencyMigrations: readonly Migration[] = [
  {
    name: '0002-idempotency',
    async up(db) {
      await sql`CREATE TABLE kernel_idempotency (
        account TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, answer TEXT, at TEXT NOT NULL,
        PRIMARY KEY (account, key)) WITHOUT ROWID`.execute(db);
      await sql`CREATE INDEX kernel_idempotency_at ON kernel_idempotency (at)`.execute(db);
    },
  },
];

/** One request with a key. */
export interface KeyedRequest {
  readonly account: string;
  readonly key: string;
  readonly route: string;
  /** What was asked for, parsed. */
  readonly input: unknown;
}

export interface Idempotency {
  /** The database whose writes record the key of the request that makes them. */
  readonly db: Database;
  /**
   * Runs `work` once for a key and answers what it answered, however often the same is asked.
   * @throws http/invalid for a key that is none, http/key-unprocessable for another request under the same key,
   * http/already-done where the effect stands and its answer was lost, or what `work` throws (the key is free again)
   */
  readonly once: (request: KeyedRequest, work: () => Promise<unknown>) => Promise<unknown>;
}

interface Running extends KeyedRequest {
  readonly digest: string;
  ended: boolean;
}

export function createIdempotency(host: { readonly db: Database; readonly clock: Clock }): Idempotency {
  const { db, clock } = host;
  const current = new AsyncLocalStorage<Running>();
  const together = new Map<string, { digest: string; result: Promise<unknown> }>();

  const record = (tx: Tx, { account, key, digest }: Running, answer: string | null): Promise<unknown> =>
    tables<IdempotencyTables>(tx)
      .insertInto('kernel_idempotency')
      .values({ account, key, request: digest, answer, at: isoTime(clock.now()) })
      .onConflict((conflict) => conflict.columns(['account', 'key']).doUpdateSet({ answer }))
      .execute();

  const run = async (running: Running, work: () => Promise<unknown>): Promise<unknown> => {
    const known = await tables<IdempotencyTables>(db.read)
      .selectFrom('kernel_idempotency')
      .select(['request', 'answer'])
      .where('account', '=', running.account)
      .where('key', '=', running.key)
      .executeTakeFirst();
    if (known !== undefined) return answerAgain(known, running.digest);
    try {
      const output = await current.run(running, work);
      running.ended = true;
      await db.write((tx) => record(tx, running, JSON.stringify(output ?? null)));
      return output;
    } catch (error) {
      running.ended = true;
      await db.write((tx) => forget(tx, running));
      throw error;
    }
  };

  return {
    db: recordingDatabase(db, current, record),
    async once(request, work) {
      if (!KEY.test(request.key))
        throw invalid('http/invalid', 'Idempotency-Key has 16 to 64 letters, digits, - or _.');
      const digest = createHash('sha256')
        .update(JSON.stringify([request.route, request.input]))
        .digest('base64url');
      const name = `${request.account} ${request.key}`;
      const before = together.get(name);
      if (before !== undefined) {
        if (before.digest !== digest) throw otherRequest();
        return before.result;
      }
      const result = run({ ...request, digest, ended: false }, work).finally(() => together.delete(name));
      together.set(name, { digest, result });
      return result;
    },
  };
}

/** Removes keys of long ago. */
export function registerIdempotencyJobs(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
}): void {
  const { db, clock, jobs } = host;
  jobs.register({
    name: 'kernel/prune-idempotency',
    firstAfterMs: PRUNE_INTERVAL_MS,
    run: async () => {
      const before = isoTime(clock.now() - KEYS_KEPT_MS);
      const result = await db.write((tx) =>
        sql`DELETE FROM kernel_idempotency WHERE (account, key) IN (
          SELECT account, key FROM kernel_idempotency WHERE at < ${before} LIMIT ${PRUNE_ROWS_MAX})`.execute(
          tables<IdempotencyTables>(tx),
        ),
      );
      return Number(result.numAffectedRows ?? 0n) === PRUNE_ROWS_MAX ? 0 : PRUNE_INTERVAL_MS;
    },
  });
}

/** Every write of a keyed request also records its key: effect and key are one commit. */
function recordingDatabase(
  db: Database,
  current: AsyncLocalStorage<Running>,
  record: (tx: Tx, running: Running, answer: null) => Promise<unknown>,
): Database {
  return {
    read: db.read,
    bytes: () => db.bytes(),
    savepoint: (tx, work) => db.savepoint(tx, work),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
    write(work) {
      const running = current.getStore();
      // What a request has set going may outlive it: that is no longer its effect.
      if (running === undefined || running.ended) return db.write(work);
      return db.write(async (tx) => {
        const result = await work(tx);
        await record(tx, running, null);
        return result;
      });
    },
  };
}

function answerAgain(
  known: { readonly request: string; readonly answer: string | null },
  digest: string,
): unknown {
  if (known.request !== digest) throw otherRequest();
  if (known.answer !== null) return JSON.parse(known.answer) as unknown;
  throw new AppError({
    category: 'conflict',
    code: 'http/already-done',
    safe: {
      en: 'This was done already; only its answer was lost. Nothing was done twice.',
      fr: 'C’est déjà fait ; seule la réponse s’est perdue. Rien n’a été fait deux fois.',
    },
  });
}

function otherRequest(): AppError {
  return invalid('http/key-unprocessable', {
    en: 'This Idempotency-Key was used for another request. Nothing was changed; use a new key.',
    fr: 'Cette Idempotency-Key a servi à une autre requête. Rien n’a été modifié ; utilisez une nouvelle clé.',
  });
}

async function forget(tx: Tx, { account, key }: Running): Promise<void> {
  await tables<IdempotencyTables>(tx)
    .deleteFrom('kernel_idempotency')
    .where('account', '=', account)
    .where('key', '=', key)
    .execute();
}
