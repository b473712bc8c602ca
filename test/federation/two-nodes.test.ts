// Two real nodes over HTTP: what one sends arrives once, in order, and the sender's ledger says so.
import { eventually } from '#kit';
import { federation } from '#node/federation/index.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acquaint, makePeer, share, type Peer } from './rig.ts';

async function ledgerOf(peer: Peer) {
  return (await peer.door(federation).ledger.list({ limit: 100 })).items;
}

describe('two nodes', () => {
  it('deliver in order, and the ledger says accepted', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    const door = alice.door(federation);
    const ids: string[] = [];
    for (let i = 1; i <= 30; i += 1) {
      ids.push(
        await alice.running.host.db.write((tx) =>
          door.send(tx, {
            to: bob.nodeId,
            type: 'post_share',
            payload: share(alice.nodeId, `p${i}`) as never,
          }),
        ),
      );
    }
    const effects = await eventually('all arrive', async () => {
      const found = await bob.effects();
      return found.length === ids.length && found;
    });
    assert.deepEqual(
      effects.map(({ id }) => id),
      ids,
    );
    await eventually('the ledger says accepted', async () =>
      (await ledgerOf(alice)).every(({ state }) => state === 'accepted'),
    );
  });

  it('introduce themselves where they are not known', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    const { discovery } = await import('#node/discovery/index.ts');
    await alice.door(discovery).resolve(bob.url);
    await alice.running.host.db.write((tx) =>
      alice.door(federation).send(tx, {
        to: bob.nodeId,
        type: 'post_share',
        payload: share(alice.nodeId, 'p1') as never,
      }),
    );
    await eventually('it arrives', async () => (await bob.effects()).length === 1);
    const answer = await alice
      .door(federation)
      .ask(bob.nodeId, 'content_get', { uri: `orf://${bob.nodeId}/post/x` as never }, {});
    assert.deepEqual(answer, { asker: alice.nodeId, uri: `orf://${bob.nodeId}/post/x` });
  });

  it('refuse with a reason, and the refusal is final in the ledger', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    await alice.running.host.db.write(async (tx) => {
      for (const id of ['ok-1', 'refuse-me', 'ok-2']) {
        await alice.door(federation).send(tx, {
          to: bob.nodeId,
          type: 'post_share',
          payload: share(alice.nodeId, id) as never,
        });
      }
    });
    const items = await eventually('all are settled', async () => {
      const found = await ledgerOf(alice);
      return found.length === 3 && found.every(({ state }) => state !== 'queued') && found;
    });
    assert.deepEqual(
      items.map(({ state, reason }) => [state, reason]),
      [
        ['accepted', undefined],
        ['refused', 'probe/refused'],
        ['accepted', undefined],
      ],
    );
    assert.equal((await bob.effects()).length, 2);
  });

  it('keep what waits for a stopped node, and deliver it when it returns', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    await bob.stop();
    for (let i = 1; i <= 10; i += 1) {
      await alice.running.host.db.write((tx) =>
        alice.door(federation).send(tx, {
          to: bob.nodeId,
          type: 'post_share',
          payload: share(alice.nodeId, `p${i}`) as never,
        }),
      );
    }
    await eventually('an attempt has failed', async () =>
      (await ledgerOf(alice)).some(({ attempts }) => attempts > 0),
    );
    assert.ok((await ledgerOf(alice)).every(({ state }) => state === 'queued'));
    await bob.start();
    await eventually('all arrive', async () => (await bob.effects()).length === 10);
    await eventually('the ledger says accepted', async () =>
      (await ledgerOf(alice)).every(({ state }) => state === 'accepted'),
    );
  });
});
