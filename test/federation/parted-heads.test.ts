// Two nodes that do not agree on what one has sent the other: the sender notes it once, shows it, and goes on.
import { eventually } from '#kit';
import { tables } from '#kernel/db/database.ts';
import { federation } from '#node/federation/index.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import { acquaint, makePeer, share, type Peer } from './rig.ts';

async function send(from: Peer, to: Peer, id: string): Promise<void> {
  await from.running.host.db.write((tx) =>
    from.door(federation).send(tx, {
      to: to.nodeId,
      type: 'post_share',
      payload: share(from.nodeId, id) as never,
    }),
  );
  const delivered = async (): Promise<boolean> => {
    const { items } = await from.door(federation).ledger.list({ limit: 100 });
    return items.every(({ state }) => state === 'accepted');
  };
  await eventually(`${id} is delivered`, delivered);
}

const partedOf = async (peer: Peer) => (await peer.door(federation).peers({ limit: 10 })).items[0]?.parted;

async function told(peer: Peer): Promise<number> {
  const events = await peer.running.host.events.since(0, 1_000);
  return events.filter(({ type }) => type === 'federation.heads_differ').length;
}

describe('chain heads of a pair', () => {
  it('that agree are not spoken of', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    for (const id of ['one', 'two', 'three']) await send(alice, bob, id);
    assert.deepEqual([await partedOf(alice), await told(alice)], [null, 0]);
  });

  it('that differ are shown with the peer and told to the audit trail once, and messages go on', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    await send(alice, bob, 'one');
    const other = 'ab'.repeat(32);
    const change = () =>
      alice.running.host.db.write((tx) =>
        sql`UPDATE federation_peer SET acked_head = unhex(${other})`.execute(tables(tx)),
      );
    await change();
    await send(alice, bob, 'two');
    const parted = await partedOf(alice);
    assert.equal((parted?.seq ?? 0) % 2 ** 32, 2);
    assert.equal(await told(alice), 1);
    await send(alice, bob, 'three');
    await change();
    await send(alice, bob, 'four');
    assert.deepEqual([await partedOf(alice), await told(alice)], [parted, 1]);
    assert.equal((await bob.effects()).length, 4);
  });

  it('that lie beyond all that was sent are shown as well: this node has gone back', async () => {
    await using alice = await makePeer({ name: 'alice' });
    await using bob = await makePeer({ name: 'bob-1' });
    await acquaint(alice, bob);
    for (const id of ['one', 'two', 'three']) await send(alice, bob, id);
    // As a copy of the data from before the second message would have it.
    await alice.running.host.db.write(async (tx) => {
      await sql`UPDATE federation_peer SET out_n = 1, acked_seq = acked_seq - 2, acked_head = NULL`.execute(
        tables(tx),
      );
      await sql`DELETE FROM federation_outbox WHERE seq % 4294967296 > 1`.execute(tables(tx));
    });
    await alice.running.host.db.write((tx) =>
      alice.door(federation).send(tx, {
        to: bob.nodeId,
        type: 'post_share',
        payload: share(alice.nodeId, 'other') as never,
      }),
    );
    await eventually('it is refused', async () => {
      const { items } = await alice.door(federation).ledger.list({ limit: 1 });
      return items[0]?.state === 'refused' && items[0].reason === 'envelope/seq-used';
    });
    const parted = await partedOf(alice);
    assert.deepEqual([(parted?.seq ?? 0) % 2 ** 32, await told(alice)], [3, 1]);
  });
});
