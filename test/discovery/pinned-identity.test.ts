// What a node believes about others: logs that continue are followed, a second history is held and shown (F30, R10),
// a revoked key counts for nothing whatever its message says of the time (F19).
import { discovery } from '#node/discovery/index.ts';
import {
  createIdentity,
  formatTimestamp,
  generateSeed,
  randomBytes,
  rotateIdentity,
  signRecord,
  signingKeyFromSeed,
  toBase64Url,
  utf8,
  verifyIdentityLog,
  type SigningKey,
} from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fakeClock, makePeer } from '../federation/rig.ts';

const key = (): SigningKey => signingKeyFromSeed(generateSeed());

/** A record under this log's head; `inside`: the log that it carries. */
async function recordOf(
  log: string,
  signer: SigningKey,
  seq: number,
  nowMs: number,
  inside = log,
): Promise<Uint8Array> {
  const identity = await verifyIdentityLog(log);
  return signRecord(
    {
      node_id: identity.nodeId,
      seq,
      log_head: identity.head,
      log: inside,
      server_urls: ['http://127.0.0.1:9'],
      multiaddrs: [],
      sealing_key: toBase64Url(randomBytes(32)),
      transport_key: toBase64Url(randomBytes(32)),
      username: 'carol',
      expires: formatTimestamp(nowMs + 48 * 3_600_000),
    },
    signer,
  );
}

describe('what is believed about another node', () => {
  it('follows a rotation, refuses an older record, and holds a second history', async () => {
    const clock = fakeClock();
    await using bob = await makePeer({ name: 'bob-1', clock });
    const door = bob.door(discovery);
    const [first, second, third, recovery] = [key(), key(), key(), key()];
    const created = formatTimestamp(clock.now());
    const { nodeId, log } = await createIdentity({
      signingKey: first,
      nextSigningPublicKey: second.publicKey,
      recoveryPublicKey: recovery.publicKey,
      created,
    });
    const now = clock.now();
    assert.equal((await door.learn({ log, record: await recordOf(log, first, 10, now) })).verdict, 'new');
    assert.equal((await door.learn({ log, record: await recordOf(log, first, 9, now) })).verdict, 'stale');
    const rotate = (next: SigningKey): Promise<string> =>
      rotateIdentity(log, {
        by: second,
        nextSigningPublicKey: next.publicKey,
        created: formatTimestamp(now + 1_000),
      });
    const longer = await rotate(third);
    assert.equal(
      (await door.learn({ log: longer, record: await recordOf(longer, second, 11, now) })).verdict,
      'updated',
    );
    assert.deepEqual((await door.find(nodeId))?.identity.signingPublicKey, second.publicKey);
    await assert.rejects(door.learn({ log: longer, record: await recordOf(longer, first, 12, now) }), {
      code: 'record/wrong-key',
    });
    const fork = await rotate(key());
    assert.equal(
      (await door.learn({ log: fork, record: await recordOf(fork, second, 13, now) })).verdict,
      'held',
    );
    const contact = await door.find(nodeId);
    assert.deepEqual([contact?.held, contact?.log], [true, longer]);
    assert.equal((await door.loadSender(nodeId))?.suspended, true);
  });

  it('refuses a record that is not the log’s, and text that is no record', async () => {
    const clock = fakeClock();
    await using bob = await makePeer({ name: 'bob-1', clock });
    const { log } = await createIdentity({
      signingKey: key(),
      nextSigningPublicKey: key().publicKey,
      recoveryPublicKey: key().publicKey,
      created: formatTimestamp(clock.now()),
    });
    const foreign = await recordOf(log, key(), 10, clock.now());
    const other = await createIdentity({
      signingKey: key(),
      nextSigningPublicKey: key().publicKey,
      recoveryPublicKey: key().publicKey,
      created: formatTimestamp(clock.now()),
    });
    const mixed = await recordOf(log, key(), 10, clock.now(), other.log);
    await assert.rejects(bob.door(discovery).learn({ log, record: mixed }), { code: 'record/log-head' });
    await assert.rejects(bob.door(discovery).learn({ log, record: foreign }), { code: 'record/wrong-key' });
    await assert.rejects(bob.door(discovery).learn({ log, record: utf8('{}') }), { code: 'record/members' });
    await assert.rejects(bob.door(discovery).learn({ log: 'no log', record: foreign }));
  });
});
