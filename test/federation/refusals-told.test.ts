// What the audit trail says of refused envelopes: a name that nobody has proven is told as claimed, beside the network
// that it came from; only a proven node is told as the one who did it.
import { eventually } from '#kit';
import type { Event } from '#kernel/events.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { knownSigner, makePeer, makeSigner, overHttp, type Peer } from './rig.ts';

/** The first refusals told, without the moment. */
async function told(peer: Peer): Promise<Pick<Event, 'actor' | 'new'>[]> {
  const events = await eventually('refusals are told', async () => {
    const all = await peer.running.host.events.since(0, 1_000);
    const found = all.filter(({ type }) => type === 'federation.refused');
    return found.length > 0 && found;
  });
  return events.map(({ actor, new: what }) => ({ actor, new: what ?? null }));
}

describe('the audit trail', () => {
  it('tells an unknown sender’s name as claimed, by its network', async () => {
    await using alice = await makePeer({ name: 'alice' });
    const [one, two] = [await makeSigner(), await makeSigner()];
    for (const signer of [one, two, one]) {
      const { code } = await overHttp.inbox(alice, signer.envelope(alice.nodeId, 1));
      assert.equal(code, 'identity/unknown-key');
    }
    assert.deepEqual(await told(alice), [
      {
        actor: 'anonymous',
        new: {
          code: 'identity/unknown-key',
          count: 3,
          network: 'ipv4:127.0.0',
          claimed_by: [one.nodeId, two.nodeId],
        },
      },
    ]);
  });

  it('never makes a contact the author of what somebody else signed in its name', async () => {
    await using alice = await makePeer({ name: 'alice' });
    const bob = await knownSigner(alice, overHttp, 'contact', { name: 'bob-1' });
    const mallory = await makeSigner({ name: 'bob-1' });
    const from = { node_id: bob.nodeId, server_url: bob.serverUrl, username: bob.username };
    const { code } = await overHttp.inbox(alice, mallory.envelope(alice.nodeId, 1, { from }));
    assert.equal(code, 'envelope/signature');
    const network = 'ipv4:127.0.0';
    assert.deepEqual(await told(alice), [
      {
        actor: 'anonymous',
        new: { code: 'envelope/signature', count: 1, network, claimed_by: [bob.nodeId] },
      },
    ]);
  });

  it('names five of those that a flood claims to be, in one line', async () => {
    await using alice = await makePeer({ name: 'alice' });
    const signers = await Promise.all(Array.from({ length: 7 }, () => makeSigner()));
    for (const signer of signers) await overHttp.inbox(alice, signer.envelope(alice.nodeId, 1));
    const [line, ...others] = await told(alice);
    assert.deepEqual(others, []);
    const { count, claimed_by } = (line?.new ?? {}) as { count?: number; claimed_by?: string[] };
    assert.deepEqual([count, claimed_by], [7, signers.slice(0, 5).map(({ nodeId }) => nodeId)]);
  });

  it('names a blocked node, which has proven itself', async () => {
    await using alice = await makePeer({ name: 'alice' });
    const bob = await knownSigner(alice, overHttp, 'blocked', { name: 'bob-1' });
    const { code } = await overHttp.inbox(alice, bob.envelope(alice.nodeId, 1));
    assert.equal(code, 'federation/blocked');
    assert.deepEqual(await told(alice), [
      { actor: `node:${bob.nodeId}`, new: { code: 'federation/blocked', count: 1 } },
    ]);
  });
});
