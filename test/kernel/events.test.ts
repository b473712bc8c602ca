// Domain events: none lost by a crash, none handled twice, none for what was undone.
import { fakeClock, type FakeClock } from '#kit/fake-clock.ts';
import { openDatabase, tables, type Database } from '#kernel/db/database.ts';
import { migrate } from '#kernel/db/migrate.ts';
import { createEvents, eventMigrations, type Consumer, type Event, type Events } from '#kernel/events.ts';
import { createJobs, type Jobs } from '#kernel/jobs.ts';
import { createLog } from '#kernel/log.ts';
import { systemRandom } from '#kernel/ports.ts';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import { temporaryFolder } from '#kit/folder.ts';

interface Rig extends AsyncDisposable {
  readonly db: Database;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly clock: FakeClock;
}

async function rig(folder: string): Promise<Rig> {
  const clock = fakeClock();
  const db = openDatabase({
    file: join(folder, 'events.db'),
    onFatal: (error) => {
      throw error;
    },
  });
  await migrate(db, [{ area: 'kernel', migrations: eventMigrations }], 'now');
  const jobs = createJobs({ clock, random: systemRandom, log: createLog({ level: 'silent' }) });
  return {
    db,
    jobs,
    clock,
    events: createEvents({ db, clock, jobs }),
    async [Symbol.asyncDispose]() {
      await jobs[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

const happened = (subject: string) => ({
  type: 'thing.happened',
  subject,
  actor: 'system',
  new: { subject },
});
const append = (r: Rig, ...subjects: string[]): Promise<void> =>
  r.db.write((tx) => r.events.append(tx, subjects.map(happened)));

function collector(
  name: string,
  from: Consumer['from'] = 'oldest',
): Consumer & { seen: Event[]; failNext: boolean } {
  const seen: Event[] = [];
  const consumer = {
    name,
    from,
    seen,
    failNext: false,
    handle(_tx: unknown, events: readonly Event[]) {
      if (consumer.failNext) {
        consumer.failNext = false;
        return Promise.reject(new Error('consumer crashed'));
      }
      seen.push(...events);
      return Promise.resolve();
    },
  };
  return consumer;
}

describe('domain events', () => {
  it('reach a consumer in order, with what was stored', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    const consumer = collector('a');
    r.events.consume(consumer);
    r.jobs.start();
    await append(r, 'one', 'two');
    await append(r, 'three');
    await r.clock.advance(1);
    assert.deepEqual(
      consumer.seen.map(({ subject }) => subject),
      ['one', 'two', 'three'],
    );
    assert.deepEqual(consumer.seen[0]?.new, { subject: 'one' });
    assert.equal(consumer.seen[0]?.at, '2026-11-21T00:00:00.000Z');
  });

  it('reach a consumer that names types only when they are of these, and its cursor passes the others', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    const consumer = { ...collector('a'), types: ['thing.ended', 'thing.begun'] };
    const mixed = (...types: string[]): Promise<void> =>
      r.db.write((tx) =>
        r.events.append(
          tx,
          types.map((type) => ({ ...happened(type), type })),
        ),
      );
    r.events.consume(consumer);
    r.jobs.start();
    await mixed('thing.begun', 'thing.happened', 'thing.ended', 'thing.happened');
    await r.clock.advance(1);
    const seen = (): string[] => consumer.seen.map(({ type }) => type);
    assert.deepEqual(seen(), ['thing.begun', 'thing.ended']);
    const { rows } = await sql<{ seq: number }>`SELECT seq FROM kernel_cursor`.execute(tables(r.db.read));
    assert.deepEqual(rows, [{ seq: 4 }]);
    await mixed('thing.ended');
    await r.clock.advance(1);
    assert.deepEqual(seen(), ['thing.begun', 'thing.ended', 'thing.ended']);
  });

  it('of the named types are all handed over, however many wait among others', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    const subjects = Array.from({ length: 1_300 }, (_, index) => `s${index}`);
    await r.db.write((tx) =>
      r.events.append(
        tx,
        subjects.flatMap((subject) => [happened(subject), { ...happened(subject), type: 'thing.other' }]),
      ),
    );
    const consumer = { ...collector('a'), types: ['thing.happened'] };
    r.events.consume(consumer);
    r.jobs.start();
    await r.clock.advance(1);
    assert.deepEqual(
      consumer.seen.map(({ subject }) => subject),
      subjects,
    );
  });

  it('do not exist when their change was undone', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    await assert.rejects(
      r.db.write(async (tx) => {
        await r.events.append(tx, [happened('lost')]);
        throw new Error('undone');
      }),
    );
    assert.deepEqual(await r.events.since(0, 10), []);
  });

  it('are handed again after a consumer failed, and only once after it worked', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    const consumer = collector('a');
    consumer.failNext = true;
    r.events.consume(consumer);
    await append(r, 'one');
    r.jobs.start();
    await r.clock.advance(0);
    assert.equal(consumer.seen.length, 0);
    await r.clock.advance(10_000);
    assert.equal(consumer.seen.length, 1);
    await append(r, 'two');
    await r.clock.advance(10_000);
    assert.equal(consumer.seen.length, 2);
  });

  it('resume after a restart where the cursor stood', async () => {
    using folder = temporaryFolder();
    {
      await using r = await rig(folder.path);
      r.events.consume(collector('a'));
      await append(r, 'one');
      r.jobs.start();
      await r.clock.advance(1);
    }
    await using r = await rig(folder.path);
    const again = collector('a');
    r.events.consume(again);
    await append(r, 'two');
    r.jobs.start();
    await r.clock.advance(1);
    assert.deepEqual(
      again.seen.map(({ subject }) => subject),
      ['two'],
    );
  });

  it('begin for a new consumer with the oldest or with what comes now, as it asked', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    await append(r, 'old');
    const now = collector('now', 'now');
    const oldest = collector('oldest');
    r.events.consume(now);
    r.events.consume(oldest);
    r.jobs.start();
    await r.clock.advance(1);
    await append(r, 'new');
    await r.clock.advance(1);
    assert.deepEqual(now.seen.length, 1);
    assert.deepEqual(oldest.seen.length, 2);
  });

  it('are pruned after a week, but never before every consumer is past them', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    const stuck = collector('stuck');
    r.events.consume(stuck);
    await append(r, 'old');
    const count = async (): Promise<number> => (await r.events.since(0, 10)).length;
    r.jobs.start();
    await r.clock.advance(1);
    await r.clock.advance(6 * 24 * 3_600_000);
    assert.equal(await count(), 1);
    await r.clock.advance(2 * 24 * 3_600_000);
    assert.equal(await count(), 0);
  });

  it('are kept for a new consumer that has failed since it exists, beside one that is past them', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    let broken = true;
    const seen: string[] = [];
    r.events.consume(collector('working'));
    r.events.consume({
      name: 'broken',
      from: 'oldest',
      handle(_tx, events) {
        if (broken) return Promise.reject(new Error('not yet'));
        seen.push(...events.map(({ subject }) => subject));
        return Promise.resolve();
      },
    });
    await append(r, 'old');
    r.clock.step(r.clock.now() + 8 * 24 * 3_600_000);
    r.jobs.start();
    await r.clock.advance(2 * 3_600_000);
    broken = false;
    await r.clock.advance(600_000);
    assert.deepEqual(seen, ['old']);
  });

  it('are pruned after a week when nobody consumes them', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    await append(r, 'old');
    r.jobs.start();
    await r.clock.advance(8 * 24 * 3_600_000);
    assert.deepEqual(await r.events.since(0, 10), []);
  });

  it('keep their numbers rising after pruning', async () => {
    using folder = temporaryFolder();
    await using r = await rig(folder.path);
    await append(r, 'one');
    await r.db.write(async (tx) => void (await sql`DELETE FROM kernel_event`.execute(tables(tx))));
    await append(r, 'two');
    assert.equal((await r.events.since(0, 10))[0]?.seq, 2);
  });
});
