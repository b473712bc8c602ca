// What a signed receipt means for the ledger: whoever brought it, only its signature and its lines count.
// Also holds the receiver's head against ours: one that has lost messages gets them again.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock } from '#kernel/ports.ts';
import {
  AppError,
  SEQ_PER_GENERATION,
  fromBase64Url,
  headZero,
  nextHead,
  parseReceipt,
  sha256,
  splitSeq,
  utf8,
  verifyReceipt,
  voidHead,
  type MessageId,
  type NodeId,
  type Receipt,
  type ReceiptHead,
  type ReceiptLine,
} from '#protocol';
import type { Log } from '#kernel/log.ts';
import { isPending } from '../model.ts';
import { readPeerById, writeAcked, writeParted, type PeerRow } from '../store.ts';
import * as store from '../store-outbox.ts';
import { tellUndelivered } from './queue.ts';
import type { refill } from './ranges.ts';
import type { Tidings } from './tidings.ts';

/** Rows looked at in one step of the chain, so that a transaction stays short. */
const CHAIN_STEP_ROWS = 500;
/** A node that says again that it has lost the same is believed after this pause. */
const REFILL_PAUSE_MS = 60_000;
/** A pair that goes on differing is told again after this. */
const PARTED_AGAIN_MS = 86_400_000;

export interface Delivered {
  readonly id: MessageId;
  readonly to: NodeId;
  readonly state: 'accepted' | 'refused' | 'held';
  readonly code: string | null;
}

export interface ReceiptsHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: Events;
  readonly tidings: Tidings;
  readonly self: NodeId;
  /** Inside the transaction that moves the ledger. */
  readonly onDelivered: (tx: Tx, delivered: readonly Delivered[]) => Promise<void>;
  /** Queues again what a receiver has lost, and wakes its delivery. */
  readonly refill: (tx: Tx, lost: Parameters<typeof refill>[2]) => ReturnType<typeof refill>;
}

export class Receipts {
  readonly #host: ReceiptsHost;
  /** How far those that have lost messages had come when they were last refilled. */
  readonly #refilled = new Map<NodeId, { readonly consumed: number; readonly at: number }>();

  constructor(host: ReceiptsHost) {
    this.#host = host;
  }

  /** The receipt, if it is whole and signed by this node. @throws federation/bad-receipt */
  async open(bytes: Uint8Array, from: NodeId, signingKey: Uint8Array): Promise<Receipt> {
    let cause: unknown;
    try {
      const parsed = parseReceipt(bytes);
      if (parsed.receipt.from === from && (await verifyReceipt(parsed, signingKey))) return parsed.receipt;
    } catch (error) {
      cause = error;
    }
    throw new AppError({
      category: 'unavailable',
      code: 'federation/bad-receipt',
      safe: {
        en: 'The other node answered nonsense. Nothing was lost; this node tries again.',
        fr: "L'autre nœud a répondu de façon incohérente. Rien n'est perdu ; ce nœud réessaiera.",
      },
      cause,
    });
  }

