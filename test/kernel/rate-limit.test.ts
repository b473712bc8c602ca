// Token buckets by key: what may come at once, what comes back, and what one address is.
import { addressPrefix, createRateLimiter } from '#kernel/rate-limit.ts';
import { fakeClock } from '#kit/fake-clock.ts';
import { AppError } from '#protocol';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const limit = { burst: 3, perSecond: 0.5 } as const;

function limiter(options: { readonly burst: number; readonly perSecond: number } = limit) {
  const clock = fakeClock();
  const made = createRateLimiter(clock, options, 'area/too-many');
  return {
    clock,
    take: (key: string, cost?: number) => made.take(key, cost),
    demand: (key: string) => made.require(key),
  };
}

describe('a rate limiter', () => {
  it('lets a burst through, then says how long to wait', () => {
    const { take } = limiter();
    assert.deepEqual([take('a'), take('a'), take('a')], [0, 0, 0]);
    assert.equal(take('a'), 2);
    assert.equal(take('a'), 2, 'asking in vain costs nothing');
  });

  it('counts each key for itself', () => {
    const { take } = limiter();
    for (let i = 0; i < 3; i += 1) take('a');
    assert.equal(take('a') > 0, true);
    assert.equal(take('b'), 0);
  });

  it('gives back by time, exactly when it said, and never more than the burst', async () => {
    const { clock, take } = limiter();
    for (let i = 0; i < 3; i += 1) take('a');
    await clock.advance(1_999);
    assert.ok(take('a') > 0);
    await clock.advance(1);
    assert.equal(take('a'), 0);
    assert.ok(take('a') > 0);
    await clock.advance(3_600_000);
    assert.deepEqual([take('a'), take('a'), take('a'), take('a')], [0, 0, 0, 2]);
  });

  it('takes several tokens at once or none of them', async () => {
    const { clock, take } = limiter();
    assert.equal(take('a', 2), 0);
    assert.equal(take('a', 2), 2);
    assert.equal(take('a', 1), 0, 'the refused two left the one that was there');
    await clock.advance(4_000);
    assert.equal(take('a', 2), 0);
  });

  it('neither takes tokens away nor stops giving when the clock steps back', async () => {
    const { clock, take } = limiter();
    take('a');
    const before = clock.now();
    clock.step(before - 3_600_000);
    assert.deepEqual([take('a'), take('a')], [0, 0], 'the two that were left');
    assert.equal(take('a'), 2);
    await clock.advance(2_000);
    assert.equal(take('a'), 0, 'time counts from where the clock stands now');
  });

  it('throws its code, a sentence in both languages and the seconds to wait', () => {
    const { demand } = limiter({ burst: 1, perSecond: 0.4 });
    demand('a');
    assert.throws(
      () => demand('a'),
      (error) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.category, error.code, error.retryAfterS], ['limit', 'area/too-many', 2.5]);
        assert.match(error.safe.en, /try again in 3 s/);
        assert.match(error.safe.fr, /réessayez dans 3 s/);
        return true;
      },
    );
    demand('b');
  });

  it('remembers a bounded number of keys, and forgets the one that was quiet longest', () => {
    const { take } = limiter({ burst: 1, perSecond: 0.000_001 });
    take('busy');
    take('quiet');
    for (let i = 0; i < 49_998; i += 1) take(`key ${i}`);
    assert.ok(take('busy') > 0, 'the older of the two, but asked for last');
    take('one more');
    assert.ok(take('busy') > 0);
    assert.equal(take('quiet'), 0, 'it was forgotten, so that its bucket is full');
  });
});

describe('the part of an address that is limited', () => {
  it('is the /24 of IPv4', () => {
    assert.equal(addressPrefix('203.0.113.7'), addressPrefix('203.0.113.250'));
    assert.notEqual(addressPrefix('203.0.113.7'), addressPrefix('203.0.114.7'));
  });

  it('is the /64 of IPv6, however it is written', () => {
    assert.equal(addressPrefix('2001:db8:1:2::1'), addressPrefix('2001:DB8:1:2:ffff:0:0:9'));
    assert.notEqual(addressPrefix('2001:db8:1:2::1'), addressPrefix('2001:db8:1:3::1'));
    assert.equal(addressPrefix('fe80::1%eth0'), addressPrefix('fe80::2'));
  });

  it('is that of IPv4 where IPv6 only carries it', () => {
    assert.equal(addressPrefix('::ffff:203.0.113.7'), addressPrefix('203.0.113.250'));
    assert.equal(addressPrefix('::ffff:cb00:7107'), addressPrefix('203.0.113.250'));
    assert.notEqual(addressPrefix('::ffff:203.0.114.7'), addressPrefix('203.0.113.7'));
  });

  it('keeps the two families apart', () => {
    assert.notEqual(addressPrefix('1.2.3.4'), addressPrefix('102:300::1'));
  });

  it('is one for everything that is no address, such as a socket file', () => {
    for (const text of ['', 'unix:', '203.0.113', '203.0.113.7, 1.2.3.4', 'example.org']) {
      assert.equal(addressPrefix(text), 'local');
    }
  });
});
