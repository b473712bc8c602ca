// A node whose address is loopback or private publishes it to no registry outside that range: it is reached through
// its mailbox only, and says so. Everything that people do still works, both ways.
import { eventually, makeNode, makeRegistry, type TestNode, type TestRegistry } from '#kit';
import { sendMessage } from '#node/conversations/api.ts';
import { discovery } from '#node/discovery/index.ts';
import * as people from '#node/people/api.ts';
import { parseRecord, utf8, type NodeId } from '#protocol';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { read } from '../conversations/rig.ts';
import { bond, bondWith } from '../posts/friends-rig.ts';
import { namesOnLoopback } from './rig.ts';

/** What the registry gives to anybody who asks for a node; over its port, because its name leads nowhere here. */
async function published(registry: TestRegistry, nodeId: string): Promise<{ record: string }> {
  const { port } = new URL(registry.url);
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/nodes/${nodeId}`);
  return (await answer.json()) as { record: string };
}

const registryStatus = async (node: TestNode) =>
  (await node.running.status())['registry'] as { registered: boolean; mailbox_only: boolean };

const registered = (node: TestNode) =>
  eventually('it is registered', async () => (await registryStatus(node)).registered);

/** Two loopback nodes and a registry of the wide world. */
async function village() {
  const stack = new AsyncDisposableStack();
  const registry = stack.use(await makeRegistry({ name: 'http://registry.example' }));
  const make = async (name: string): Promise<TestNode> =>
    stack.use(await makeNode({ name, registry: registry.url, network: namesOnLoopback() }));
  const alice = await make('alice-1');
  const bob = await make('bob-1');
  await Promise.all([registered(alice), registered(bob)]);
  return { registry, alice, bob, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('a node whose address means nothing to its registry', () => {
  it('registers without it, and says that only its mailbox leads to it', async () => {
    await using all = await village();
    const { registry, alice } = all;
    const { record } = await published(registry, alice.nodeId);
    assert.deepEqual(parseRecord(utf8(record)).record.server_urls, []);
    assert.equal((await registryStatus(alice)).mailbox_only, true);
    const port = new URL(alice.url).port;
    await registry.stop();
    for (const file of readdirSync(registry.dataDir)) {
      const bytes = readFileSync(join(registry.dataDir, file));
      assert.equal(bytes.includes(`127.0.0.1:${port}`), false, file);
    }
  });

  it('registers with it where the registry stands in the same range', async () => {
    await using registry = await makeRegistry();
    await using alice = await makeNode({ name: 'alice-1', registry: registry.url });
    await registered(alice);
    const { record } = await published(registry, alice.nodeId);
    assert.deepEqual(parseRecord(utf8(record)).record.server_urls, [alice.url]);
    assert.equal((await registryStatus(alice)).mailbox_only, false);
  });

  it('befriends, is answered and talks through the mailboxes, both ways', async () => {
    await using all = await village();
    const { alice, bob } = all;
    await alice.call(people.addFriend, { body: { who: 'bob-1' } });
    await eventually('the request arrives', async () => (await bondWith(bob, alice)) === 'friend:pending');
    await bond(bob, 'accept', 'alice-1');
    await eventually(
      'the acceptance arrives',
      async () => (await bondWith(alice, bob)) === 'friend:accepted',
    );
    const known = await bob.door(discovery).find(alice.nodeId as NodeId);
    assert.deepEqual(known?.server_urls, []);
    await alice.call(sendMessage, { body: { who: 'bob-1', text: 'Bonjour Bob' } });
    await bob.call(sendMessage, { body: { who: 'alice-1', text: 'Bonjour Alice' } });
    for (const node of [alice, bob]) {
      await eventually(`${node.name} has both`, async () => (await read(node)).length === 2);
    }
  });
});
