// What a receiver lacks of this node's messages: sent again as they were, or, where they are not kept any more,
// cancelled by a `void`, so that no gap blocks a pair for ever. See docs/protocol.md "Delivery", "Missing messages".
import type { Tx } from '#kernel/db/database.ts';
import { VOID_SEQS_MAX, type MessageId, type NodeId } from '#protocol';
import type { SeqRange } from '../model.ts';
import type { Queue } from './queue.ts';
import * as store from '../store-outbox.ts';

/** The stretches of `first` to `last` that `present` (ascending) leaves out, none longer than one `void` can cancel. */
export function missingRanges(first: number, last: number, present: readonly number[]): SeqRange[] {
  const ranges: SeqRange[] = [];
  let next = first;
  for (const seq of [...present, last + 1]) {
    for (; next < seq; next += VOID_SEQS_MAX) ranges.push([next, Math.min(seq, next + VOID_SEQS_MAX) - 1]);
    next = seq + 1;
  }
  return ranges;
}

/** Whether the receiver can still have this message. */
export function isKept(row: store.OutboxRow): boolean {
  return row.state !== 'cancelled' && row.state !== 'expired' && (row.payload ?? row.draft) !== null;
}

/** Queues again what is kept of a stretch and cancels the rest; returns how many of each there were. */
export async function refill(
  tx: Tx,
  queue: Queue,
  lost: {
    readonly to: NodeId;
    readonly peer: number;
    readonly first: number;
    readonly last: number;
    readonly limit: number;
    readonly at: number;
  },
): Promise<{ again: number; cancelled: readonly MessageId[] }> {
  const { to, peer, first, limit, at } = lost;
  const rows = await store.readRange(tx, { peer, from: first, to: lost.last, limit });
  const last = rows.length < limit ? lost.last : (rows.at(-1)?.seq ?? lost.last);
  const kept = rows.filter(isKept);
  const settled = kept.filter(({ state }) => state === 'accepted' || state === 'refused');
  if (settled.length > 0)
    await store.requeue(
      tx,
      settled.map(({ row }) => row),
      at,
    );
  const missing = missingRanges(
    first,
    last,
    kept.map(({ seq }) => seq),
  );
  return { again: settled.length, cancelled: await queue.cancelSeqs(tx, { to, peer, ranges: missing }) };
}
