// The live socket: who may open it, what it sends, and when it ends.
import { claimNode, eventually, makeNode, signIn, type Owner, type TestNode } from '#kit';
import type { Changes } from '#node/edge/live/api.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';

interface Client extends Disposable {
  readonly received: Changes[];
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
}

function connect(
  node: TestNode,
  options: { owner?: Owner; after?: string; headers?: Record<string, string>; path?: string },
): Client {
  const query = options.after === undefined ? '' : `?after=${options.after}`;
  const socket = new WebSocket(`${node.url}${options.path ?? '/api/v1/live'}${query}`, {
    headers: {
      ...(options.owner === undefined ? {} : { authorization: `Bearer ${options.owner.token}` }),
      ...options.headers,
    },
  });
  const received: Changes[] = [];
  socket.on('message', (data: Buffer) => received.push(JSON.parse(data.toString()) as Changes));
  const closed = once(socket, 'close').then(([code]) => code as number);
  // A refusal is awaited where the test looks for it.
  closed.catch(() => undefined);
  return { received, socket, closed, [Symbol.dispose]: () => socket.terminate() };
}

/** The HTTP status with which the upgrade was refused. */
async function refusal(client: Client): Promise<number> {
  client.socket.on('error', () => undefined);
  const [, response] = (await once(client.socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  return response.statusCode;
}

/** The cursor of the first message. */
const hello = (client: Client): Promise<string> =>
  eventually('the first message', () => client.received[0]?.cursor);

const told = (client: Client): string[] =>
  client.received.flatMap(({ changes }) => changes.map(({ kind, ids }) => [kind, ...ids].join(' ')));

/** Appends posts that came, by subject. */
const happen = (node: TestNode, ...names: string[]): Promise<void> =>
  node.host.db.write((tx) =>
    node.host.events.append(
      tx,
      names.map((subject) => ({
        type: 'posts.received',
        subject,
        actor: 'system',
        new: { parent: 'above', text: 'secret' },
      })),
    ),
  );

/** Appends events that no client is told of. */
const happenUntold = (node: TestNode, count: number): Promise<void> =>
  node.host.db.write((tx) =>
    node.host.events.append(
      tx,
      Array.from({ length: count }, () => ({ type: 'test.happened', subject: 'it', actor: 'system' })),
    ),
  );

describe('the live socket', () => {
  it('tells what changes, in order, by kind and ids alone, and resumes after the last message', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    using first = connect(node, { owner });
    await hello(first);
    await happen(node, 'one', 'two');
    await eventually('two changes', () => told(first).length === 2);
    assert.deepEqual(told(first), ['feed one above', 'feed two above']);
    assert.ok(!JSON.stringify(first.received).includes('secret'));
    const cursor = first.received.at(-1)?.cursor ?? '';
    first.socket.close();
    await first.closed;

    const many = Array.from({ length: 350 }, (_, index) => `n${index}`);
    await happen(node, ...many);
    using second = connect(node, { owner, after: cursor });
    await eventually('the rest', () => told(second).length >= 350);
    assert.deepEqual(
      told(second),
      many.map((name) => `feed ${name} above`),
    );
    assert.ok(second.received.every(({ reset }) => !reset));
  });

  it('says so when what was missed is too much, or not of this log, and goes on from there', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const { newest } = await node.host.events.bounds();
    await happenUntold(node, 5_001);
    for (const after of [String(newest), '999999999']) {
      using client = connect(node, { owner, after });
      await hello(client);
      assert.equal(client.received[0]?.reset, true);
      await happen(node, 'later');
      await eventually('what comes', () => told(client).includes('feed later above'));
    }
    using near = connect(node, { owner, after: String(newest + 500) });
    await hello(near);
    assert.equal(near.received[0]?.reset, false);
  });

  it('refuses strangers, foreign hosts and origins, other paths and bad cursors', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const cases: [number, Parameters<typeof connect>[1]][] = [
      [401, {}],
      [401, { headers: { authorization: 'Bearer nonsense' } }],
      [421, { owner, headers: { host: 'evil.test' } }],
      [403, { owner, headers: { origin: 'https://evil.test' } }],
      [403, { owner, headers: { origin: 'null' } }],
      [404, { owner, path: '/elsewhere' }],
      [400, { owner, after: '-1' }],
      [400, { owner, after: 'now' }],
    ];
    for (const [expected, options] of cases) {
      using client = connect(node, options);
      assert.equal(await refusal(client), expected, JSON.stringify(options.headers));
    }
    using own = connect(node, { owner, headers: { origin: node.url } });
    await hello(own);
  });

  it('ends within a second of sign-out or revocation, and leaves the other sessions open', async () => {
    await using node = await makeNode({ name: 'alice' });
    const [phone, laptop] = [await claimNode(node), await signIn(node)];
    using onPhone = connect(node, { owner: phone });
    using onLaptop = connect(node, { owner: laptop });
    await Promise.all([hello(onPhone), hello(onLaptop)]);
    assert.equal((await phone.fetch('/api/v1/sign-out', { method: 'POST' })).status, 204);
    assert.equal(await onPhone.closed, 4401);
    using again = connect(node, { owner: phone });
    assert.equal(await refusal(again), 401);

    await happen(node, 'still');
    await eventually('the change', () => told(onLaptop).includes('feed still above'));
    assert.ok((await laptop.fetch(`/api/v1/sessions/${laptop.sessionId}`, { method: 'DELETE' })).ok);
    assert.equal(await onLaptop.closed, 4401);
  });

  it('closes a client that talks, or sends more than a pong needs', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    for (const [message, code] of [
      ['hello?', 1008],
      ['x'.repeat(2_000), 1009],
    ] as const) {
      using client = connect(node, { owner });
      await hello(client);
      client.socket.send(message);
      assert.equal(await client.closed, code);
    }
  });

  it('does not hold up a stop', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    using client = connect(node, { owner });
    await hello(client);
    await node.stop();
    assert.equal(await client.closed, 1001);
  });

  it('refuses connections over its bound', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const clients = Array.from({ length: 64 }, () => connect(node, { owner }));
    try {
      await Promise.all(clients.map(hello));
      using over = connect(node, { owner });
      assert.equal(await refusal(over), 429);
    } finally {
      for (const client of clients) client[Symbol.dispose]();
    }
  });
});
