// Domain events: rows written in the transaction of the change that they tell of, so that a crash loses none.
// Consumers keep a cursor: at least once, in order; a consumer's own writes share its cursor's transaction,
// which makes their effect happen exactly once. Only metrics may count in memory instead.
import type { Json } from '#protocol';
import { sql } from 'kysely';
import { tables, type Database, type Reader, type Tx } from './db/database.ts';
import type { Migration } from './db/migrate.ts';
import { prepared } from './db/prepared.ts';
import type { Jobs } from './jobs.ts';
import { isoTime, type Clock } from './ports.ts';

/** Events handed to a consumer at once: bounds the memory and the length of its transaction. */
const EVENTS_BATCH_MAX = 500;
/** Events are kept this long once every consumer is past them, for a web client that resumes after an absence. */
const EVENTS_KEPT_MS = 7 * 24 * 3_600_000;
/** Rows removed in one transaction, so that no other write waits long. */
const PRUNE_ROWS_MAX = 5_000;
const PRUNE_INTERVAL_MS = 3_600_000;

export interface NewEvent {
  /** `area.happened`, for example `post.created`. */
  readonly type: string;
  /** What it happened to: an id or URI. */
  readonly subject: string;
  /** actorToString(actor). */
  readonly actor: string;
  readonly old?: Json;
  readonly new?: Json;
}

export interface Event extends NewEvent {
  readonly seq: number;
  readonly at: string;
}

/** Says that something is to be read again, and nothing that happened: clients are told, the audit trail keeps none. */
export type Hint = Pick<NewEvent, 'type' | 'subject'>;
const HINT = 'hint.';
/** The type under which a hint of `type` reaches clients and consumers. */
export const hintType = <Type extends string>(type: Type): `hint.${Type}` => `${HINT}${type}`;
export const isHint = ({ type }: Pick<Event, 'type'>): boolean => type.startsWith(HINT);

export interface Consumer {
  /** Stable: the cursor is stored under it. */
  readonly name: string;
  /** Where a consumer begins when it is new: with the oldest event kept, or with what comes from now on. */
  readonly from: 'oldest' | 'now';
  /** Only these are handed over; all when absent. */
  readonly types?: readonly string[];
  handle(tx: Tx, events: readonly Event[]): Promise<void>;
}

interface EventRow {
  seq: number;
  type: string;
  subject: string;
  actor: string;
  old: string | null;
  new: string | null;
  at: string;
}
interface EventTables {
  kernel_event: EventRow;
  kernel_cursor: { name: string; seq: number };
}

export const eventMigrations: readonly Migration[] = [
  {
    name: '0001-events',
    async up(db) {
      await sql`CREATE TABLE kernel_event (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, subject TEXT NOT NULL, actor TEXT NOT NULL,
        old TEXT, new TEXT, at TEXT NOT NULL)`.execute(db);
      await sql`CREATE TABLE kernel_cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL)`.execute(db);
    },
  },
];

// Asked after every write, so they are prepared.
const insertEvents = prepared<EventTables, { readonly rows: string }, never>(
  (_db, { rows }) => sql<never>`INSERT INTO kernel_event (type, subject, actor, old, new, at)
    SELECT value ->> 'type', value ->> 'subject', value ->> 'actor', value ->> 'old', value ->> 'new', value ->> 'at'
    FROM json_each(${rows})`,
);
const rowsAfter = prepared<EventTables, { readonly seq: number; readonly limit: number }, EventRow>(
  (db, { seq, limit }) =>
    db.selectFrom('kernel_event').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit),
);
const rowsOfTypesAfter = prepared<
  EventTables,
  { readonly seq: number; readonly limit: number; readonly types: string },
  EventRow
>(
  (_db, { seq, limit, types }) => sql<EventRow>`SELECT * FROM kernel_event
    WHERE seq > ${seq} AND type IN (SELECT value FROM json_each(${types})) ORDER BY seq LIMIT ${limit}`,
);
const newestRow = prepared<EventTables, Record<string, never>, { seq: number | null }>((db) =>
  db.selectFrom('kernel_event').select((eb) => eb.fn.max('seq').as('seq')),
);
const cursorOf = prepared<EventTables, { readonly name: string }, { seq: number }>((db, { name }) =>
  db.selectFrom('kernel_cursor').select('seq').where('name', '=', name),
);
const moveCursor = prepared<EventTables, { readonly name: string; readonly seq: number }, never>(
  (_db, { name, seq }) => sql<never>`INSERT INTO kernel_cursor (name, seq) VALUES (${name}, ${seq})
    ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`,
);

export interface Events {
  /** Appends in the transaction of the change; consumers wake after the commit. */
  append(tx: Tx, events: readonly NewEvent[]): Promise<void>;
  /** Appends hints: no facts, so whoever gathers them may lose some with the process. */
  hint(tx: Tx, hints: readonly Hint[]): Promise<void>;
  consume(consumer: Consumer): void;
  /** Events after `seq`, oldest first, for a client that resumes. */
  since(seq: number, limit: number): Promise<Event[]>;
  /** Calls `run` after each commit that appended events; returns the unsubscriber. */
  onAppended(run: () => void): () => void;
  /** The seq of the oldest event kept, and of the newest ever; without any kept, `oldest` is the one to come. */
  bounds(): Promise<{ readonly oldest: number; readonly newest: number }>;
}

