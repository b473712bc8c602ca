// What a valid identity log says, and how it is written (docs/protocol.md "Identity").
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deactivateIdentity, parseDid, renameIdentity, rotateIdentity, verifyIdentityLog } from '#protocol';
import { forgeFirst, forgeNext, hashOf, key, logOf, type Entry } from './forged-log.ts';
import { assertRefused, created, newIdentity } from './own-log.ts';

const first = forgeFirst();
const second = forgeNext(first, 2, 3);
describe('a valid identity log', () => {
  it('is written byte for byte as an independent implementation writes it', async () => {
    const { log } = await newIdentity();
    assert.equal(log, logOf(first));
    const rotated = await rotateIdentity(log, {
      by: key(2),
      nextSigningPublicKey: key(3).publicKey,
      created: '2026-01-01T00:01:00Z',
    });
    assert.equal(rotated, logOf(first, second));
  });

  it('tells node id, keys and their periods, commitments, head and times', async () => {
    const identity = await verifyIdentityLog(logOf(first, second));
    const lines = [first, second].map((line) => JSON.parse(line) as Entry);
    assert.equal(identity.did, `did:webvh:${identity.nodeId}:node.invalid`);
    assert.deepEqual(identity.location, { host: 'node.invalid', path: [] });
    assert.equal(identity.head, lines[1]?.versionId);
    assert.deepEqual(identity.signingPublicKey, key(2).publicKey);
    assert.deepEqual(identity.keys, [
      { publicKey: key(1).publicKey, fromEntry: 1, toEntry: 1 },
      { publicKey: key(2).publicKey, fromEntry: 2, toEntry: null },
    ]);
    assert.deepEqual(identity.nextKeyHashes, [hashOf(3), hashOf(100)]);
    assert.equal(identity.recoveryHash, hashOf(100));
    assert.deepEqual([identity.created, identity.updated], ['2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z']);
    assert.deepEqual([identity.entries, identity.deactivated], [2, false]);
  });

  it('keeps its node id through changes of host and path, and lists the former names', async () => {
    const { nodeId, log } = await newIdentity('registry.example', ['n', 'alice']);
    const moved = await renameIdentity(log, {
      by: key(2),
      nextSigningPublicKey: key(3).publicKey,
      created,
      host: 'alice.example:8443',
    });
    const back = await renameIdentity(moved, {
      by: key(3),
      nextSigningPublicKey: key(4).publicKey,
      created,
      host: 'registry.example',
      path: ['n', 'alice'],
    });
    const dids = [`did:webvh:${nodeId}:registry.example:n:alice`, `did:webvh:${nodeId}:alice.example%3A8443`];
    const identity = await verifyIdentityLog(back, { nodeId });
    assert.deepEqual([identity.nodeId, identity.did, identity.dids], [nodeId, dids[0], dids]);
    assert.deepEqual(parseDid(dids[1] as string, nodeId), { host: 'alice.example:8443', path: [] });
  });

  it('takes new names only while later entries still fit', async () => {
    let { log } = await newIdentity();
    const next = (n: number) => ({ by: key(n), nextSigningPublicKey: key(n + 1).publicKey, created });
    let n = 2;
    const renameUntilFull = async () => {
      for (; n < 90; n++)
        log = await renameIdentity(log, { ...next(n), host: `n${n}.${'x'.repeat(40)}.example` });
    };
    await assert.rejects(renameUntilFull(), { code: 'identity/too-many-names' });
    assert.ok(n > 10, String(n));
    await verifyIdentityLog(await deactivateIdentity(await rotateIdentity(log, next(n)), next(n + 1)));
  });

  it('may end with a deactivation, which keeps the recovery hash', async () => {
    const { log } = await newIdentity();
    const closed = await deactivateIdentity(log, {
      by: key(2),
      nextSigningPublicKey: key(3).publicKey,
      created,
    });
    const identity = await verifyIdentityLog(closed);
    assert.deepEqual([identity.deactivated, identity.recoveryHash], [true, hashOf(100)]);
    const again = rotateIdentity(closed, { by: key(3), nextSigningPublicKey: key(4).publicKey, created });
    await assert.rejects(again, { code: 'identity/deactivated' });
    await assertRefused(
      logOf(...closed.trim().split('\n'), forgeNext(closed.trim().split('\n')[1] as string, 3, 4)),
      'identity/after-deactivation',
    );
  });

  it('gets later times only, even where the clock went back', async () => {
    const { log } = await newIdentity();
    const rotation = { by: key(2), nextSigningPublicKey: key(3).publicKey, created: '2020-01-01T00:00:00Z' };
    const identity = await verifyIdentityLog(await rotateIdentity(log, rotation));
    assert.equal(identity.updated, '2026-01-01T00:00:01Z');
  });
});
