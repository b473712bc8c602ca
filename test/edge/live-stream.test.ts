// The stream of one live client: bounded by reading, closed when the client does not take it, kept alive by beats.
import { fakeClock } from '#kit';
import type { Changes } from '#node/edge/live/api.ts';
import { openStream, type Sink } from '#node/edge/live/stream.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

/** A log that always has more, and a client that takes what it is told to take. */
function rig(options: { readonly endless: boolean }) {
  const clock = fakeClock();
  const sent: Changes[] = [];
  const closed: number[] = [];
  const failures: unknown[] = [];
  let reads = 0;
  let take: (() => void) | undefined;
  let slow = false;
  const sink: Sink = {
    isOpen: () => closed.length === 0,
    close: (code) => closed.push(code),
    send: (text) => {
      sent.push(JSON.parse(text) as Changes);
      return slow ? new Promise((resolve) => (take = resolve)) : Promise.resolve();
    },
  };
  const stream = openStream(sink, {
    clock,
    after: undefined,
    onFailure: (error) => failures.push(error),
    read: (after) => {
      reads += 1;
      // A client that takes everything is given a hundred parts, then the log has ended.
      const more = options.endless && (slow || reads < 100);
      const cursor = String(Number(after ?? 0) + (options.endless ? 1 : 0));
      const changes = options.endless ? [{ kind: 'feed' as const, ids: [cursor] }] : [];
      return Promise.resolve({ cursor, reset: false, more, changes });
    },
  });
  return {
    ...{ clock, sent, closed, failures, stream },
    reads: () => reads,
    slowDown: () => (slow = true),
    take: () => take?.(),
  };
}

describe('a live stream', () => {
  it('reads on only when the client has taken the last message, then closes it with "come back"', async () => {
    const r = rig({ endless: true });
    r.slowDown();
    await r.clock.advance(1);
    const reads = r.reads();
    for (let i = 0; i < 1_000; i += 1) r.stream.wake();
    await r.clock.advance(29_000);
    assert.deepEqual([r.reads(), r.sent.length, r.closed.length], [reads, 1, 0]);
    r.take();
    await r.clock.advance(1_500);
    assert.deepEqual([r.sent.length, r.closed.length], [2, 0]);
    await r.clock.advance(30_000);
    assert.deepEqual(r.closed, [4408]);
    r.take();
    await r.clock.advance(60_000);
    assert.equal(r.sent.length, 2);
    assert.deepEqual(r.failures, []);
  });

  it('gives a client that reads all there is', async () => {
    const r = rig({ endless: true });
    await r.clock.advance(1_000);
    assert.equal(r.sent.length, 100);
    assert.equal(r.sent.at(-1)?.cursor, '100');
  });

  it('greets at once, beats while nothing happens, and is silent after its end', async () => {
    const r = rig({ endless: false });
    await r.clock.advance(1);
    assert.equal(r.sent.length, 1);
    r.stream.wake();
    await r.clock.advance(29_000);
    assert.equal(r.sent.length, 1);
    await r.clock.advance(61_000);
    assert.equal(r.sent.length, 4);
    r.stream[Symbol.dispose]();
    await r.clock.advance(120_000);
    assert.equal(r.sent.length, 4);
  });
});
