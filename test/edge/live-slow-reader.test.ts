// A live client that stops reading, over a real socket: what waits for it is bounded, and it learns why it is closed.
import { eventually, fakeClock, type FakeClock } from '#kit';
import type { Actor } from '#kernel/actor.ts';
import { createLog } from '#kernel/log.ts';
import type { Guard } from '#node/edge/guard.ts';
import type { Changes } from '#node/edge/live/api.ts';
import { serveLive } from '#node/edge/live/live.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';

const owner: Actor = { kind: 'account', account_id: '1', role: 'owner', session_id: 's' };
const guard: Guard = {
  owner,
  authenticate: () => Promise.resolve(owner),
  decide: () => Promise.resolve({ allow: true, why: 'test' }),
  register: () => undefined,
  measure: () => undefined,
  sessionStands: () => true,
  onSessionEnded: () => () => undefined,
};
/** One message: large, so that a few fill the system's buffers. */
const PART_BYTES = 256 * 1024;

/** A server whose log has no end. */
async function rig(clock: FakeClock) {
  let reads = 0;
  const server = createServer();
  const live = serveLive(server, {
    guard,
    clock,
    events: { onAppended: () => () => undefined },
    hosts: () => ['127.0.0.1'],
    log: createLog({ level: 'silent' }),
    read: (): Promise<Changes> => {
      reads += 1;
      const ids = ['x'.repeat(PART_BYTES)];
      return Promise.resolve({
        cursor: String(reads),
        reset: false,
        more: true,
        changes: [{ kind: 'feed', ids }],
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/live`,
    live,
    reads: () => reads,
    async [Symbol.asyncDispose]() {
      live[Symbol.dispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a live client that stops reading', () => {
  it('costs one message beyond what the system buffers, and is closed with "come back"', async () => {
    const clock = fakeClock();
    await using r = await rig(clock);
    const client = new WebSocket(r.url);
    const cursors: string[] = [];
    client.on('message', (data: Buffer) => cursors.push((JSON.parse(data.toString()) as Changes).cursor));
    const closed = once(client, 'close');
    await once(client, 'message');
    client.pause();
    let last = -1;
    // The log always has more: reading stops only because the client does not take it.
    await eventually('the node reads no further', async () => {
      const before = last;
      last = r.reads();
      await new Promise((resolve) => void setImmediate(resolve));
      return before === last;
    });
    const stopped = r.reads();
    await clock.advance(31_000);
    assert.equal(r.reads(), stopped);
    client.resume();
    const [code] = (await closed) as [number];
    assert.equal(code, 4408);
    assert.equal(r.reads(), stopped);
    // What it had been given stands: the last cursor is where it comes back.
    assert.equal(cursors.at(-1), String(stopped));
    await eventually('it is no longer counted', () => r.live.count() === 0);
  });

  it('is cut when it does not even read that', async () => {
    const clock = fakeClock();
    await using r = await rig(clock);
    const client = new WebSocket(r.url);
    client.on('error', () => undefined);
    await once(client, 'message');
    client.pause();
    let last = -1;
    await eventually('the node reads no further', () => {
      const before = last;
      last = r.reads();
      return before === last;
    });
    await clock.advance(30_000);
    await clock.advance(11_000);
    await eventually('it is no longer counted', () => r.live.count() === 0);
    client.terminate();
  });
});
