// Between an open node and one whose owner has left: what waits for it ends, and of what it sends only farewells count.
import { eventually, makeNode, temporaryFolder, type TestNode } from '#kit';
import { createNetwork, type Network } from '#kernel/network.ts';
import { federation } from '#node/federation/index.ts';
import { addFriend, changeBond, listConnections } from '#node/people/api.ts';
import { sendMessage } from '#node/conversations/api.ts';
import { identity } from '#node/identity/index.ts';
import { AppError } from '#protocol';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

/** A network that reaches nobody's inbox while `cut` is set. */
function cuttable(): Network & { cut: boolean } {
  const real = createNetwork({ ownUrl: () => 'http://127.0.0.1', networks: [], userAgent: 'test' });
  return {
    cut: false,
    request(asked) {
      if (!this.cut || !asked.url.endsWith('/orf/v1/inbox')) return real.request(asked);
      return Promise.reject(
        new AppError({ category: 'unavailable', code: 'network/unreachable', safe: 'The line is cut.' }),
      );
    },
    stream: (asked) => real.stream(asked),
    [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
  };
}

async function stateOf(node: TestNode, id: string): Promise<string | undefined> {
  const { items } = await node.door(federation).ledger.list({ limit: 50 });
  const found = items.find((item) => item.id === id);
  return found === undefined ? undefined : `${found.state} ${found.reason ?? ''}`;
}

test('what waits for a node is cancelled when its owner has left', async () => {
  const network = cuttable();
  await using alice = await makeNode({ name: 'alice' });
  await using bob = await makeNode({ name: 'bob', network });
  using folder = temporaryFolder();
  await alice.call(addFriend, { body: { who: bob.url } });
  await eventually('the request has come', async () => {
    await bob.call(changeBond, { params: { action: 'accept' }, body: { who: alice.nodeId } });
    return true;
  });
  await eventually('both are friends', async () => {
    const { items } = await alice.call(listConnections, { query: {} });
    return items[0]?.status === 'accepted';
  });
  network.cut = true;
  const { id } = await bob.call(sendMessage, { body: { who: alice.nodeId, text: 'Are you there?' } });
  await eventually('it waits', async () => (await stateOf(bob, id))?.startsWith('queued network') === true);
  await alice.ored('leave', join(folder.path, 'out'), '--confirm', 'alice');
  assert.equal(alice.door(identity).closed(), true);
  await eventually('it is cancelled', async () => (await stateOf(bob, id)) === 'cancelled identity/closed');
});

test('a node that has not heard of it learns it from the closed inbox, by the log alone', async () => {
  const network = cuttable();
  await using alice = await makeNode({ name: 'alice' });
  await using bob = await makeNode({ name: 'bob', network });
  await bob.call(sendMessage, { body: { who: alice.url, text: 'Hello' } });
  await eventually('it has come', async () => {
    const { items } = await bob.door(federation).ledger.list({ limit: 50 });
    return items[0]?.state === 'accepted';
  });
  await alice.door(identity).close();
  const { id } = await bob.call(sendMessage, { body: { who: alice.nodeId, text: 'Again' } });
  await eventually('it is cancelled', async () => (await stateOf(bob, id)) === 'cancelled identity/closed');
});
