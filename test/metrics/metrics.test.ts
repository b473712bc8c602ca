// Who may read the metrics, what is in them, and what must never be.
import { claimNode, eventually, freePort, makeNode, type TestNode } from '#kit';
import { Counter, Histogram } from '#node/metrics/meters.ts';
import { makeTokenRoute, removeTokenRoute } from '#node/metrics/api.ts';
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { befriend, write } from '../posts/friends-rig.ts';

/** Every sample by its line's beginning. */
async function scrape(node: TestNode): Promise<Map<string, number>> {
  const answer = await node.fetch('/metrics');
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

const asProxied = async (node: TestNode, headers: Record<string, string>): Promise<number> =>
  (await node.fetch('/metrics', { headers })).status;

function overSocket(socketPath: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/metrics' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}

describe('metrics', () => {
  it('show the inbox, the outbox, the database, blobs, live connections and the event loop', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await befriend(alice, bob);
    const owner = await claimNode(alice);
    const socket = new WebSocket(`${alice.url}/api/v1/live`, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    await eventually(
      'the live connection',
      async () => (await scrape(alice)).get('ored_live_connections') === 1,
    );
    const seen = await scrape(alice);
    assert.ok((seen.get('ored_inbox_total{status="200"}') ?? 0) >= 1);
    assert.equal(seen.get('ored_inbox_seconds_count'), seen.get('ored_inbox_seconds_bucket{le="+Inf"}'));
    assert.ok((seen.get('ored_database_bytes') ?? 0) > 0);
    assert.equal(seen.get('ored_blob_bytes{kind="media"}'), 0);
    assert.equal(seen.get('ored_info{version="0.1.0"}'), 1);
    assert.ok(seen.has('nodejs_eventloop_lag_p99_seconds') && seen.has('process_resident_memory_bytes'));
    socket.terminate();
    await eventually('its end', async () => (await scrape(alice)).get('ored_live_connections') === 0);
    await bob.stop();
    await write(alice, 'Bonsoir', { visibility: 'friends' });
    await eventually('what waits', async () =>
      [...(await scrape(alice))].some(
        ([name, value]) => name.startsWith('ored_outbox_messages') && value > 0,
      ),
    );
  });

  it('name nobody', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await befriend(alice, bob);
    const text = await (await alice.fetch('/metrics')).text();
    for (const secret of [alice.nodeId, bob.nodeId, 'alice-1', 'bob-1', bob.url]) {
      assert.ok(!text.includes(secret), secret);
    }
  });

  it('are for this machine, not for whoever comes through a proxy on it', async () => {
    await using node = await makeNode({ name: 'alice' });
    assert.equal(await overSocket(node.running.socketPath), 200);
    assert.equal(await asProxied(node, {}), 200);
    for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip']) {
      assert.equal(await asProxied(node, { [name]: 'for=203.0.113.9' }), 401, name);
    }
  });

  it('need the token where the node is reached from elsewhere, even from this machine', async () => {
    await using node = await makeNode({
      name: 'alice',
      settings: { node: { url: 'https://alice.example' }, edge: { port: await freePort() } },
    });
    const ask = (token?: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${node.running.port}/metrics`, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
    const refused = await ask();
    assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer']);
    assert.ok(!(await refused.text()).includes('ored_'));
    assert.equal((await ask('guessed')).status, 401);
    const { token } = await node.call(makeTokenRoute, {});
    assert.equal((await ask(token)).status, 200);
    const { token: next } = await node.call(makeTokenRoute, {});
    assert.deepEqual([(await ask(token)).status, (await ask(next)).status], [401, 200]);
    await node.call(removeTokenRoute, {});
    assert.equal((await ask(next)).status, 401);
  });

  it('give their token to the owner alone, and a session does not read with it', async () => {
    await using node = await makeNode({ name: 'alice' });
    assert.equal((await node.fetch('/api/v1/metrics/token', { method: 'POST' })).status, 401);
    assert.equal((await node.fetch('/api/v1/metrics/token', { method: 'DELETE' })).status, 401);
    const made = (await node.ored('metrics', 'token')) as { token: string };
    const answer = await node.fetch('/api/v1/status', { headers: { authorization: `Bearer ${made.token}` } });
    assert.equal(answer.status, 401);
    assert.deepEqual(await node.ored('metrics', 'token', '--remove'), { removed: true });
  });
});

describe('a meter', () => {
  it('holds no more labels than it may, whatever it is given', () => {
    const counter = new Counter('ored_test_total', 'test', 'status');
    for (let i = 0; i < 1_000; i += 1) counter.add(String(i));
    const samples = counter.read();
    assert.equal(samples.length, 31);
    assert.equal(
      samples.reduce((sum, { value }) => sum + value, 0),
      1_000,
    );
    assert.deepEqual(samples.at(-1)?.labels, { status: 'other' });
  });

  it('counts each value in its bucket and all above', () => {
    const histogram = new Histogram('ored_test_seconds', 'test', [1, 2]);
    for (const value of [0.5, 1, 1.5, 9]) histogram.observe(value);
    assert.deepEqual(
      histogram.read().map(({ suffix, labels, value }) => [suffix, labels?.le, value]),
      [
        ['_bucket', '1', 2],
        ['_bucket', '2', 3],
        ['_bucket', '+Inf', 4],
        ['_sum', undefined, 12],
        ['_count', undefined, 4],
      ],
    );
  });
});
