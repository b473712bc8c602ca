// A closed identity is hidden from searches and its mailbox takes nothing more; its log stays to be read, so that
// contacts learn of it. Only its own last key can close it.
import { deactivateIdentity, generateSeed, signingKeyFromSeed, toBase64Url } from '#protocol';
import { CLOSED_NAME_KEPT_MS } from '#registry/limits.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  get,
  person,
  post,
  register,
  registryRig,
  signedRequest,
  type Person,
  type RegistryRig,
} from './rig.ts';

/** Somebody whose next key is known, with the log that closes the identity. */
async function closing(rig: RegistryRig, name: string) {
  const next = signingKeyFromSeed(generateSeed());
  const who = await person(rig, name, next);
  const log = await deactivateIdentity(who.log, {
    by: next,
    nextSigningPublicKey: signingKeyFromSeed(generateSeed()).publicKey,
    created: new Date(rig.clock.now() + 1_000).toISOString(),
  });
  return { who, next, log };
}

const found = async (rig: RegistryRig, who: Person): Promise<number> => {
  const { body } = await get(`${rig.url}/api/v1/nodes/discover?username=${who.username}`);
  return (body.items as unknown[]).length;
};

describe('registering that an identity is closed', () => {
  it('hides the node, closes its mailbox, and shows the log that says so', async () => {
    await using rig = await registryRig();
    const { who, next, log } = await closing(rig, 'alice');
    const bob = await person(rig, 'bob-1');
    assert.equal((await register(rig, who)).status, 201);
    assert.equal((await register(rig, bob)).status, 201);
    assert.equal(await found(rig, who), 1);
    const closed = await register(rig, who, { log, record: '', signer: next });
    assert.equal(closed.status, 201, JSON.stringify(closed.body));
    assert.equal(await found(rig, who), 0);
    const { body } = await get(`${rig.url}/api/v1/nodes/${who.nodeId}`);
    assert.deepEqual([body.deactivated, body.log], [true, log]);
    const box = toBase64Url(Uint8Array.of(1, ...new Uint8Array(1_077)));
    const deposit = await post(
      `${rig.url}/api/v1/messages/route`,
      signedRequest(rig, bob, 'mailbox_route', { to: who.nodeId, box }),
    );
    assert.deepEqual([deposit.status, deposit.body.code], [404, 'relay/unknown-recipient']);
    const collect = signedRequest(rig, { nodeId: who.nodeId, key: next }, 'mailbox_collect', {});
    const answer = await post(`${rig.url}/api/v1/messages/collect`, collect);
    assert.deepEqual([answer.status, answer.body.code], [401, 'registry/unknown-node']);
    const again = await register(rig, who);
    assert.deepEqual([again.status, again.body.code], [409, 'registry/stale']);
  });

  it('is refused without proof by its last key, with a record, and for who was never there', async () => {
    await using rig = await registryRig();
    const { who, next, log } = await closing(rig, 'alice');
    const early = await register(rig, who, { log, record: '', signer: next });
    assert.deepEqual([early.status, early.body.code], [404, 'registry/no-such-node']);
    assert.equal((await register(rig, who)).status, 201);
    const unproven = await register(rig, who, { log, record: '' });
    assert.deepEqual([unproven.status, unproven.body.code], [401, 'registry/proof']);
    const withRecord = await register(rig, who, { log, signer: next });
    assert.deepEqual([withRecord.status, withRecord.body.code], [400, 'record/closed']);
    const noRecord = await register(rig, who, { record: '' });
    assert.equal(noRecord.status, 400);
    assert.equal(await found(rig, who), 1);
  });

  it('frees the name after half a year, and whoever takes it is shown as its holder since then', async () => {
    await using rig = await registryRig();
    const { who, next, log } = await closing(rig, 'alice');
    assert.equal((await register(rig, who)).status, 201);
    assert.equal((await register(rig, who, { log, record: '', signer: next })).status, 201);
    const early = await register(rig, await person(rig, 'al1ce'));
    assert.deepEqual([early.status, early.body.code], [409, 'registry/username-taken']);
    rig.clock.step(rig.clock.now() + CLOSED_NAME_KEPT_MS + 60_000);
    const heir = await person(rig, 'alice');
    assert.equal((await register(rig, heir)).status, 201);
    const [now, before] = [
      await get(`${rig.url}/api/v1/nodes/${heir.nodeId}`),
      await get(`${rig.url}/api/v1/nodes/${who.nodeId}`),
    ];
    assert.deepEqual(
      [now.body.username, now.body.name_since, before.body.username, before.body.log],
      ['alice', new Date(rig.clock.now()).toISOString(), '', log],
    );
  });
});
