// The system's randomness, cut from a block: every byte is given out once, and to one caller.
import { systemRandom } from '#kernel/ports.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

describe('the system randomness', () => {
  it('gives as many bytes as were asked for, never the same ones, across many blocks', () => {
    const seen = new Set<string>();
    for (let round = 0; round < 2_000; round += 1) {
      for (const length of [10, 16, 33, 64, 65, 200]) {
        const bytes = systemRandom.bytes(length);
        assert.equal(bytes.length, length);
        seen.add(Buffer.from(bytes).toString('hex'));
      }
    }
    assert.equal(seen.size, 12_000);
    assert.equal(systemRandom.bytes(0).length, 0);
  });

  it('gives each caller memory of its own', () => {
    const first = systemRandom.bytes(32);
    assert.equal(first.buffer.byteLength, 32);
    const before = Buffer.from(first).toString('hex');
    systemRandom.bytes(32).fill(0);
    assert.equal(Buffer.from(first).toString('hex'), before);
  });

  it('gives units in [0, 1), spread over it', () => {
    const units = Array.from({ length: 10_000 }, () => systemRandom.unit());
    assert.ok(units.every((unit) => unit >= 0 && unit < 1));
    assert.ok(units.some((unit) => unit < 0.1) && units.some((unit) => unit > 0.9));
  });
});
