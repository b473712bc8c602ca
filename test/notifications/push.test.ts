// Devices are woken through a push service that checks what it gets; they leave with their session.
import {
  claimNode,
  eventually,
  fakeClock,
  makeNode,
  signIn,
  type FakeClock,
  type Owner,
  type TestNode,
} from '#kit';
import { createNetwork } from '#kernel/network.ts';
import { readPush } from '#node/notifications/api.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makePushService, type Browser, type PushService } from './push-service.ts';
import { followed, happen, list, message, nobody, reaction } from './rig.ts';
import * as api from '#node/notifications/api.ts';

const PATH = '/api/v1/notifications/push/subscription';
const carol = nobody(1);

const put = (owner: Owner, body: object): Promise<Response> =>
  owner.fetch(PATH, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function subscribe(node: TestNode, owner: Owner, service: PushService): Promise<Browser> {
  const browser = await service.subscribe((await node.call(readPush, {})).public_key);
  assert.equal((await put(owner, browser)).status, 204);
  return browser;
}

const devices = async (node: TestNode) => (await node.call(readPush, {})).devices;

const wasWoken = async (node: TestNode): Promise<boolean> =>
  typeof (await devices(node))[0]?.last_woken_at === 'string';

/** A node with a device that is woken by a service. */
async function rig(clock?: FakeClock) {
  const stack = new AsyncDisposableStack();
  const service = stack.use(await makePushService());
  const node = stack.use(await makeNode({ name: 'alice', ...(clock === undefined ? {} : { clock }) }));
  const owner = await claimNode(node);
  const browser = await subscribe(node, owner, service);
  return { service, node, owner, browser, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const pushed = (service: PushService, count: number): Promise<boolean> =>
  eventually(`${count} pushes`, () => {
    assert.deepEqual(service.complaints, []);
    return service.pushes.length >= count;
  });

describe('a device', () => {
  it('is woken by a signed, encrypted, empty message that is the same for everything', async () => {
    await using r = await rig();
    await happen(r.node, message(carol, 'm1'));
    await pushed(r.service, 1);
    const [push] = r.service.pushes;
    assert.equal(push?.content.length, 0);
    assert.deepEqual([push?.headers.topic, push?.headers.ttl], ['ored', '86400']);
    assert.equal(push?.claims.sub, 'mailto:owner@node.invalid');
    await eventually('it is noted', () => wasWoken(r.node));
    const text = JSON.stringify(await devices(r.node));
    assert.ok(!text.includes('/push/'), 'whoever knows an endpoint could be told apart by it');
  });

  it('keeps the same server key over a restart', async () => {
    await using r = await rig();
    const before = (await r.node.call(readPush, {})).public_key;
    await r.node.restart();
    assert.equal((await r.node.call(readPush, {})).public_key, before);
  });

  it('is not woken for kinds that the owner wants quiet, nor for what was read meanwhile', async () => {
    const clock = fakeClock(Date.now());
    await using r = await rig(clock);
    await happen(r.node, reaction(`orf://${r.node.nodeId}/post/01890000-0000-7000-8000-000000000001`, carol));
    await followed(r.node);
    await happen(r.node, message(carol, 'm1'));
    await pushed(r.service, 1);
    // The next one waits for its pause, in which the owner reads it.
    await eventually('it is noted', () => wasWoken(r.node));
    await happen(r.node, message(nobody(2), 'm2'));
    await followed(r.node);
    const [newest] = (await list(r.node)).items;
    await r.node.call(api.readNotices, { body: { up_to: newest?.cursor ?? '' } });
    await clock.advance(60_000);
    assert.equal(r.service.pushes.length, 1);
    await happen(r.node, message(carol, 'm3'));
    await pushed(r.service, 2);
  });

  it('is woken once for many things, at most each ten seconds', async () => {
    const clock = fakeClock(Date.now());
    await using r = await rig(clock);
    await happen(r.node, message(carol, 'm0'));
    await pushed(r.service, 1);
    await eventually('it is noted', () => wasWoken(r.node));
    for (let i = 1; i <= 20; i += 1) await happen(r.node, message(nobody(i), `m${i}`));
    await followed(r.node);
    await clock.advance(9_000);
    assert.equal(r.service.pushes.length, 1);
    await clock.advance(1_500);
    await pushed(r.service, 2);
    await clock.advance(60_000);
    assert.equal(r.service.pushes.length, 2);
  });

  it('is tried again later when its service fails, no sooner than the service asks', async () => {
    const clock = fakeClock(Date.now());
    await using r = await rig(clock);
    r.service.answer(429, { 'retry-after': '3600' });
    await happen(r.node, message(carol, 'm1'));
    await pushed(r.service, 1);
    await eventually('it is noted', async () => (await devices(r.node))[0]?.failing);
    r.service.answer(201);
    await clock.advance(3_500_000);
    assert.equal(r.service.pushes.length, 1);
    await clock.advance(200_000);
    await pushed(r.service, 2);
    await eventually('it works again', async () => (await devices(r.node))[0]?.failing === false);
  });

  it('is forgotten when its service says that it is gone', async () => {
    for (const status of [404, 410]) {
      await using r = await rig();
      r.service.answer(status);
      await happen(r.node, message(carol, 'm1'));
      await eventually('it is forgotten', async () => (await devices(r.node)).length === 0);
    }
  });

  it('leaves with its session, and by its own wish, and nobody else’s', async () => {
    await using r = await rig();
    const laptop = await signIn(r.node);
    await subscribe(r.node, laptop, r.service);
    assert.equal((await devices(r.node)).length, 2);
    assert.equal((await laptop.fetch(PATH, { method: 'DELETE' })).status, 204);
    assert.deepEqual(
      (await devices(r.node)).map(({ session_id }) => session_id),
      [r.owner.sessionId],
    );
    assert.ok((await laptop.fetch(`/api/v1/sessions/${r.owner.sessionId}`, { method: 'DELETE' })).ok);
    await eventually('it is forgotten', async () => (await devices(r.node)).length === 0);
    await happen(r.node, message(carol, 'm1'));
    await followed(r.node);
    assert.equal(r.service.pushes.length, 0);
  });

  it('is one for each session and each endpoint: what a browser gives again replaces what it gave', async () => {
    await using r = await rig();
    await subscribe(r.node, r.owner, r.service);
    assert.equal((await devices(r.node)).length, 1);
    const laptop = await signIn(r.node);
    const again = await r.service.subscribe((await r.node.call(readPush, {})).public_key);
    assert.equal((await put(r.owner, again)).status, 204);
    assert.equal((await put(laptop, again)).status, 204);
    assert.deepEqual(
      (await devices(r.node)).map(({ session_id }) => session_id),
      [laptop.sessionId],
    );
  });

  it('is forgotten when the name of its service leads inside, without a word sent there', async () => {
    await using service = await makePushService();
    const network = createNetwork({
      ownUrl: () => 'http://127.0.0.1:1',
      networks: [],
      userAgent: 'test',
      resolve: (_hostname, _options, found) => found(null, [{ address: '10.0.0.5', family: 4 }]),
    });
    await using node = await makeNode({ name: 'alice', network });
    const owner = await claimNode(node);
    const { keys } = await service.subscribe((await node.call(readPush, {})).public_key);
    assert.equal((await put(owner, { endpoint: 'https://push.example.com/1', keys })).status, 204);
    await happen(node, message(carol, 'm1'));
    await eventually('it is forgotten', async () => (await devices(node)).length === 0);
  });

  it('cannot be at an address inside, without encryption, or with keys that are none', async () => {
    await using r = await rig();
    const good = r.browser;
    const { endpoint, keys } = good;
    const wrong = [
      { endpoint: 'http://169.254.169.254/latest/meta-data', keys },
      { endpoint: 'https://10.0.0.1/push', keys },
      { endpoint: 'https://[fd00::1]/push', keys },
      { endpoint: 'http://push.example.com/1', keys },
      { endpoint: 'https://user:secret@push.example.com/1', keys },
      { endpoint: 'file:///etc/passwd', keys },
      { endpoint: 'nonsense', keys },
      { endpoint, keys: { ...keys, auth: 'c2hvcnQ' } },
      { endpoint, keys: { ...keys, p256dh: keys.auth } },
      { endpoint, keys: { ...keys, p256dh: `${keys.p256dh.slice(0, -4)}AAAA` } },
    ];
    for (const one of wrong) assert.equal((await put(r.owner, one)).status, 422, one.endpoint);
    assert.equal((await put(r.owner, { endpoint: 'x'.repeat(5_000), keys })).ok, false);
    await assert.rejects(r.node.call(api.subscribe, { body: good }), { code: 'notifications/no-session' });
    assert.equal((await devices(r.node)).length, 1);
  });
});