  /** Moves the ledger by a receipt's lines and head. `attempted`: the lines answer an attempt of ours. */
  async settle(
    to: { readonly nodeId: NodeId; readonly peer: number },
    receipt: Receipt,
    rows: readonly store.OutboxRow[],
    attempted: boolean,
  ): Promise<void> {
    const at = this.#host.clock.now();
    const rowById = new Map(rows.map((row) => [row.id, row]));
    const changes: store.StateChange[] = [];
    const moved: store.OutboxRow[] = [];
    const refused: store.OutboxRow[] = [];
    const delivered: Delivered[] = [];
    for (const line of receipt.lines) {
      const row = rowById.get(line.id);
      if (row === undefined || row.seq !== line.seq) continue;
      const state = stateOf(line, row);
      const code = line.code ?? null;
      changes.push({ row: row.row, state, code });
      if (state === row.state && code === row.code) continue;
      moved.push(row);
      if (state === 'refused' && isPending(row.state)) refused.push({ ...row, code });
      if (state !== row.state && (state === 'accepted' || state === 'refused' || state === 'held')) {
        delivered.push({ id: row.id, to: to.nodeId, state, code });
      }
    }
    const head = receipt.heads.find(({ from }) => from === this.#host.self);
    await this.#host.db.write(async (tx) => {
      await store.moveStates(tx, changes, { at, attempted });
      if (delivered.length > 0) await this.#host.onDelivered(tx, delivered);
      if (refused.length > 0) {
        const { events, self } = this.#host;
        await tellUndelivered({ events, self: () => self }, tx, to.nodeId, refused, 'refused');
      }
      this.#host.tidings.moved(tx, moved);
      if (head !== undefined) await this.#compare(tx, to, head, at);
    });
  }

  /** Holds the receiver's head against what was sent. */
  async #compare(tx: Tx, to: { nodeId: NodeId; peer: number }, head: ReceiptHead, at: number): Promise<void> {
    const peer = await readPeerById(tx, to.peer);
    if (peer === undefined || head.generation !== peer.out_generation) return;
    const start = head.generation * SEQ_PER_GENERATION;
    const known = splitSeq(peer.acked_seq).generation === head.generation;
    const acked = known ? Math.max(peer.acked_seq, start) : start;
    const consumed = Math.max(head.seq, start);
    // A head beyond what was ever sent moves nothing: this node has gone back, or the other one errs.
    if (consumed > start + peer.out_n) return this.#part(tx, peer, head.seq, at);
    if (consumed < acked) return this.#refill(tx, to, { consumed, acked, at });
    this.#refilled.delete(to.nodeId);
    const told = head.seq === 0 ? null : fromBase64Url(head.head, 32);
    // After a `void` for what had been accepted, the receiver's word is the new beginning.
    if (known && acked > start && peer.acked_head === null) return writeAcked(tx, to.peer, head.seq, told);
    const limit = CHAIN_STEP_ROWS;
    const rows = await store.readRange(tx, { peer: to.peer, from: acked + 1, to: consumed, limit });
    const end = rows.length < limit ? consumed : (rows.at(-1)?.seq ?? consumed);
    if (end === acked) return;
    const base = acked > start ? peer.acked_head : null;
    const chain = chainOver(base ?? headZero(this.#host.self, to.nodeId, head.generation), rows);
    if (end < consumed || told === null || Buffer.from(chain).equals(told)) {
      return writeAcked(tx, to.peer, end, chain);
    }
    await this.#part(tx, peer, end, at);
    await writeAcked(tx, to.peer, head.seq, told);
  }

  /** The receiver has consumed something else than was sent, or more: the owner sees it, and delivery goes on. */
  async #part(tx: Tx, peer: PeerRow, seq: number, at: number): Promise<void> {
    const { log, events } = this.#host;
    const again =
      peer.parted_seq !== null &&
      splitSeq(peer.parted_seq).generation === splitSeq(seq).generation &&
      at - (peer.parted_at ?? 0) < PARTED_AGAIN_MS;
    if (again) return;
    log.warn(
      { to: peer.node_id, seq },
      'the chain heads of this pair differ; delivery goes on from the receiver’s',
    );
    await writeParted(tx, peer.id, seq, at);
    await events.append(tx, [
      { type: 'federation.heads_differ', subject: peer.node_id, actor: `node:${peer.node_id}`, new: { seq } },
    ]);
  }

  /** The receiver has gone back (a restore): it gets again what it has lost, or is told that it is not kept. */
  async #refill(
    tx: Tx,
    to: { nodeId: NodeId; peer: number },
    lost: { readonly consumed: number; readonly acked: number; readonly at: number },
  ): Promise<void> {
    const before = this.#refilled.get(to.nodeId);
    // Who makes no progress is not served in a circle.
    if (before !== undefined && lost.consumed <= before.consumed && lost.at < before.at + REFILL_PAUSE_MS)
      return;
    this.#refilled.set(to.nodeId, { consumed: lost.consumed, at: lost.at });
    const { again, cancelled } = await this.#host.refill(tx, {
      to: to.nodeId,
      peer: to.peer,
      first: lost.consumed + 1,
      last: lost.acked,
      limit: CHAIN_STEP_ROWS,
      at: lost.at,
    });
    if (cancelled.length > 0) await writeAcked(tx, to.peer, lost.acked, null);
    if (again > 0) {
      this.#host.tidings.allMoved(tx);
      this.#host.log.warn(
        { to: to.nodeId, from_seq: lost.consumed, count: again },
        'a node has lost messages; they are sent again',
      );
    }
  }
}

/** The chain's head after these rows. */
function chainOver(base: Uint8Array, rows: readonly store.OutboxRow[]): Uint8Array {
  let chain = base;
  for (const { state, seq, id, payload } of rows) {
    const cancelled = state === 'cancelled' || state === 'expired' || payload === null;
    chain = cancelled ? voidHead(chain, seq) : nextHead(chain, seq, id, sha256(utf8(payload)));
  }
  return chain;
}

function stateOf(line: ReceiptLine, row: store.OutboxRow): store.StateChange['state'] {
  switch (line.verdict) {
    case 'accepted':
    case 'duplicate':
      return 'accepted';
    case 'refused':
      return 'refused';
    case 'held':
      return 'held';
    default:
      return row.state;
  }
}
