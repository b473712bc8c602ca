// Idempotency-Key on a real node: one effect, the first answer again, and what is refused; also after the process was
// killed at any moment between the effect and its answer.
import { claimNode, eventually, fakeClock, makeNode, spawnNode, temporaryFolder, type Owner } from '#kit';
import { socketPathOf } from '#node/edge/run/paths.ts';
import { init } from '#node/main.ts';
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';

const json = { 'content-type': 'application/json' };
const post = (owner: Owner, text: string, key?: string): Promise<Response> =>
  owner.fetch('/api/v1/posts', {
    method: 'POST',
    headers: key === undefined ? json : { ...json, 'idempotency-key': key },
    body: JSON.stringify({ text, visibility: 'private' }),
  });
const texts = async (owner: Owner): Promise<string[]> => {
  const page = (await (await owner.fetch('/api/v1/feed')).json()) as { items: { text: string }[] };
  return page.items.map(({ text }) => text);
};

describe('a request under an Idempotency-Key', () => {
  it('takes effect once, and gets its first answer again, quoted or not, at once or later', async () => {
    await using node = await makeNode({ name: 'alice-1' });
    const owner = await claimNode(node);
    const [one, two] = await Promise.all([
      post(owner, 'Once', 'key-0000-1'),
      post(owner, 'Once', '"key-0000-1"'),
    ]);
    const three = await post(owner, 'Once', 'key-0000-1');
    const answers = [await one.json(), await two.json(), await three.json()];
    assert.deepEqual([one.status, two.status, three.status], [201, 201, 201]);
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
    assert.equal(three.headers.get('idempotency-replayed'), 'true');
    assert.deepEqual(await texts(owner), ['Once']);
    await node.restart();
    assert.deepEqual(await (await post(owner, 'Once', 'key-0000-1')).json(), answers[0]);
    assert.equal((await post(owner, 'Once', 'key-0000-2')).headers.get('idempotency-replayed'), null);
    assert.deepEqual(await texts(owner), ['Once', 'Once']);
  });

  it('answers without a body again, where the thing is gone already', async () => {
    await using node = await makeNode({ name: 'alice-1' });
    const owner = await claimNode(node);
    const { id } = (await (await post(owner, 'Short-lived')).json()) as { id: string };
    const remove = () =>
      owner.fetch(`/api/v1/posts/${id}`, { method: 'DELETE', headers: { 'idempotency-key': 'key-gone-1' } });
    assert.deepEqual([(await remove()).status, (await remove()).status], [204, 204]);
    assert.equal((await owner.fetch(`/api/v1/posts/${id}`, { method: 'DELETE' })).status, 404);
  });

  it('is refused for another body or path under the same key, and for keys that are none', async () => {
    await using node = await makeNode({ name: 'alice-1' });
    const owner = await claimNode(node);
    await post(owner, 'Once', 'key-0000-1');
    const other = await post(owner, 'Twice', 'key-0000-1');
    assert.equal(other.status, 409);
    assert.equal(((await other.json()) as { code: string }).code, 'http/idempotency-key-reused');
    for (const key of ['short', 'a b c d e f g h', '"12345678', 'x'.repeat(129), 'key-0000-1, key-0000-2']) {
      assert.equal((await post(owner, 'Once', key)).status, 400, key);
    }
    assert.deepEqual(await texts(owner), ['Once']);
  });

  it('may be repeated after a refusal, which is not kept', async () => {
    await using node = await makeNode({ name: 'alice-1' });
    const owner = await claimNode(node);
    const reply = (): Promise<Response> =>
      owner.fetch('/api/v1/connections/accept', {
        method: 'POST',
        headers: { ...json, 'idempotency-key': 'key-accept-1' },
        body: JSON.stringify({ who: 'nobody-1' }),
      });
    assert.deepEqual([(await reply()).status, (await reply()).status], [404, 404]);
  });

  it('is forgotten after 14 days', async () => {
    const clock = fakeClock();
    await using node = await makeNode({ name: 'alice-1', clock });
    const post = (text: string) =>
      overSocket(node.running.socketPath, { text, visibility: 'private' }, 'key-0000-1');
    const first = await post('Once');
    clock.step(clock.now() + 13 * 24 * 3_600_000);
    assert.deepEqual(await post('Once'), first);
    clock.step(clock.now() + 2 * 24 * 3_600_000);
    assert.equal((await post('Another')).status, 201);
  });

  it('takes effect once though the node was killed before it had answered', async () => {
    using folder = temporaryFolder();
    const dataDir = `${folder.path}/data`;
    await init({ dataDir, username: 'alice-1', url: 'http://127.0.0.1:9', language: 'en', env: {} });
    const env = { ORED_EDGE_PORT: '0', ORED_LOG_LEVEL: 'error' };
    const sent = Array.from({ length: 60 }, (_, n) => `Post ${n}`);
    const send = (socketPath: string, text: string) =>
      overSocket(socketPath, { text, visibility: 'private' }, `key-${text.replace(' ', '-')}`);
    {
      await using node = await spawnNode({ dataDir, env });
      const socketPath = socketPathOf(dataDir);
      let answered = 0;
      const answers = sent.map((text) =>
        send(socketPath, text).then(
          () => {
            answered += 1;
            // The answers to many are still being written: their effects are on the disk.
            if (answered === 3) node.child.kill('SIGKILL');
          },
          () => undefined,
        ),
      );
      await Promise.all(answers);
      assert.ok(answered < sent.length, 'the kill came too late to matter');
    }
    await using stack = new AsyncDisposableStack();
    stack.use(await spawnNode({ dataDir, env }));
    const socketPath = socketPathOf(dataDir);
    for (const text of sent) assert.equal((await send(socketPath, text)).status, 201);
    const feed = await eventually('the feed', () => overSocket(socketPath, undefined, undefined));
    const { items } = JSON.parse(feed.body) as { items: { text: string }[] };
    assert.deepEqual(items.map(({ text }) => text).toSorted(), sent.toSorted());
  });
});

/** A post as the owner over the local socket, or the feed without a body. */
function overSocket(
  socketPath: string,
  body: object | undefined,
  key: string | undefined,
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath,
        path: body === undefined ? '/api/v1/feed?limit=100' : '/api/v1/posts',
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { ...json, 'idempotency-key': key },
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode, body: text }));
        answer.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
