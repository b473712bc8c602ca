// A node that comes back: what waited for it goes within a second of its sign of life, whatever the pause had become,
// and what waits for its answers is asked. The sender's clock stands still unless a test moves it.
import { eventually, gatedNetwork, unreachable, type FakeClock } from '#kit';
import { Absences, isSilence } from '#node/federation/presence/absence.ts';
import { federation } from '#node/federation/index.ts';
import { AppError, type NodeId } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acquaint, fakeClock, makePeer, share, type Peer } from './rig.ts';

const bob = 'QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51' as NodeId;
const silent = (): Promise<never> => Promise.reject(unreachable());

async function send(from: Peer, to: Peer, id: string): Promise<void> {
  await from.running.host.db.write((tx) =>
    from.door(federation).send(tx, {
      to: to.nodeId,
      type: 'post_share',
      payload: share(from.nodeId, id) as never,
    }),
  );
}

async function attempts(of: Peer): Promise<number> {
  const { items } = await of.door(federation).ledger.list({ limit: 1 });
  return items[0]?.attempts ?? 0;
}

/** Lets a delivery fail until its pause is as long as it gets. */
async function exhaust(of: Peer, clock: FakeClock): Promise<void> {
  await eventually('eight attempts have failed', async () => {
    await clock.advance(5_000);
    return (await attempts(of)) >= 8;
  });
}

describe('a message for a node that was away', () => {
  it('goes within a second of its return, when the pause has grown to its longest', async () => {
    const clock = fakeClock(Date.now());
    await using alice = await makePeer({ name: 'alice', clock });
    await using other = await makePeer({ name: 'bob-1' });
    await acquaint(alice, other);
    await other.stop();
    await send(alice, other, 'p1');
    await exhaust(alice, clock);
    await other.start();
    const startedAt = clock.now();
    await eventually('it arrives', async () => {
      await clock.advance(clock.now() < startedAt + 1_000 ? 100 : 0);
      return (await other.effects()).length === 1;
    });
  });

  it('goes within a second also when the sign of life came while an attempt was under way', async () => {
    const clock = fakeClock(Date.now());
    const network = gatedNetwork();
    await using alice = await makePeer({ name: 'alice', clock, network });
    await using other = await makePeer({ name: 'bob-1' });
    await acquaint(alice, other);
    network.gate = (url) => (url.endsWith('/inbox') ? silent() : undefined);
    await send(alice, other, 'p1');
    await exhaust(alice, clock);
    const stuck = Promise.withResolvers<void>();
    let begun = false;
    network.gate = (url) => {
      if (!url.endsWith('/inbox')) return undefined;
      begun = true;
      return stuck.promise;
    };
    await eventually('the next attempt is under way', async () => {
      await clock.advance(5_000);
      return begun;
    });
    await send(other, alice, 'from-bob');
    await eventually('the other has been heard', async () => (await alice.effects()).length === 1);
    network.gate = () => undefined;
    stuck.reject(unreachable());
    await eventually('the attempt has failed', async () => (await attempts(alice)) >= 9);
    const failedAt = clock.now();
    await eventually('it arrives', async () => {
      await clock.advance(clock.now() < failedAt + 1_000 ? 100 : 0);
      return (await other.effects()).length === 1;
    });
  });
});

describe('a node that does not answer', () => {
  it('is told of when it is heard of again, once', async () => {
    const absences = new Absences();
    const told: NodeId[] = [];
    absences.onReturn((nodeId) => void told.push(nodeId));
    await assert.rejects(absences.watch(bob, silent), { code: 'network/unreachable' });
    absences.heard(bob);
    absences.heard(bob);
    assert.deepEqual(told, [bob]);
  });

  it('is not taken for absent because it refuses', async () => {
    const absences = new Absences();
    const told: NodeId[] = [];
    absences.onReturn((nodeId) => void told.push(nodeId));
    const refusal = new AppError({ category: 'forbidden', code: 'federation/refused', safe: 'No.' });
    assert.equal(isSilence(refusal), false);
    await assert.rejects(
      absences.watch(bob, () => Promise.reject(refusal)),
      { code: 'federation/refused' },
    );
    absences.heard(bob);
    assert.deepEqual(told, []);
  });

  it('is asked once more when it was heard of during the question, and only then', async () => {
    const absences = new Absences();
    const told: NodeId[] = [];
    absences.onReturn((nodeId) => void told.push(nodeId));
    let asked = 0;
    const answer = await absences.watch(bob, async () => {
      asked += 1;
      if (asked === 2) return 'here';
      absences.heard(bob);
      return silent();
    });
    assert.deepEqual([answer, asked, told], ['here', 2, []]);

    asked = 0;
    const never = absences.watch(bob, () => {
      asked += 1;
      absences.heard(bob);
      return silent();
    });
    await assert.rejects(never, { code: 'network/unreachable' });
    assert.equal(asked, 2);
    absences.heard(bob);
    assert.deepEqual(told, [bob]);
  });
});
