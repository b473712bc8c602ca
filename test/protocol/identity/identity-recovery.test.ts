// Who wins when two logs of one node differ (docs/protocol.md "Recovery").
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyLogSuffix,
  compareLogs,
  createIdentity,
  deactivateIdentity,
  logPrefix,
  logSuffix,
  rotateIdentity,
  verifyIdentityLog,
} from '#protocol';
import { hashOf, key } from './forged-log.ts';

const created = '2026-01-01T00:00:00.000Z';

const { log: one } = await createIdentity({
  signingKey: key(1),
  nextSigningPublicKey: key(2).publicKey,
  recoveryPublicKey: key(100).publicKey,
  created,
});
const rotate = (log: string, by: number, next: number) =>
  rotateIdentity(log, { by: key(by), nextSigningPublicKey: key(next).publicKey, created });
const recover = (log: string, by: number, signing: number, next: number, recovery: number) =>
  rotateIdentity(log, {
    by: key(by),
    signingPublicKey: key(signing).publicKey,
    nextSigningPublicKey: key(next).publicKey,
    recoveryPublicKey: key(recovery).publicKey,
    created,
  });

const owners = await rotate(one, 2, 3);
const thiefs = await rotate(one, 2, 66);
const recovered = await recover(one, 100, 7, 8, 101);

describe('the recovery key', () => {
  it('installs new signing, next and recovery keys', async () => {
    const identity = await verifyIdentityLog(recovered);
    assert.deepEqual(identity.signingPublicKey, key(7).publicKey);
    assert.deepEqual(identity.nextKeyHashes, [hashOf(8), hashOf(101)]);
    assert.deepEqual(
      identity.history.map(({ by }) => by),
      ['signing', 'recovery'],
    );
    assert.deepEqual((await verifyIdentityLog(await rotate(recovered, 8, 9))).recoveryHash, hashOf(101));
  });

  it('also continues a log that a thief has rotated', async () => {
    const log = await recover(thiefs, 100, 7, 8, 101);
    assert.equal(await compareLogs(thiefs, log), 'extends');
    assert.deepEqual((await verifyIdentityLog(log)).signingPublicKey, key(7).publicKey);
  });

  it('is not served by another key, and serves once', async () => {
    await assert.rejects(recover(one, 102, 7, 8, 101), { code: 'identity/key-not-committed' });
    await assert.rejects(recover(one, 2, 7, 8, 101), { code: 'identity/key-not-committed' });
    await assert.rejects(rotate(one, 100, 8), { code: 'identity/key-not-committed' });
    await assert.rejects(recover(recovered, 100, 9, 10, 102), { code: 'identity/key-not-committed' });
    await assert.rejects(recover(one, 100, 7, 8, 100), { code: 'identity/commitment-reused' });
  });
});

describe('two logs of one node', () => {
  it('are the same, an extension, or an older state', async () => {
    assert.equal(await compareLogs(one, one), 'same');
    assert.equal(await compareLogs(one, owners), 'extends');
    assert.equal(await compareLogs(one, recovered), 'extends');
    assert.equal(await compareLogs(owners, one), 'stale');
  });

  it('freeze the identity when both branches are made by signing keys', async () => {
    assert.equal(await compareLogs(owners, thiefs), 'fork');
    assert.equal(await compareLogs(thiefs, await rotate(owners, 3, 4)), 'fork');
  });

  it('are decided by the recovery key, however long the other branch is', async () => {
    const longer = await rotate(await rotate(thiefs, 66, 67), 67, 68);
    assert.equal(await compareLogs(longer, recovered), 'recovery-overrides');
    assert.equal(await compareLogs(recovered, longer), 'stale');
    const closed = await deactivateIdentity(one, {
      by: key(2),
      nextSigningPublicKey: key(66).publicKey,
      created,
    });
    assert.equal(await compareLogs(closed, recovered), 'recovery-overrides');
  });

  it('are decided by a recovery later in the branch too, so that a stolen key cannot freeze a recovered identity', async () => {
    const recoveredLater = await recover(owners, 100, 7, 8, 101);
    assert.equal(await compareLogs(recoveredLater, thiefs), 'stale');
    assert.equal(await compareLogs(thiefs, recoveredLater), 'recovery-overrides');
  });

  it('freeze the identity when the recovery key has made both branches', async () => {
    const again = await recover(one, 100, 17, 18, 111);
    assert.equal(await compareLogs(recovered, again), 'fork');
    assert.equal(await compareLogs(recovered, await recover(owners, 100, 7, 8, 101)), 'fork');
  });

  it('are not compared where they belong to two nodes, or where one is invalid', async () => {
    const { log } = await createIdentity({
      signingKey: key(51),
      nextSigningPublicKey: key(52).publicKey,
      recoveryPublicKey: key(53).publicKey,
      created,
    });
    await assert.rejects(compareLogs(one, log), { code: 'identity/foreign-node' });
    await assert.rejects(compareLogs(one, owners.replace('"2-', '"3-')), { code: 'identity/version-id' });
  });
});

describe('a log suffix', () => {
  it('carries the new entries of an extension, and replaces entries in a recovery', async () => {
    const suffix = logSuffix(owners, 1);
    assert.equal(suffix.length, 1);
    assert.equal(applyLogSuffix(one, suffix), owners);
    assert.equal(applyLogSuffix(thiefs, logSuffix(recovered, 1)), recovered);
    assert.equal(applyLogSuffix(thiefs, logSuffix(recovered, 0)), recovered);
    assert.equal(logPrefix(owners, 1), one);
  });

  it('is refused where it is empty, leaves a gap or holds a line break', async () => {
    const third = logSuffix(await rotate(owners, 3, 4), 2);
    for (const suffix of [[], third, ['{}'], [`${logSuffix(owners, 1)[0]}\n`]]) {
      assert.throws(() => applyLogSuffix(one, suffix), { code: 'identity/suffix' });
    }
  });
});
