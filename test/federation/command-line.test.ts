// `ored outbox` and `ored peers` as a script runs them, against real nodes.
import { eventually, makeNode } from '#kit';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { befriend } from '../posts/friends-rig.ts';

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly to: { readonly node_id: string; readonly username: string };
  readonly state: string;
  readonly reason?: string;
  readonly attempts: number;
  readonly updated_at: string;
}

describe('ored outbox', () => {
  it('prints where every message stands, newest first, with exactly the promised members', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    assert.deepEqual(await alice.ored('outbox'), []);
    await befriend(alice, bob);
    const [request] = await eventually('the request is accepted', async () => {
      const found = (await alice.ored('outbox')) as Entry[];
      return found[0]?.state === 'accepted' && found;
    });
    assert.ok(request);
    assert.deepEqual(Object.keys(request).toSorted(), [
      'attempts',
      'id',
      'state',
      'to',
      'type',
      'updated_at',
    ]);
    assert.deepEqual(
      [request.type, request.to, request.attempts],
      ['friend_request', { node_id: bob.nodeId, username: 'bob-1' }, 1],
    );
    assert.match(request.updated_at, /^\d{4}-.*Z$/);
    await bob.stop();
    for (let i = 1; i <= 3; i += 1) await alice.ored('message', 'send', 'bob-1', `salut ${i}`);
    const waiting = await eventually('an attempt has failed', async () => {
      const found = (await alice.ored('outbox', '--state', 'queued')) as Entry[];
      return found.length === 3 && found.every(({ attempts }) => attempts > 0) && found;
    });
    assert.deepEqual(
      waiting.map(({ reason }) => reason),
      Array.from({ length: 3 }, () => 'network/unreachable'),
    );
    assert.equal(((await alice.ored('outbox', '--limit', '2')) as Entry[]).length, 2);
    assert.equal(((await alice.ored('outbox')) as Entry[]).length, 4);
  });

  it('refuses a limit that is no number and a state that does not exist, with the exit code for usage', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    assert.equal((await alice.cli(['outbox', '--limit', 'many'])).code, 2);
    assert.equal((await alice.cli(['outbox', '--state', 'lost'])).code, 2);
    const text = await alice.cli(['outbox']);
    assert.deepEqual([text.code, text.json()], [0, []]);
  });
});

describe('ored peers', () => {
  it('prints with whom messages were exchanged, and since when they were heard', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    assert.deepEqual(await alice.ored('peers'), []);
    await befriend(alice, bob);
    const peers = (await alice.ored('peers')) as {
      node_id: string;
      username: string;
      standing: string;
      failures: number;
      last_ok_at: string | null;
      parted: object | null;
    }[];
    assert.deepEqual(
      peers.map(({ node_id, username, standing, failures }) => [node_id, username, standing, failures]),
      [[bob.nodeId, 'bob-1', 'contact', 0]],
    );
    assert.equal(peers[0]?.parted, null);
    assert.match(peers[0]?.last_ok_at ?? '', /^\d{4}-.*Z$/);
  });
});

describe('ored deliveries', () => {
  it('says why something has not arrived, tries it again and takes back what has not left', async () => {
    await using alice = await makeNode({ name: 'alice-1' });
    await using bob = await makeNode({ name: 'bob-1' });
    await befriend(alice, bob);
    await eventually(
      'all has arrived',
      async () => ((await alice.ored('deliveries')) as unknown[]).length === 0,
    );
    await bob.stop();
    await alice.ored('post', 'Bonjour', '--visibility', 'friends');
    interface Missing extends Entry {
      readonly why: string | null;
      readonly item: string | null;
      readonly next_try_at: string | null;
      readonly can_cancel: boolean;
    }
    const [waiting] = await eventually('an attempt has failed', async () => {
      const found = (await alice.ored('deliveries')) as Missing[];
      return (found[0]?.attempts ?? 0) > 0 && found;
    });
    assert.ok(waiting);
    assert.equal(waiting.why, 'Their node does not answer now. This node tries again by itself.');
    assert.match(waiting.item ?? '', new RegExp(`^orf://${alice.nodeId}/post/`));
    assert.ok(waiting.next_try_at === null || waiting.next_try_at > waiting.updated_at);
    // It may have arrived: what has left is not taken back.
    assert.equal(waiting.can_cancel, false);
    assert.equal((await alice.cli(['deliveries', 'cancel', waiting.id])).code, 1);
    const ofItem = (await alice.ored('deliveries', '--item', waiting.item ?? '')) as Missing[];
    assert.deepEqual(
      ofItem.map(({ id, state, why }) => [id, state, why]),
      [[waiting.id, 'queued', waiting.why]],
    );
    assert.deepEqual(await alice.ored('deliveries', 'retry', waiting.id), { id: waiting.id, done: 'retry' });
    await bob.start();
    await eventually('it arrives', async () => ((await alice.ored('deliveries')) as Missing[]).length === 0);
    assert.equal((await alice.cli(['deliveries', 'retry', waiting.id])).code, 1);
    assert.equal((await alice.cli(['deliveries', 'somewhere'])).code, 2);
    const help = await alice.cli(['deliveries', '--help']);
    assert.match(help.stdout, /deliveries retry .*\n.*deliveries cancel /);
  });
});
