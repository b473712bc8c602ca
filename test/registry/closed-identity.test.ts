// A closed identity: its place in the directory and its mailbox end, its log stays for those who ask.
import {
  deactivateIdentity,
  generateSeed,
  MAILBOX_BUCKETS,
  MAILBOX_OVERHEAD_BYTES,
  signingKeyFromSeed,
  toBase64Url,
} from '#protocol';
import { isoTime } from '#kernel/ports.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  get,
  person,
  post,
  register,
  registryRig,
  signedRequest,
  type Answer,
  type Person,
  type RegistryRig,
} from './rig.ts';

const box = toBase64Url(new Uint8Array(MAILBOX_BUCKETS[0] + MAILBOX_OVERHEAD_BYTES).fill(1));

function closedLog(rig: RegistryRig, who: Person): Promise<string> {
  return deactivateIdentity(who.log, {
    by: who.nextKey,
    nextSigningPublicKey: signingKeyFromSeed(generateSeed()).publicKey,
    created: isoTime(rig.clock.now()),
  });
}

function deposit(rig: RegistryRig, from: Person, to: Person): Promise<Answer> {
  return post(
    `${rig.url}/api/v1/messages/route`,
    signedRequest(rig, from, 'mailbox_route', { to: to.nodeId, box }),
  );
}

test('a closed identity is found no more, and its mailbox takes and gives nothing', async () => {
  await using rig = await registryRig();
  const alice = await person(rig, 'alice');
  const bob = await person(rig, 'bob');
  const record = alice.record();
  assert.equal((await register(rig, alice, { record })).status, 201);
  assert.equal((await register(rig, bob)).status, 201);
  assert.equal((await deposit(rig, bob, alice)).status, 202);

  await rig.clock.advance(1_000);
  const log = await closedLog(rig, alice);
  assert.equal((await register(rig, alice, { log, record, signer: alice.key })).status, 401);
  assert.equal((await register(rig, alice, { log, record, signer: alice.nextKey })).status, 201);
  for (const restarted of [false, true]) {
    if (restarted) await rig.restart();
    for (const query of ['username=alice', 'q=alice']) {
      const found = await get(`${rig.url}/api/v1/nodes/discover?${query}`);
      assert.deepEqual(found.body.items, [], query);
    }
    const shown = await get(`${rig.url}/api/v1/nodes/${alice.nodeId}`);
    assert.deepEqual([shown.body.deactivated, shown.body.log], [true, log]);
    const refused = await deposit(rig, bob, alice);
    assert.deepEqual([refused.status, refused.body.code], [404, 'relay/unknown-recipient']);
    for (const key of [alice.key, alice.nextKey]) {
      const collected = await post(
        `${rig.url}/api/v1/messages/collect`,
        signedRequest(rig, { nodeId: alice.nodeId, key }, 'mailbox_collect', {}),
      );
      assert.deepEqual([collected.status, collected.body.code], [401, 'registry/unknown-node']);
    }
  }
  // Its name stays with it, and the older, open log does not come back.
  const other = await register(rig, await person(rig, 'alice'));
  assert.deepEqual([other.status, other.body.code], [409, 'registry/username-taken']);
  assert.equal((await register(rig, alice, { record: alice.record() })).status, 409);
});

test('an identity that was closed before it was ever registered is refused', async () => {
  await using rig = await registryRig();
  const alice = await person(rig, 'alice');
  await rig.clock.advance(1_000);
  const log = await closedLog(rig, alice);
  const answer = await register(rig, alice, { log, signer: alice.nextKey });
  assert.deepEqual([answer.status, answer.body.code], [422, 'registry/closed-unprocessable']);
});
