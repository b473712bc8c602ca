// Through the registry: people find each other by name, and what cannot go directly waits, sealed, in a mailbox.
import { createLog } from '#kernel/log.ts';
import { systemClock, systemRandom } from '#kernel/ports.ts';
import { eventually, temporaryFolder } from '#kit';
import { discovery } from '#node/discovery/index.ts';
import { federation } from '#node/federation/index.ts';
import { startRegistry, type RunningRegistry } from '#registry/registry.ts';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makePeer, share, type Peer } from './rig.ts';

interface TestRegistry extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

async function makeRegistry(): Promise<TestRegistry> {
  const folder = temporaryFolder();
  const boot = (port: number): Promise<RunningRegistry> =>
    startRegistry({
      config: {
        data: folder.path,
        host: '127.0.0.1',
        port,
        name: 'test',
        networks: [],
        'trust-proxy': false,
        'public-metrics': false,
        'log-level': 'silent',
        url: undefined,
      },
      clock: systemClock,
      random: systemRandom,
      log: createLog({ level: 'silent' }),
      version: 'test',
      onFatal: (error) => {
        throw error;
      },
    });
  let running: RunningRegistry | undefined = await boot(0);
  const { port } = running;
  const registry: TestRegistry = {
    url: `http://127.0.0.1:${port}`,
    dataDir: folder.path,
    async stop() {
      await running?.[Symbol.asyncDispose]();
      running = undefined;
    },
    async start() {
      running ??= await boot(port);
    },
    async [Symbol.asyncDispose]() {
      await registry.stop();
      folder[Symbol.dispose]();
    },
  };
  return registry;
}

const registered = (peer: Peer): Promise<true> =>
  eventually('it is registered', () => peer.door(discovery).registered() && true);

const statesOf = async (peer: Peer): Promise<string[]> =>
  (await peer.door(federation).ledger.list({ limit: 100 })).items.map(({ state }) => state);

async function send(from: Peer, to: Peer, name: string): Promise<void> {
  await from.running.host.db.write((tx) =>
    from
      .door(federation)
      .send(tx, { to: to.nodeId, type: 'post_share', payload: share(from.nodeId, name) as never }),
  );
}

describe('a registry between two nodes', () => {
  it('finds people by name, and refuses a name that nobody has', async () => {
    await using registry = await makeRegistry();
    await using alice = await makePeer({ name: 'alice', registry: registry.url });
    await using bob = await makePeer({ name: 'bob-1', registry: registry.url });
    await Promise.all([registered(alice), registered(bob)]);
    const contact = await alice.door(discovery).resolve('bob-1');
    assert.deepEqual([contact.node_id, contact.usernameVerifiedBy], [bob.nodeId, 'registry']);
    assert.equal((await alice.door(discovery).resolve(bob.nodeId)).username, 'bob-1');
    await assert.rejects(alice.door(discovery).resolve('nobody'), { code: 'discovery/unknown' });
    await assert.rejects(alice.door(discovery).resolve('..'), { code: 'discovery/query' });
    const { items } = await alice.door(discovery).search({ q: 'bob' });
    assert.deepEqual(
      items.map(({ username }) => username),
      ['bob-1'],
    );
  });

  it('carries what is sent to a stopped node, and its receipts back, when the two are never up together', async () => {
    await using registry = await makeRegistry();
    await using alice = await makePeer({ name: 'alice', registry: registry.url });
    await using bob = await makePeer({ name: 'bob-1', registry: registry.url });
    await Promise.all([registered(alice), registered(bob)]);
    await alice.door(discovery).resolve('bob-1');
    await alice.setStanding(bob.nodeId, 'contact');
    await bob.stop();
    for (let i = 0; i < 10; i += 1) await send(alice, bob, `secret-name-${i}`);
    await eventually('all are relayed', async () =>
      (await statesOf(alice)).every((state) => state === 'relayed'),
    );
    for (const file of readdirSync(registry.dataDir)) {
      assert.equal(readFileSync(join(registry.dataDir, file)).includes('secret-name'), false, file);
    }
    await alice.stop();
    await bob.start();
    const effects = await eventually('all arrive', async () => {
      const found = await bob.effects();
      return found.length === 10 && found;
    });
    assert.deepEqual(
      effects.map(({ seq }) => seq % 2 ** 32),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
    await bob.stop();
    await alice.start();
    await eventually('the ledger says accepted', async () =>
      (await statesOf(alice)).every((state) => state === 'accepted'),
    );
  });

  it('is not needed between nodes that know each other, and is told of them again when it returns', async () => {
    await using registry = await makeRegistry();
    await using alice = await makePeer({ name: 'alice', registry: registry.url });
    await using bob = await makePeer({ name: 'bob-1', registry: registry.url });
    await Promise.all([registered(alice), registered(bob)]);
    await alice.door(discovery).resolve('bob-1');
    await registry.stop();
    await send(alice, bob, 'p1');
    await eventually('it arrives', async () => (await bob.effects()).length === 1);
    await assert.rejects(alice.door(discovery).resolve('somebody'), { code: 'network/unreachable' });
    await alice.stop();
    await alice.start();
    assert.equal(alice.door(discovery).registered(), false);
    await registry.start();
    await registered(alice);
  });
});
