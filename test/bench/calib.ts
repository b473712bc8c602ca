// The yardstick: synchronous Ed25519 verifications a second on one core, with a KeyObject that is kept.
// Benchmarks quote their figures as ratios to it, measured in the same run (docs/architecture.md, Measuring).
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import type { BenchContext } from '../../scripts/bench.ts';

const MESSAGE_BYTES = 300;
// Distinct messages, so that nothing is measured but the verification.
const MESSAGES = 64;
const WARM_UP_MS = 300;
// The best of several rounds: a busy neighbour only ever slows a round down.
const ROUNDS = 5;
const ROUND_MS = 400;

export const name = 'calib';
export const description = 'Ed25519 verifications a second on one core: what other figures are divided by';

export async function run(context: BenchContext): Promise<void> {
  context.report(name, measureCalib());
}

/** Answers verifications a second: the best of a few rounds, two seconds in all. */
function measureCalib(): number {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const messages = Array.from({ length: MESSAGES }, () => randomBytes(MESSAGE_BYTES));
  const signed = messages.map((message) => ({ message, signature: sign(null, message, privateKey) }));
  const verifyFor = (durationMs: number): number => {
    const started = performance.now();
    let count = 0;
    let elapsed = 0;
    while (elapsed < durationMs) {
      for (const { message, signature } of signed) assert.ok(verify(null, message, publicKey, signature));
      count += signed.length;
      elapsed = performance.now() - started;
    }
    return (count * 1000) / elapsed;
  };
  verifyFor(WARM_UP_MS);
  return Math.max(...Array.from({ length: ROUNDS }, () => verifyFor(ROUND_MS)));
}
