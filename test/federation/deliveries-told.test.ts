// The owner's clients and notifications hear of what moves on its way: gathered while much moves, exact when it ends.
import { eventually, fakeClock, makeNode, type TestNode } from '#kit';
import * as federationApi from '#node/federation/api.ts';
import { federation } from '#node/federation/index.ts';
import { getChanges } from '#node/edge/live/api.ts';
import type { MessageId, NodeId, Uri } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { friends, reads, write } from '../posts/friends-rig.ts';

const eventsOf = async (node: TestNode, type: string) =>
  (await node.host.events.since(0, 1_000)).filter((event) => event.type === type);

const nowhere = 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG' as NodeId;

const share = (node: TestNode, uri: string, expiresAfterMs?: number): Promise<MessageId> =>
  node.host.db.write((tx) =>
    node.door(federation).send(tx, {
      to: nowhere,
      type: 'post_reaction',
      payload: { created_at: new Date(0).toISOString(), uri: uri as Uri, parent: uri as Uri, object: '{}' },
      item: uri,
      ...(expiresAfterMs === undefined ? {} : { expiresAfterMs }),
    }),
  );

describe('deliveries', () => {
  it('are told to clients by the address of the post or message, and again when they have arrived', async () => {
    await using pair = await friends();
    const { alice, bob } = pair;
    await bob.stop();
    const { uri } = await write(alice, 'Au marché');
    const standing = async () =>
      (await alice.call(federationApi.listDeliveries, { query: { item: uri } })).items[0];
    await eventually('it is told that it waits', async () => {
      const told = await eventsOf(alice, 'hint.federation.delivery');
      return (
        (await standing())?.reason === 'network/unreachable' && told.some(({ subject }) => subject === uri)
      );
    });
    const { newest } = await alice.host.events.bounds();
    await bob.start();
    await eventually('its arrival is told', async () => {
      const told = await eventsOf(alice, 'hint.federation.delivery');
      return told.some(({ seq, subject }) => seq > newest && subject === uri);
    });
    await reads(bob, 'Au marché');
    await eventually('it has arrived', async () => (await standing())?.state === 'accepted');
    const { cursor } = await alice.call(getChanges, { query: {} });
    await alice.ored('message', 'send', 'bob-1', 'Tu viens ?');
    await eventually('a private message is told by its own address', async () => {
      const { changes } = await alice.call(getChanges, { query: { after: cursor } });
      return changes.some(
        ({ kind, ids }) =>
          kind === 'delivery' && ids[0]?.startsWith(`orf://${alice.nodeId}/message/`) === true,
      );
    });
  });

  it('are told of together when much moves at once, and as a whole when it is too much to name', async () => {
    const clock = fakeClock();
    await using alice = await makeNode({ name: 'alice', clock });
    const told = async () =>
      (await eventsOf(alice, 'hint.federation.delivery')).map(({ subject }) => subject);
    await eventually('the start is told', async () => {
      await clock.advance(1);
      return (await told()).length === 1;
    });
    const uri = (index: number): string =>
      `orf://${alice.nodeId}/post/01890000-0000-7000-8000-${String(index).padStart(12, '0')}`;
    for (let index = 0; index < 5; index += 1) await share(alice, uri(index % 2));
    await eventually('they are told', async () => {
      await clock.advance(500);
      return (await told()).length > 1;
    });
    assert.deepEqual(new Set(await told()), new Set([alice.nodeId, uri(0), uri(1)]));
    const before = (await told()).length;
    for (let index = 0; index < 60; index += 1) await share(alice, uri(index));
    await eventually('they are told as one', async () => {
      await clock.advance(500);
      return (await told()).slice(before).includes(alice.nodeId);
    });
  });

  it('that are given up are an event of their own, with the reason that stood last', async () => {
    const clock = fakeClock();
    await using alice = await makeNode({ name: 'alice', clock });
    const uri = `orf://${alice.nodeId}/reaction/01890000-0000-7000-8000-000000000001`;
    const id = await share(alice, uri, 60_000);
    await eventually('it was tried', async () => {
      await clock.advance(1_000);
      const { items } = await alice.call(federationApi.listOutbox, { query: {} });
      return items.some((item) => item.id === id && item.attempts > 0);
    });
    const [waiting] = (await alice.call(federationApi.listOutbox, { query: {} })).items;
    assert.deepEqual([waiting?.item, waiting?.can_retry, waiting?.can_cancel], [uri, true, false]);
    assert.ok(waiting?.why?.startsWith('Their node could not be found.') === true);
    assert.ok(waiting.next_try_at !== null && Date.parse(waiting.next_try_at) > clock.now());
    assert.deepEqual(await eventsOf(alice, 'federation.undelivered'), []);
    const [given] = await eventually('it is given up', async () => {
      await clock.advance(60_000);
      const found = await eventsOf(alice, 'federation.undelivered');
      return found.length > 0 && found;
    });
    assert.deepEqual(
      [given?.subject, given?.actor, given?.new],
      [uri, `node:${nowhere}`, { state: 'expired', type: 'post_reaction', code: 'discovery/unknown' }],
    );
    assert.equal((await eventsOf(alice, 'federation.undelivered')).length, 1);
  });
});
