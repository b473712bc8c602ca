// A change that is asked for twice under one key happens once: in turn, at the same time, and after a restart.
import { claimNode, makeNode, type Owner } from '#kit';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const key = '0123456789abcdef0123456789abcdef';

function post(owner: Owner, text: string, under: string | undefined): Promise<Response> {
  return owner.fetch('/api/v1/posts', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(under === undefined ? {} : { 'idempotency-key': under }),
    },
    body: JSON.stringify({ text, visibility: 'private' }),
  });
}
const textsOf = async (owner: Owner): Promise<string[]> => {
  const feed = (await (await owner.fetch('/api/v1/feed')).json()) as { items: { text: string }[] };
  return feed.items.map(({ text }) => text);
};

describe('a request with an Idempotency-Key', () => {
  it('has its effect once, also when its tries come together and after a restart, and the same answer', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const together = await Promise.all([post(owner, 'Once', key), post(owner, 'Once', key)]);
    await node.restart();
    const later = await post(owner, 'Once', key);
    const answers = await Promise.all(
      [...together, later].map(async (answer) => [answer.status, await answer.text()]),
    );
    assert.equal(answers[0]?.[0], 201);
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
    assert.deepEqual(await textsOf(owner), ['Once']);
  });

  it('happens twice without a key, or under two', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await post(owner, 'Twice', undefined);
    await post(owner, 'Twice', undefined);
    await post(owner, 'Twice', key);
    await post(owner, 'Twice', key.replace('0', 'f'));
    assert.equal((await textsOf(owner)).length, 4);
  });

  it('is refused under a key of another request, and under what is no key', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    await post(owner, 'First', key);
    const other = await post(owner, 'Second', key);
    assert.equal(other.status, 422);
    assert.equal(((await other.json()) as { code: string }).code, 'http/key-unprocessable');
    assert.equal((await post(owner, 'Third', 'short')).status, 400);
    assert.deepEqual(await textsOf(owner), ['First']);
  });

  it('may be tried again under its key after a refusal: only what happened is remembered', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    assert.equal((await post(owner, '   ', key)).ok, false);
    assert.equal((await post(owner, 'Now with words', key)).status, 201);
  });
});
