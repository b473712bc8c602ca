// The registry when its store fails or is slow, and when many ask at once: nobody is shown as gone, no poll sleeps
// beside a box that has come, and one caller's share is not another's.
import { createJobs } from '#kernel/jobs.ts';
import { createLog } from '#kernel/log.ts';
import { systemRandom } from '#kernel/ports.ts';
import { fakeClock, type FakeClock } from '#kit/fake-clock.ts';
import { MAILBOX_BUCKETS, MAILBOX_OVERHEAD_BYTES, toBase64Url } from '#protocol';
import { createPresence } from '#registry/presence.ts';
import { createRelay } from '#registry/relay.ts';
import type { MailboxItem, RegistryStore, StoredNode } from '#registry/store/store.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { registryRig } from './rig.ts';

const jobsOn = (clock: FakeClock) =>
  createJobs({ clock, random: systemRandom, log: createLog({ level: 'silent' }) });
const storeWith = (parts: Partial<RegistryStore>): RegistryStore => parts as RegistryStore;

describe('presence', () => {
  it('keeps the signs of life that could not be written, and writes them later', async () => {
    const clock = fakeClock();
    const written: [string, number][] = [];
    let full = true;
    const store = storeWith({
      seen: (batch) => {
        if (full) return Promise.reject(new Error('disk full'));
        written.push(...batch);
        return Promise.resolve();
      },
    });
    const presence = createPresence({ store, clock, jobs: jobsOn(clock) });
    presence.seen('alice');
    const at = clock.now();
    await assert.rejects(presence.flush());
    assert.equal(presence.lastSeen('alice'), at);
    full = false;
    await presence.flush();
    assert.deepEqual(written, [['alice', at]]);
    assert.equal(presence.lastSeen('alice'), 0);
  });

  it('keeps a sign of life that comes while older ones are being written', async () => {
    const clock = fakeClock();
    const writing = Promise.withResolvers<undefined>();
    const store = storeWith({ seen: () => writing.promise });
    const presence = createPresence({ store, clock, jobs: jobsOn(clock) });
    presence.seen('alice');
    const flushed = presence.flush();
    assert.equal(presence.lastSeen('alice'), clock.now());
    await clock.advance(1_000);
    presence.seen('alice');
    writing.resolve(undefined);
    await flushed;
    assert.equal(presence.lastSeen('alice'), clock.now());
  });
});

describe('a poll', () => {
  it('does not sleep beside a box that came while it looked', async () => {
    const clock = fakeClock();
    const looked = Promise.withResolvers<undefined>();
    const boxes: MailboxItem[] = [];
    let looks = 0;
    const store = storeWith({
      node: () => Promise.resolve({ deactivated: false } as StoredNode),
      contacts: () => Promise.resolve(undefined),
      deposit: ({ box, received_at }) => {
        boxes.push({ item_id: '1', box, received_at });
        return Promise.resolve({ stored: true, item_id: '1' });
      },
      items: async () => {
        const found = [...boxes];
        looks += 1;
        if (looks === 1) await looked.promise;
        return found;
      },
    });
    const relay = createRelay({ store, clock, jobs: jobsOn(clock), pseudonymKey: new Uint8Array(32) });
    const poll = relay.collect({ nodeId: 'bob', waitS: 25, signal: new AbortController().signal });
    const box = toBase64Url(new Uint8Array(MAILBOX_BUCKETS[0] + MAILBOX_OVERHEAD_BYTES));
    await relay.deposit({ from: 'alice', to: 'bob', box });
    let answered = 0;
    const ended = poll.then((items) => (answered = items.length));
    looked.resolve(undefined);
    await clock.advance(0);
    assert.equal(answered, 1);
    relay.close();
    await ended;
  });

  it('leaves nothing behind when its client goes, its time ends, or a newer one comes', async () => {
    const clock = fakeClock();
    const store = storeWith({ items: () => Promise.resolve([]) });
    const relay = createRelay({ store, clock, jobs: jobsOn(clock), pseudonymKey: new Uint8Array(32) });
    const poll = (signal = new AbortController().signal) =>
      relay.collect({ nodeId: 'bob', waitS: 25, signal });
    const gone = new AbortController();
    const first = poll(gone.signal);
    await clock.advance(0);
    gone.abort();
    assert.deepEqual(await first, []);
    const older = poll();
    await clock.advance(0);
    const newer = poll();
    assert.deepEqual(await older, []);
    await clock.advance(25_000);
    assert.deepEqual(await newer, []);
    assert.deepEqual(await poll(AbortSignal.abort()), []);
  });
});

describe('a registry behind a proxy', () => {
  it('counts those who come without a usable X-Forwarded-For by their own address', async () => {
    await using rig = await registryRig();
    const look = async (localAddress: string, forwarded: string): Promise<number> => {
      const path = '/api/v1/nodes/discover';
      const url = new URL(path, rig.url);
      const outgoing = httpRequest(url, { localAddress, headers: { 'x-forwarded-for': forwarded } });
      outgoing.end();
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode ?? 0;
    };
    let status = 200;
    for (let turn = 0; turn <= 300 && status === 200; turn += 1) status = await look('127.0.1.1', 'unknown');
    assert.equal(status, 429);
    assert.equal(await look('127.0.2.1', 'unknown'), 200);
  });
});
