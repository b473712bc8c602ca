// Seqs that will never come: cancelled by their sender or expired in its outbox, so that no gap blocks a pair.
// It moves the chain on over the cancelled seqs; it can cancel nothing that was accepted.
import { z } from 'zod';
import { field } from '../wire/fields.ts';
import { SEQ_PER_GENERATION, VOID_RANGES_MAX, VOID_SEQS_MAX } from '../limits.ts';

const range = z.tuple([field.seq.min(1), field.seq.min(1)]);

/** Inclusive ranges, ascending, apart from each other, within one generation. */
export const voidRanges = z.strictObject({
  ranges: z
    .array(range)
    .min(1)
    .max(VOID_RANGES_MAX)
    .refine((ranges) => {
      let last = 0;
      let total = 0;
      const generation = Math.floor((ranges[0]?.[0] ?? 0) / SEQ_PER_GENERATION);
      for (const [from, to] of ranges) {
        // A range that touches the one before it has another spelling: one longer range.
        if (from > to || (last !== 0 && from <= last + 1)) return false;
        if (from % SEQ_PER_GENERATION === 0 || Math.floor(from / SEQ_PER_GENERATION) !== generation)
          return false;
        if (Math.floor(to / SEQ_PER_GENERATION) !== generation) return false;
        total += to - from + 1;
        last = to;
      }
      return total <= VOID_SEQS_MAX;
    }, 'ranges ascend, do not touch, stay in one generation, and hold at most 10,000 seqs'),
  reason: z.enum(['cancelled', 'expired']),
});
