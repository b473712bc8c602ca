// Asking for changes: the twin of the live socket, with the same answers.
import { claimNode, makeNode, signIn, type Owner, type TestNode } from '#kit';
import { changesSchema, type Changes } from '#node/edge/live/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const happen = (node: TestNode, type: string, ...names: string[]): Promise<void> =>
  node.host.db.write((tx) =>
    node.host.events.append(
      tx,
      names.map((subject) => ({ type, subject, actor: 'system', new: { text: 'secret' } })),
    ),
  );

async function ask(owner: Owner, query = ''): Promise<Changes> {
  const answer = await owner.fetch(`/api/v1/changes${query}`);
  assert.equal(answer.status, 200);
  return changesSchema.parse(await answer.json());
}

describe('asking for changes', () => {
  it('says where the node stands, then what has changed since, a part at a time', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const { cursor, ...first } = await ask(owner);
    assert.deepEqual(first, { reset: false, more: false, changes: [] });
    const names = Array.from({ length: 150 }, (_, index) => `n${index}`);
    await happen(node, 'posts.received', ...names);
    const part = await ask(owner, `?after=${cursor}`);
    assert.equal(part.more, true);
    const rest = await ask(owner, `?after=${part.cursor}`);
    assert.equal(rest.more, false);
    assert.deepEqual(
      [...part.changes, ...rest.changes],
      names.map((name) => ({ kind: 'feed', ids: [name] })),
    );
  });

  it('tells the same change once, and nothing of events that no area shows', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const { cursor } = await ask(owner);
    await happen(node, 'posts.received', 'a', 'b', 'a');
    await happen(node, 'test.happened', 'hidden');
    const { changes, cursor: after } = await ask(owner, `?after=${cursor}`);
    assert.deepEqual(
      changes.map(({ ids }) => ids),
      [['b'], ['a']],
    );
    assert.equal(after, String((await node.host.events.bounds()).newest));
  });

  it('begins anew with a cursor of another log, and with one whose events are gone', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    assert.equal((await ask(owner, '?after=888888888')).reset, true);
    await happen(node, 'test.happened', ...Array.from({ length: 5_001 }, () => 'x'));
    const { reset, cursor } = await ask(owner, '?after=0');
    assert.deepEqual([reset, (await ask(owner, `?after=${cursor}`)).reset], [true, false]);
  });

  it('waits for what comes, past what is told to nobody', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const { cursor } = await ask(owner);
    const asked = ask(owner, `?after=${cursor}&wait_s=25`);
    await happen(node, 'test.happened', 'hidden');
    await happen(node, 'posts.received', 'seen');
    assert.deepEqual((await asked).changes, [{ kind: 'feed', ids: ['seen'] }]);
  });

  it('ends a waiting question with its session, and only with its own', async () => {
    await using node = await makeNode({ name: 'alice' });
    const [phone, laptop] = [await claimNode(node), await signIn(node)];
    const { cursor } = await ask(laptop);
    const onPhone = phone.fetch(`/api/v1/changes?after=${cursor}&wait_s=25`);
    assert.ok((await laptop.fetch(`/api/v1/sessions/${phone.sessionId}`, { method: 'DELETE' })).ok);
    // The end of a session is a change itself: whichever is seen first, the next question is refused.
    assert.ok([200, 401].includes((await onPhone).status));
    assert.equal((await phone.fetch('/api/v1/changes')).status, 401);
    assert.equal((await laptop.fetch('/api/v1/changes')).status, 200);
  });

  it('refuses strangers and bad cursors', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    assert.equal((await node.fetch('/api/v1/changes')).status, 401);
    for (const query of ['?after=-1', '?after=now', '?wait_s=26', '?since=1']) {
      const { status } = await owner.fetch(`/api/v1/changes${query}`);
      assert.ok(status === 400 || status === 422, `${query} ${status}`);
    }
  });

  it('does not hold up a stop', async () => {
    await using node = await makeNode({ name: 'alice' });
    const owner = await claimNode(node);
    const { cursor } = await ask(owner);
    const asked = ask(owner, `?after=${cursor}&wait_s=25`);
    await ask(owner);
    await node.stop();
    assert.deepEqual((await asked).changes, []);
  });
});
