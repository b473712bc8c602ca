// The order of one pair's messages, as a pure function: what is next, what waits behind a gap, what was there before.
// A `void` message cancels the numbers of its ranges. A new generation starts a new chain and fences the older one off.
// See docs/protocol.md "Delivery".
import { envelopeSeq, splitSeq, type NodeId, type ParsedEnvelope } from '#protocol';
import type { Refusal } from '../model.ts';
import { refusals } from '../model.ts';

/** What the sender is told about one envelope. */
export interface Line {
  readonly verdict: 'accepted' | 'duplicate' | 'refused' | 'held' | 'later';
  readonly refusal?: Refusal;
  readonly receivedAt: number;
}

/** An authentic envelope on its way into the database. */
export interface Arrival {
  readonly parsed: ParsedEnvelope;
  readonly from: NodeId;
  readonly generation: number;
  readonly n: number;
  /** Hex of the id, and of the first half of the payload's hash. */
  readonly id: string;
  readonly hash: string;
  /** What a `void` message cancels: inclusive ranges of seqs. It counts at once, even while it waits itself. */
  readonly voids: readonly (readonly [number, number])[];
  /** As the message's schema gives it back. */
  readonly payload: unknown;
  /** Known before the transaction: an unknown type, a payload that does not fit. */
  readonly refusal: Refusal | undefined;
  readonly receivedAt: number;
  /** It comes from the held messages, not from the wire. */
  readonly stored: boolean;
  line: Line | undefined;
}

/** One step of a pair's chain: a message, or (without one) a seq that its sender has cancelled. */
export interface Link {
  readonly seq: number;
  readonly arrival: Arrival | undefined;
}

export interface Sequenced {
  readonly generation: number;
  readonly n: number;
  /** A higher generation has begun: the chain starts anew, what was held is void. */
  readonly restarted: boolean;
  readonly ready: readonly Link[];
  readonly hold: readonly Arrival[];
  /** Numbers consumed before: answered from what is remembered. */
  readonly replays: readonly Arrival[];
  /** The same envelope again within this group: answered as its twin. */
  readonly copies: readonly { readonly copy: Arrival; readonly of: Arrival }[];
}

/** Sorts a pair's arrivals against its state; sets the lines of those refused by their number alone. */
export function sequence(
  state: { readonly generation: number; readonly n: number },
  arrivals: readonly Arrival[],
): Sequenced {
  const generation = arrivals.reduce((max, arrival) => Math.max(max, arrival.generation), state.generation);
  const restarted = generation > state.generation;
  const result = { ready: [] as Link[], hold: [] as Arrival[], replays: [] as Arrival[] };
  const copies: { copy: Arrival; of: Arrival }[] = [];
  const voided = voidedNumbers(arrivals, generation);
  let n = restarted ? 0 : state.n;
  const passVoided = (): void => {
    for (; voided.has(n + 1); n += 1) {
      result.ready.push({ seq: envelopeSeq(generation, n + 1), arrival: undefined });
    }
  };
  let before: Arrival | undefined;
  passVoided();
  for (const arrival of inOrder(arrivals)) {
    if (arrival.generation < generation) {
      arrival.line = refused(arrival, refusals.oldGeneration);
      continue;
    }
    if (before?.n === arrival.n) {
      if (before.hash === arrival.hash && before.id === arrival.id)
        copies.push({ copy: arrival, of: before });
      else arrival.line = refused(arrival, before.id === arrival.id ? refusals.idUsed : refusals.seqUsed);
      continue;
    }
    before = arrival;
    if (arrival.n <= n) {
      if (voided.has(arrival.n)) arrival.line = refused(arrival, refusals.seqUsed);
      else result.replays.push(arrival);
    } else if (arrival.n === n + 1) {
      n += 1;
      result.ready.push({ seq: arrival.parsed.envelope.seq, arrival });
      passVoided();
    } else if (voided.has(arrival.n)) {
      arrival.line = refused(arrival, refusals.seqUsed);
    } else {
      result.hold.push(arrival);
    }
  }
  return { generation, n, restarted, ...result, copies };
}

/** The numbers that the group's `void` messages cancel. Their schema bounds how many one can name. */
function voidedNumbers(arrivals: readonly Arrival[], generation: number): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const { voids } of arrivals) {
    for (const [from, to] of voids) {
      const first = splitSeq(from);
      if (first.generation !== generation) continue;
      for (let n = first.n; n <= first.n + (to - from); n += 1) numbers.add(n);
    }
  }
  return numbers;
}

/** By seq; held messages before their copies from the wire. Most groups are in order already. */
function inOrder(arrivals: readonly Arrival[]): readonly Arrival[] {
  const seqOf = (arrival: Arrival): number => arrival.parsed.envelope.seq;
  const sorted = arrivals.every((arrival, i) => {
    const previous = arrivals[i - 1];
    return previous === undefined || seqOf(previous) <= seqOf(arrival);
  });
  if (sorted) return arrivals;
  return arrivals.toSorted((a, b) => seqOf(a) - seqOf(b) || Number(b.stored) - Number(a.stored));
}

function refused(arrival: Arrival, refusal: Refusal): Line {
  return { verdict: 'refused', refusal, receivedAt: arrival.receivedAt };
}
