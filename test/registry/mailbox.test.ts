// Mailboxes: sealed boxes only, delivered once acknowledged, bounded for each depositor; rows R8, R9, F14 and F16.
import {
  MAILBOX_BUCKETS,
  MAILBOX_OVERHEAD_BYTES,
  openFromMailbox,
  generateSealingKeyPair,
  sealForMailbox,
  toBase64Url,
  fromBase64Url,
  utf8,
} from '#protocol';
import { contactDigest } from '#registry/relay.ts';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  person,
  post,
  register,
  registryRig,
  signedRequest,
  type Answer,
  type Person,
  type RegistryRig,
} from './rig.ts';

const smallBox = (): string =>
  toBase64Url(new Uint8Array(MAILBOX_BUCKETS[0] + MAILBOX_OVERHEAD_BYTES).fill(1));
const largeBox = (): string =>
  toBase64Url(new Uint8Array(MAILBOX_BUCKETS[3] + MAILBOX_OVERHEAD_BYTES).fill(1));

const route = (rig: RegistryRig, from: Person, to: Person, box = smallBox()): Promise<Answer> =>
  post(`${rig.url}/api/v1/messages/route`, signedRequest(rig, from, 'mailbox_route', { to: to.nodeId, box }));
const collect = (rig: RegistryRig, who: Person, body = {}): Promise<Answer> =>
  post(`${rig.url}/api/v1/messages/collect`, signedRequest(rig, who, 'mailbox_collect', body));
const acknowledge = (rig: RegistryRig, who: Person, ids: string[]): Promise<Answer> =>
  post(`${rig.url}/api/v1/messages/ack`, signedRequest(rig, who, 'mailbox_ack', { item_ids: ids }));
const items = (answer: Answer): { item_id: string; box: string }[] =>
  answer.body.items as { item_id: string; box: string }[];

