// Damaged and hostile forms of valid inputs, drawn from a seed: the same seed gives the same attack.
import type { Json, JsonObject } from '#protocol';

export interface Dice {
  /** An integer below `below`. */
  int(below: number): number;
  pick<Value>(values: readonly Value[]): Value;
}

/** Mulberry32: enough for choosing attacks. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    pick(values) {
      const value = values[int(values.length)];
      if (value === undefined) throw new Error('nothing to pick from');
      return value;
    },
  };
}

const HOSTILE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  2 ** 53 - 1,
  '',
  ' ',
  'x'.repeat(5_000),
  '\u202egnp.exe',
  'e\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  '__proto__',
  "'; DROP TABLE posts; --",
  '../../etc/passwd',
  '0000-00-00T99:99:99.999Z',
  '1970-01-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  'orf://x/post/y',
  'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
  '00000000-0000-7000-8000-000000000000',
  '\u{1f469}\u200d\u{1f467}',
  '{"type":"post"}',
  '[]',
  [],
  {},
  [[[[]]]],
  { toString: 'x', valueOf: 1 },
];

/** A value with one thing inside it exchanged, taken away, doubled or added. */
export function withDamage(value: Json, { int, pick }: Dice): Json {
  if (int(4) === 0 || value === null || typeof value !== 'object') {
    if (typeof value === 'string' && value.length > 0 && int(2) === 0) {
      const at = int(value.length);
      return value.slice(0, at) + pick(['', '0', 'Z', '/', '\u0301', '\u202e', value]) + value.slice(at + 1);
    }
    return pick(HOSTILE);
  }
  if (Array.isArray(value)) {
    if (value.length === 0 || int(3) === 0) return [...value, pick(HOSTILE)];
    const at = int(value.length);
    return value.map((each, index) => (index === at ? withDamage(each, { int, pick }) : each));
  }
  const keys = Object.keys(value);
  const key = keys.length === 0 ? 'x' : pick(keys);
  const { [key]: old = null, ...rest } = value as JsonObject;
  if (int(8) === 0) return rest;
  if (int(8) === 0)
    return { ...rest, [key]: old, [pick(['x', 'constructor', key.toUpperCase()])]: pick(HOSTILE) };
  return { ...rest, [key]: withDamage(old, { int, pick }) };
}

/** Bytes with some flipped, cut out, repeated or put in. */
export function withNoise(bytes: Uint8Array, { int, pick }: Dice): Uint8Array {
  let noisy = Uint8Array.from(bytes);
  for (let turns = 1 + int(4); turns > 0; turns -= 1) {
    const at = int(noisy.length + 1);
    const length = int(Math.min(64, noisy.length - at + 1));
    const parts = pick([
      () => [noisy.subarray(0, at), noisy.subarray(at + length)],
      () => [noisy.subarray(0, at + length), noisy.subarray(at)],
      () => [noisy.subarray(0, at), Uint8Array.of(int(256)), noisy.subarray(at + 1)],
      () => [noisy.subarray(0, at), Buffer.from(pick(['{', '"', '\\', '\n', '\0', '\\u0000', '[[[[', '}}']))],
      () => [noisy.subarray(0, at)],
    ])();
    noisy = Uint8Array.from(Buffer.concat(parts));
  }
  return noisy;
}