export function createEvents(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
}): Events {
  const { db, clock, jobs } = host;
  const listeners = new Set<() => void>();
  const consumers: string[] = [];
  const notify = (): void => {
    for (const listener of listeners) listener();
  };

  jobs.register({
    name: 'kernel/prune-events',
    firstAfterMs: PRUNE_INTERVAL_MS,
    run: async () => {
      const pruned = await db.write((tx) => prune(tx, clock.now() - EVENTS_KEPT_MS, consumers));
      return pruned === PRUNE_ROWS_MAX ? 0 : PRUNE_INTERVAL_MS;
    },
  });

  const append = async (tx: Tx, events: readonly NewEvent[]): Promise<void> => {
    if (events.length === 0) return;
    const at = isoTime(clock.now());
    const rows = events.map((event) => ({
      type: event.type,
      subject: event.subject,
      actor: event.actor,
      old: event.old === undefined ? null : JSON.stringify(event.old),
      new: event.new === undefined ? null : JSON.stringify(event.new),
      at,
    }));
    // One JSON parameter: the statement's text does not depend on the number of rows, so it stays prepared.
    await insertEvents.all(tx, { rows: JSON.stringify(rows) });
    tx.afterCommit(notify);
  };

  return {
    append,
    hint: (tx, hints) =>
      append(
        tx,
        hints.map(({ type, subject }) => ({ type: hintType(type), subject, actor: 'system' })),
      ),
    consume(consumer) {
      consumers.push(consumer.name);
      const job = jobs.register({
        name: `event-consumer/${consumer.name}`,
        firstAfterMs: 0,
        run: async () => ((await consumeOnce(db, consumer)) === EVENTS_BATCH_MAX ? 0 : null),
      });
      listeners.add(() => job.wake());
    },
    since: (seq, limit) => eventsAfter(db.read, { seq, limit }),
    onAppended(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
    async bounds() {
      const { rows } = await sql<{ oldest: number | null; newest: number }>`SELECT
        (SELECT min(seq) FROM kernel_event) AS oldest,
        coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'kernel_event'), 0) AS newest`.execute(
        tables<EventTables>(db.read),
      );
      const { oldest = null, newest = 0 } = rows[0] ?? {};
      return { oldest: oldest ?? newest + 1, newest };
    },
  };
}

async function consumeOnce(db: Database, consumer: Consumer): Promise<number> {
  return db.write(async (tx) => {
    const cursor = await cursorOf.first(tx, { name: consumer.name });
    const newest = await newestSeq(tx);
    const start = cursor?.seq ?? (consumer.from === 'oldest' ? 0 : newest);
    const { types } = consumer;
    const events = await eventsAfter(tx, { seq: start, limit: EVENTS_BATCH_MAX, types });
    // All that came meanwhile has been looked at, unless the batch is full.
    const last = events.length === EVENTS_BATCH_MAX ? (events.at(-1)?.seq ?? start) : Math.max(start, newest);
    if (events.length > 0) await consumer.handle(tx, events);
    if (cursor === undefined || last !== cursor.seq) {
      await moveCursor.all(tx, { name: consumer.name, seq: last });
    }
    return events.length;
  });
}

async function eventsAfter(
  handle: Reader,
  wanted: { readonly seq: number; readonly limit: number; readonly types?: readonly string[] | undefined },
): Promise<Event[]> {
  const { seq, limit, types } = wanted;
  const rows =
    types === undefined
      ? await rowsAfter.all(handle, { seq, limit })
      : await rowsOfTypesAfter.all(handle, { seq, limit, types: JSON.stringify(types) });
  return rows.map(({ old, new: next, ...row }) => ({
    ...row,
    ...(old === null ? {} : { old: JSON.parse(old) as Json }),
    ...(next === null ? {} : { new: JSON.parse(next) as Json }),
  }));
}

async function newestSeq(handle: Reader): Promise<number> {
  return (await newestRow.first(handle, {}))?.seq ?? 0;
}

async function prune(tx: Tx, before: number, consumers: readonly string[]): Promise<number> {
  const cursors = await tables<EventTables>(tx)
    .selectFrom('kernel_cursor')
    .select('seq')
    .where('name', 'in', [...consumers])
    .execute();
  // A consumer without a cursor has seen nothing yet: its first run may have failed for as long as events are kept.
  if (cursors.length < consumers.length) return 0;
  const passed = consumers.length === 0 ? await newestSeq(tx) : Math.min(...cursors.map(({ seq }) => seq));
  const result = await sql`DELETE FROM kernel_event WHERE seq IN (
    SELECT seq FROM kernel_event WHERE seq <= ${passed} AND at < ${isoTime(before)} ORDER BY seq LIMIT ${PRUNE_ROWS_MAX})`.execute(
    tables<EventTables>(tx),
  );
  return Number(result.numAffectedRows ?? 0n);
}