async function two(): Promise<AsyncDisposable & { rig: RegistryRig; alice: Person; bob: Person }> {
  const rig = await registryRig();
  const alice = await person(rig, 'alice');
  const bob = await person(rig, 'bob');
  await register(rig, alice);
  await register(rig, bob);
  return { rig, alice, bob, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
}

describe('a mailbox', () => {
  it('hands over what was left, in order, until it is acknowledged, also after a restart', async () => {
    await using t = await two();
    const keys = await generateSealingKeyPair();
    const secret = 'rendez-vous à midi au marché Sandaga';
    const box = await sealForMailbox(keys.publicKey, { kind: 'envelope', bytes: utf8(secret) });
    assert.equal((await route(t.rig, t.alice, t.bob, toBase64Url(box))).status, 202);
    assert.equal((await route(t.rig, t.alice, t.bob)).status, 202);
    await t.rig.restart();
    const first = items(await collect(t.rig, t.bob));
    assert.equal(first.length, 2);
    const opened = await openFromMailbox(keys.privateKey, fromBase64Url(first[0]?.box ?? ''));
    assert.equal(Buffer.from(opened.bytes).toString(), secret);
    assert.deepEqual(items(await collect(t.rig, t.bob)), first);
    const ids = first.map(({ item_id }) => item_id);
    assert.equal((await acknowledge(t.rig, t.bob, ids)).body.deleted, 2);
    assert.deepEqual(items(await collect(t.rig, t.bob)), []);
    for (const file of readdirSync(t.rig.dataDir)) {
      const bytes = readFileSync(join(t.rig.dataDir, file));
      assert.equal(bytes.includes(secret), false, file);
    }
  });

  it('stores no name of the depositor beside the box', async () => {
    await using t = await two();
    const carol = await person(t.rig, 'carol');
    await register(t.rig, carol);
    await t.rig.restart();
    const count = (): number => {
      const bytes = Buffer.concat(
        readdirSync(t.rig.dataDir).map((file) => readFileSync(join(t.rig.dataDir, file))),
      );
      return bytes.toString('latin1').split(carol.nodeId).length;
    };
    const before = count();
    await route(t.rig, carol, t.bob);
    await t.rig.restart();
    assert.equal(count(), before);
  });

  it('refuses what is not a padded box', async () => {
    await using t = await two();
    for (const box of ['', 'AAAA', toBase64Url(new Uint8Array(1_000)), 'no base64!']) {
      assert.equal((await route(t.rig, t.alice, t.bob, box)).status, 400);
    }
    assert.deepEqual(items(await collect(t.rig, t.bob)), []);
  });

  it('answers 401 to who is not registered, 403 to who signs as another (R8)', async () => {
    await using t = await two();
    const carol = await person(t.rig, 'carol');
    assert.equal((await route(t.rig, carol, t.bob)).status, 401);
    const asBob = signedRequest(t.rig, { nodeId: t.bob.nodeId, key: t.alice.key }, 'mailbox_collect', {});
    assert.equal((await post(`${t.rig.url}/api/v1/messages/collect`, asBob)).status, 403);
    const forRoute = signedRequest(t.rig, t.alice, 'mailbox_route', { to: t.bob.nodeId, box: smallBox() });
    assert.equal((await post(`${t.rig.url}/api/v1/messages/collect`, forRoute)).status, 400);
    const elsewhere = signedRequest(t.rig, t.bob, 'mailbox_collect', {}, 'https://other.example');
    assert.equal((await post(`${t.rig.url}/api/v1/messages/collect`, elsewhere)).status, 400);
  });

  it("answers 404 to another node's items, and keeps them (R9)", async () => {
    await using t = await two();
    await route(t.rig, t.alice, t.bob);
    const ids = items(await collect(t.rig, t.bob)).map(({ item_id }) => item_id);
    assert.equal((await acknowledge(t.rig, t.alice, ids)).status, 404);
    assert.equal(items(await collect(t.rig, t.alice)).length, 0);
    assert.equal(items(await collect(t.rig, t.bob)).length, 1);
  });

  it('counts a signed request once, and only while it is fresh (F16)', async () => {
    await using t = await two();
    const bytes = signedRequest(t.rig, t.alice, 'mailbox_route', { to: t.bob.nodeId, box: smallBox() });
    const url = `${t.rig.url}/api/v1/messages/route`;
    assert.equal((await post(url, bytes)).status, 202);
    assert.equal((await post(url, bytes)).status, 401);
    const late = signedRequest(t.rig, t.alice, 'mailbox_route', { to: t.bob.nodeId, box: smallBox() });
    await t.rig.clock.advance(301_000);
    assert.equal((await post(url, late)).status, 422);
    assert.equal(items(await collect(t.rig, t.bob)).length, 1);
  });

  it('refuses a request of another type or over its size (F14, F15)', async () => {
    await using t = await two();
    const url = `${t.rig.url}/api/v1/messages/route`;
    const bytes = signedRequest(t.rig, t.alice, 'mailbox_route', { to: t.bob.nodeId, box: smallBox() });
    assert.equal((await post(url, bytes, { 'content-type': 'text/plain' })).status, 415);
    assert.equal((await post(url, 'x'.repeat(200_000))).status, 413);
  });

  it('gives one depositor a twentieth of it, by number and by bytes', async () => {
    await using t = await two();
    for (let i = 0; i < 50; i += 1) assert.equal((await route(t.rig, t.alice, t.bob)).status, 202);
    const full = await route(t.rig, t.alice, t.bob);
    assert.equal(full.status, 429);
    assert.equal(full.body.code, 'relay/full');
    const carol = await person(t.rig, 'carol');
    await register(t.rig, carol);
    for (let i = 0; i < 7; i += 1) assert.equal((await route(t.rig, carol, t.bob, largeBox())).status, 202);
    assert.equal((await route(t.rig, carol, t.bob, largeBox())).status, 429);
  });

  it('wakes a waiting recipient when a box arrives', async () => {
    await using t = await two();
    const waiting = collect(t.rig, t.bob, { wait_s: 25 });
    await t.rig.clock.advance(10);
    await route(t.rig, t.alice, t.bob);
    assert.equal(items(await waiting).length, 1);
  });

  it('answers an empty poll after its time', async () => {
    await using t = await two();
    const waiting = collect(t.rig, t.bob, { wait_s: 25 });
    const answered = waiting.then(() => true);
    const notYet = (): Promise<boolean> => t.rig.clock.advance(5_000).then(() => false);
    while (!(await Promise.race([answered, notYet()])));
    assert.deepEqual(items(await waiting), []);
  });

  it('drops what nobody collected for two weeks', async () => {
    await using t = await two();
    await route(t.rig, t.alice, t.bob);
    t.rig.clock.step(t.rig.clock.now() + 14 * 24 * 3_600_000);
    await t.rig.clock.advance(2 * 3_600_000);
    await register(t.rig, t.bob, { record: t.bob.record() });
    assert.deepEqual(items(await collect(t.rig, t.bob)), []);
  });

  it('learns whom to keep room for by salted digests, a bounded number', async () => {
    await using t = await two();
    const salt = 'sixteen characters';
    const digests = [contactDigest(salt, t.alice.nodeId)];
    assert.equal((await collect(t.rig, t.bob, { contacts: { salt, digests } })).status, 200);
    assert.equal((await route(t.rig, t.alice, t.bob)).status, 202);
    const many = Array.from({ length: 5_001 }, (_, i) => String(i));
    const refused = await collect(t.rig, t.bob, { contacts: { salt, digests: many } });
    assert.equal(refused.body.code, 'relay/too-many-contacts');
  });
});
