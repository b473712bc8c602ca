// Posts whose author's node does not answer: they are asked for with growing pauses, and at once when it shows itself.
// The reader's clock stands still unless a test moves it, so that only a sign of life can end a pause.
import { eventually, fakeClock, gatedNetwork, makeNode, unreachable } from '#kit';
import { AbsentAuthors } from '#node/posts/exchange/absent-authors.ts';
import { absentPauseMs } from '#node/posts/model.ts';
import { AppError, type NodeId } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { befriend, feed, texts, write } from './friends-rig.ts';

const author = 'QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51' as NodeId;

/** A reader whose questions go nowhere while `silent` is set, and who counts them. */
async function street() {
  const stack = new AsyncDisposableStack();
  const clock = fakeClock(Date.now());
  const network = gatedNetwork();
  const alice = stack.use(await makeNode({ name: 'alice-1' }));
  const bob = stack.use(await makeNode({ name: 'bob-1', clock, network }));
  await befriend(alice, bob);
  await clock.advance(10_000);
  const reach = { silent: false, asked: 0 };
  network.gate = (url) => {
    if (!url.endsWith('/orf/v1/query')) return;
    reach.asked += 1;
    if (reach.silent) throw unreachable();
  };
  return { alice, bob, clock, reach, network, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const tooMany = (): AppError =>
  new AppError({ category: 'limit', code: 'federation/budget', safe: 'Too many.', retryAfterS: 7 });

/** Lets the reader fail until it pauses for as long as it ever does. */
async function exhaust(all: Awaited<ReturnType<typeof street>>): Promise<void> {
  const { alice, bob, clock, reach } = all;
  reach.silent = true;
  for (const text of ['one', 'two', 'three']) await write(alice, text);
  await eventually('all three are announced', async () => (await feed(bob)).length === 3);
  for (let tries = 1; tries <= 6; tries += 1) {
    const before = reach.asked;
    await clock.advance(20_000);
    await eventually('they are asked for again', () => reach.asked > before);
  }
}

describe('posts of an author who does not answer', () => {
  it('are fetched at once when the author sends something, however long the pause has become', async () => {
    await using all = await street();
    await exhaust(all);
    all.reach.silent = false;
    await write(all.alice, 'four');
    await eventually('all are here', async () => {
      const items = await feed(all.bob);
      return items.length === 4 && items.every(({ state }) => state === 'here');
    });
  });

  it('are fetched at once when the author’s node starts again', async () => {
    await using all = await street();
    await exhaust(all);
    await all.alice.stop();
    all.reach.silent = false;
    await all.alice.start();
    await eventually(
      'all are here',
      async () => (await texts(all.bob)).toSorted().join() === 'one,three,two',
    );
  });

  it('cost one question a pause, however many wait, and do not hold up an opened feed for ever', async () => {
    await using all = await street();
    await exhaust(all);
    const before = all.reach.asked;
    await feed(all.bob);
    assert.equal(all.reach.asked, before);
    // The shortest that the pause gets now: no two rounds fall into one step.
    await eventually('they are asked for again', async () => {
      if (all.reach.asked === before) await all.clock.advance(10_000);
      return all.reach.asked > before;
    });
    assert.ok(all.reach.asked - before <= 3, `${all.reach.asked - before} questions`);
  });
});

describe('posts of an author who is asked too much at once', () => {
  it('are fetched after the pause that the author names, none of them given up', async () => {
    await using all = await street();
    const { alice, bob, clock, reach, network } = all;
    network.gate = (url) => {
      if (!url.endsWith('/orf/v1/query')) return;
      reach.asked += 1;
      if (reach.silent) throw tooMany();
    };
    reach.silent = true;
    for (const text of ['one', 'two', 'three']) await write(alice, text);
    await eventually('all three are announced', async () => (await feed(bob)).length === 3);
    for (let times = 0; times < 20; times += 1) await clock.advance(7_000);
    reach.silent = false;
    const before = reach.asked;
    await eventually('all are here', async () => {
      if (reach.asked === before) await clock.advance(7_000);
      const items = await feed(bob);
      return items.length === 3 && items.every(({ state }) => state === 'here');
    });
  });
});

describe('the pause of an absent author', () => {
  it('is as long as a busy one says, at most 20 s, and counts as no failure', async () => {
    const clock = fakeClock();
    const authors = new AbsentAuthors({ clock, random: { unit: () => 1, bytes: (n) => new Uint8Array(n) } });
    authors.postpone(author, 3_000);
    assert.deepEqual([authors.pauseMs(), authors.failuresOf(author)], [3_000, 0]);
    authors.postpone(author, 86_400_000);
    assert.equal(authors.pauseMs(), 20_000);
    assert.equal(authors.found(author), true);
    assert.equal(authors.pauseMs(), null);
  });

  it('grows to 20 s within the hour, and to ten minutes then', () => {
    assert.equal(absentPauseMs(0, 0, 1), 2_000);
    assert.equal(absentPauseMs(2, 0, 1), 8_000);
    assert.equal(absentPauseMs(30, 3_599_999, 1), 20_000);
    assert.equal(absentPauseMs(30, 3_600_000, 1), 600_000);
    assert.equal(absentPauseMs(30, 0, 0), 10_000);
  });

  it('counts attempts that failed side by side once, and begins anew after an answer', async () => {
    const clock = fakeClock();
    const authors = new AbsentAuthors({ clock, random: { unit: () => 1, bytes: (n) => new Uint8Array(n) } });
    authors.miss(author);
    authors.miss(author);
    assert.deepEqual([authors.failuresOf(author), authors.pauseMs(), authors.paused()], [1, 2_000, [author]]);
    await clock.advance(2_000);
    assert.deepEqual([authors.pauseMs(), authors.paused()], [null, []]);
    authors.miss(author);
    assert.equal(authors.pauseMs(), 4_000);
    assert.equal(authors.found(author), true);
    assert.equal(authors.found(author), false);
    authors.miss(author);
    assert.equal(authors.pauseMs(), 2_000);
  });
});
