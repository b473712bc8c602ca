// The clock alarm (F16): raised when three contacts agree on another time than ours, by what they have signed just now;
// by nobody alone, and it ends when the clock is set right.
import { eventually } from '#kit';
import { federation } from '#node/federation/index.ts';
import { PeerClocks } from '#node/federation/presence/peer-clocks.ts';
import type { NodeId } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acquaint, fakeClock, knownSigner, makePeer, overHttp, share, type Peer } from './rig.ts';

const HOUR = 3_600_000;
const nodeId = (n: number): NodeId => `Qm${String(n).padStart(44, '1')}` as NodeId;

function clocks(...offsets: readonly number[]) {
  const clock = fakeClock();
  const known = new PeerClocks(clock);
  offsets.forEach((offset, n) => known.note(nodeId(n), clock.now() + offset));
  return { clock, known };
}

const clockOf = async (peer: Peer) => (await peer.running.status())['clock'];

describe('the time that contacts sign', () => {
  it('raises the alarm when three agree on another one', () => {
    assert.deepEqual(clocks(HOUR, HOUR + 5_000, HOUR + 20_000).known.alarm(), {
      offsetMs: HOUR + 5_000,
      peers: 3,
    });
    assert.deepEqual(clocks(-HOUR, -HOUR, -HOUR).known.alarm(), { offsetMs: -HOUR, peers: 3 });
  });

  it('raises none for one liar however often, for two, or for three who disagree with each other', () => {
    const { clock, known } = clocks(HOUR, HOUR);
    for (let times = 0; times < 10; times += 1) known.note(nodeId(0), clock.now() + HOUR);
    assert.equal(known.alarm(), undefined);
    assert.equal(clocks(HOUR, 2 * HOUR, 3 * HOUR).known.alarm(), undefined);
    assert.equal(clocks(HOUR, HOUR, -HOUR).known.alarm(), undefined);
  });

  it('raises none within the five minutes that are allowed, or where as many agree with us', () => {
    assert.equal(clocks(300_000, 300_000, 300_000).known.alarm(), undefined);
    assert.notEqual(clocks(300_001, 300_001, 300_001).known.alarm(), undefined);
    assert.equal(clocks(HOUR, HOUR, HOUR, 0, 10, -10).known.alarm(), undefined);
    assert.notEqual(clocks(HOUR, HOUR, HOUR, 0, 10).known.alarm(), undefined);
  });

  it('is forgotten after an hour, and kept of a hundred', async () => {
    const { clock, known } = clocks(...Array.from({ length: 150 }, () => HOUR));
    assert.equal(known.known().length, 100);
    assert.equal(known.alarm()?.peers, 100);
    await clock.advance(HOUR + 1);
    assert.equal(known.alarm(), undefined);
  });
});

describe('a node whose clock is wrong', () => {
  it('learns it from receipts, and that it is right again', async () => {
    const clock = fakeClock(Date.now());
    await using stack = new AsyncDisposableStack();
    const alice = stack.use(await makePeer({ name: 'alice', clock }));
    const others = [];
    for (const name of ['bob-1', 'carol-1', 'dora-1']) {
      const other = stack.use(await makePeer({ name }));
      await acquaint(alice, other);
      others.push(other);
    }
    assert.deepEqual(await clockOf(alice), { agrees: true });
    const right = clock.now();
    clock.step(right + HOUR);
    for (const other of others) {
      await alice.running.host.db.write((tx) =>
        alice.door(federation).send(tx, {
          to: other.nodeId,
          type: 'post_share',
          payload: share(alice.nodeId, 'p') as never,
        }),
      );
    }
    const found = await eventually('the alarm', async () => {
      const { agrees, ...rest } = (await clockOf(alice)) as {
        agrees: boolean;
        off_by_s: number;
        peers: number;
      };
      return !agrees && rest;
    });
    assert.equal(found.peers, 3);
    assert.ok(Math.abs(found.off_by_s + 3600) < 60, `${found.off_by_s}`);
    clock.step(right);
    await eventually('the alarm ends', async () => {
      // In steps that stay within the five minutes of the others' time, whose clocks go on.
      if (clock.now() < right + 240_000) await clock.advance(30_000);
      return ((await clockOf(alice)) as { agrees: boolean }).agrees;
    });
  });

  it('learns it from envelopes of the future, of contacts only', async () => {
    const clock = fakeClock();
    const theirs = fakeClock();
    await using alice = await makePeer({ name: 'alice', clock });
    const make = (standing: 'contact' | 'stranger', name: string) =>
      knownSigner(alice, overHttp, standing, { name, clock: theirs });
    const strangers = [
      await make('stranger', 'eve-1'),
      await make('stranger', 'eve-2'),
      await make('stranger', 'eve-3'),
    ];
    const contacts = [
      await make('contact', 'bob-1'),
      await make('contact', 'carol-1'),
      await make('contact', 'dora-1'),
    ];
    theirs.step(clock.now() + HOUR);
    for (const signer of [...strangers, ...contacts.slice(0, 2)]) {
      const { code } = await overHttp.inbox(alice, signer.envelope(alice.nodeId, 1));
      assert.equal(code, 'envelope/future');
    }
    assert.deepEqual(await clockOf(alice), { agrees: true });
    for (const signer of contacts) await overHttp.inbox(alice, signer.envelope(alice.nodeId, 1));
    assert.deepEqual(await clockOf(alice), { agrees: false, off_by_s: 3600, peers: 3 });
  });
});
