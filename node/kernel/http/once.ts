// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a write that was sent twice takes effect once.
// A handler settles the answer in the transaction of its effect, so that no crash stands between the two; the same key
// with the same request gets that answer again for 14 days, with another request it is refused. Failures are not kept.
import { AppError } from '#protocol/errors.ts';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sql } from 'kysely';
import { tables, type Database, type Reader, type Tx } from '../db/database.ts';
import type { Migration } from '../db/migrate.ts';
import type { Jobs } from '../jobs.ts';
import type { Clock } from '../ports.ts';

/** A phone that was switched off for a fortnight still sends each of its messages once. */
const KEPT_MS = 14 * 24 * 3_600_000;
/** Answers kept at most, the oldest go first: what one person writes in a fortnight, with room. */
const ANSWERS_MAX = 50_000;
const PRUNE_INTERVAL_MS = 3_600_000;
/** Rows removed in one transaction. */
const PRUNE_ROWS_MAX = 1_000;
/** A UUID, a ULID or a digest; short ones would meet by chance. */
const KEY = /^(?:"([\w.~:+/=-]{8,128})"|([\w.~:+/=-]{8,128}))$/;

/** Keeps the answer in the transaction of the effect that it tells of; without a key it does nothing. */
export type Settle<Answer> = (tx: Tx, answer: Answer) => Promise<void>;

/** A request under a key. */
export interface Keyed {
  readonly account: string;
  readonly key: string;
  /** Of method, path and body: what the key stands for. */
  readonly fingerprint: string;
}

export interface Once {
  /**
   * Answers what was answered before, or works and keeps the answer (the body's text; null for none).
   * What `work` settled itself is kept with its effect; otherwise it is kept once `work` is done.
   * @throws http/idempotency-key-reused
   */
  run(
    request: Keyed,
    work: (settle: Settle<string | null>) => Promise<string | null>,
  ): Promise<{ readonly body: string | null; readonly replayed: boolean }>;
}

interface OnceTables {
  kernel_once: { account: string; key: string; fingerprint: string; body: string | null; at: number };
}

export const onceMigrations: readonly Migration[] = [
  {
    name: '0002-once',
    async up(db) {
      await sql`CREATE TABLE kernel_once (
        account TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, body TEXT, at INTEGER NOT NULL,
        PRIMARY KEY (account, key)) WITHOUT ROWID`.execute(db);
      await sql`CREATE INDEX kernel_once_at ON kernel_once (at)`.execute(db);
    },
  },
];

/** The memory of keys, with its clean-up. */
export function createOnce(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
}): Once {
  const { db, clock, jobs } = host;
  const running = new Map<string, Promise<unknown>>();

  jobs.register({
    name: 'kernel/prune-once',
    firstAfterMs: PRUNE_INTERVAL_MS,
    run: async () => {
      const pruned = await db.write((tx) => prune(tx, clock.now() - KEPT_MS));
      return pruned === PRUNE_ROWS_MAX ? 0 : PRUNE_INTERVAL_MS;
    },
  });

  const first: Once['run'] = async (request, work) => {
    const known = await find(db.read, request);
    if (known !== undefined && known.at > clock.now() - KEPT_MS) {
      if (known.fingerprint !== request.fingerprint) throw reused();
      return { body: known.body, replayed: true };
    }
    let settled = false;
    const settle: Settle<string | null> = async (tx, body) => {
      await keep(tx, { ...request, body, at: clock.now() });
      settled = true;
    };
    const body = await work(settle);
    if (!settled) await db.write((tx) => settle(tx, body));
    return { body, replayed: false };
  };

  return {
    async run(request, work) {
      const name = JSON.stringify([request.account, request.key]);
      // The same request twice at once: the second waits for the first, and then gets its answer or does its work.
      for (let other = running.get(name); other !== undefined; other = running.get(name)) {
        await Promise.allSettled([other]);
      }
      const mine = first(request, work);
      running.set(name, mine);
      try {
        return await mine;
      } finally {
        running.delete(name);
      }
    },
  };
}

/** The key that a request gives; undefined for none. @throws http/idempotency-key */
export function keyIn(request: IncomingMessage): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const match = typeof header === 'string' ? KEY.exec(header) : null;
  const key = match?.[1] ?? match?.[2];
  if (key !== undefined) return key;
  throw new AppError({
    category: 'invalid',
    code: 'http/idempotency-key',
    safe: 'Idempotency-Key is one key of 8 to 128 letters, digits and . _ ~ : + / = -.',
  });
}

/** What a key stands for. */
export function fingerprintOf(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${JSON.stringify(body ?? null)}`)
    .digest('base64url');
}

function find(reader: Reader, { account, key }: Keyed): Promise<OnceTables['kernel_once'] | undefined> {
  return tables<OnceTables>(reader)
    .selectFrom('kernel_once')
    .selectAll()
    .where('account', '=', account)
    .where('key', '=', key)
    .executeTakeFirst();
}

async function keep(tx: Tx, row: OnceTables['kernel_once']): Promise<void> {
  const { account, key, fingerprint, body, at } = row;
  await tables<OnceTables>(tx)
    .insertInto('kernel_once')
    .values({ account, key, fingerprint, body, at })
    .onConflict((conflict) => conflict.columns(['account', 'key']).doUpdateSet({ fingerprint, body, at }))
    .execute();
}

async function prune(tx: Tx, before: number): Promise<number> {
  const result = await sql`DELETE FROM kernel_once WHERE (account, key) IN (
    SELECT account, key FROM kernel_once WHERE at < max(${before},
      coalesce((SELECT at FROM kernel_once ORDER BY at DESC LIMIT 1 OFFSET ${ANSWERS_MAX}), 0))
    ORDER BY at LIMIT ${PRUNE_ROWS_MAX})`.execute(tables<OnceTables>(tx));
  return Number(result.numAffectedRows ?? 0n);
}

function reused(): AppError {
  return new AppError({
    category: 'conflict',
    code: 'http/idempotency-key-reused',
    safe: {
      en: 'This key has been used for another request. Nothing was done; send this one under a key of its own.',
      fr: "Cette clé a servi à une autre demande. Rien n'a été fait ; envoyez celle-ci sous une clé à elle.",
    },
  });
}
