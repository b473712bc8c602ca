// bob's node is away while alice writes: everything waits, is relayed when it can be, and arrives once and in order
// when he returns; alice's ledger says at each moment where it stands.
import { eventually } from '#kit';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { befriend, makeVillage, type Person } from './village.ts';

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly to: { readonly node_id: string; readonly username: string };
  readonly state: string;
  readonly attempts: number;
  readonly updated_at: string;
}

const texts = Array.from({ length: 10 }, (_, i) => `Message ${i + 1} of ten, while you were away.`);
const postText = 'I have planted the apple tree.';
/** What waited for a node arrives within this of the node being ready. */
const ARRIVAL_MS_MAX = 30_000;

/** Ten messages and a post from alice; returns their ids in the ledger. */
async function writeToBob(alice: Person, bob: Person): Promise<string[]> {
  const before = new Set((await alice.ored<Entry[]>('outbox')).map(({ id }) => id));
  for (const text of texts) await alice.ored('message', 'send', 'bob', text);
  await alice.ored('post', postText, '--visibility', 'friends');
  const written = (await alice.ored<Entry[]>('outbox')).filter(({ id }) => !before.has(id));
  assert.deepEqual(written.map(({ type }) => type).toSorted(), [
    ...texts.map(() => 'direct_message'),
    'post_share',
  ]);
  for (const { to, state } of written) {
    assert.deepEqual(to, { node_id: bob.nodeId, username: 'bob' });
    assert.ok(['queued', 'relayed'].includes(state), `a message to a stopped node is ${state}`);
  }
  return written.map(({ id }) => id);
}

async function allStandAt(
  alice: Person,
  ids: readonly string[],
  state: string,
  waitMsMax?: number,
): Promise<void> {
  await eventually(
    `the ledger says ${state}`,
    async () => {
      const entries = (await alice.ored<Entry[]>('outbox')).filter(({ id }) => ids.includes(id));
      return entries.length === ids.length && entries.every((entry) => entry.state === state);
    },
    waitMsMax,
  );
}

async function allHaveArrived(alice: Person, bob: Person): Promise<void> {
  await eventually(
    'all messages and the post have come',
    async () => {
      const messages = await bob.ored<{ text: string }[]>('message', 'list', 'alice');
      const feed = await bob.ored<{ text: string }[]>('feed');
      return messages.length >= texts.length && feed.some(({ text }) => text === postText);
    },
    ARRIVAL_MS_MAX,
  );
  const messages = await bob.ored<{ id: string; text: string; author: { node_id: string } }[]>(
    'message',
    'list',
  );
  assert.deepEqual(
    messages.map(({ text }) => text),
    texts,
    'each once, in order',
  );
  assert.ok(messages.every(({ author }) => author.node_id === alice.nodeId));
  const feed = await bob.ored<{ text: string }[]>('feed');
  assert.equal(feed.filter(({ text }) => text === postText).length, 1);
}

test('what is written to a stopped node is relayed, and arrives once and in order when it starts', async () => {
  await using village = await makeVillage();
  const [alice, bob] = await Promise.all([village.settle('alice'), village.settle('bob')]);
  await befriend(alice, bob);
  await bob.stop();
  const ids = await writeToBob(alice, bob);
  await allStandAt(alice, ids, 'relayed');
  await bob.start();
  await allHaveArrived(alice, bob);
  await allStandAt(alice, ids, 'accepted');
});

test('without the registry it waits with alice, and arrives once and in order when bob returns', async () => {
  await using village = await makeVillage();
  const [alice, bob] = await Promise.all([village.settle('alice'), village.settle('bob')]);
  await befriend(alice, bob);
  await bob.stop();
  await village.registry.stop();
  const ids = await writeToBob(alice, bob);
  await allStandAt(alice, ids, 'queued');
  await bob.start();
  await allHaveArrived(alice, bob);
  await allStandAt(alice, ids, 'accepted');
});
