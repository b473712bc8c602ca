// What a signed receipt means for the ledger: whoever brought it, only its signature and its lines count.
// Also holds the receiver's head against ours: one that has lost messages gets them again.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Clock } from '#kernel/ports.ts';
import {
  AppError,
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
import { readPeerById, writeAcked } from '../store.ts';
import * as store from '../store-outbox.ts';

/** Rows looked at in one step of the chain, so that a transaction stays short. */
const CHAIN_STEP_ROWS = 500;

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
  readonly self: NodeId;
  /** Inside the transaction that moves the ledger. */
  readonly onDelivered: (tx: Tx, delivered: readonly Delivered[]) => Promise<void>;
}

export class Receipts {
  readonly #host: ReceiptsHost;

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
    const delivered: Delivered[] = [];
    for (const line of receipt.lines) {
      const row = rowById.get(line.id);
      if (row === undefined || row.seq !== line.seq) continue;
      const state = stateOf(line, row);
      changes.push({ row: row.row, state, code: line.code ?? null });
      if (state !== row.state && (state === 'accepted' || state === 'refused' || state === 'held')) {
        delivered.push({ id: row.id, to: to.nodeId, state, code: line.code ?? null });
      }
    }
    const head = receipt.heads.find(({ from }) => from === this.#host.self);
    await this.#host.db.write(async (tx) => {
      await store.moveStates(tx, changes, { at, attempted });
      if (delivered.length > 0) await this.#host.onDelivered(tx, delivered);
      if (head !== undefined) await this.#compare(tx, to, head, at);
    });
  }

  async #compare(tx: Tx, to: { nodeId: NodeId; peer: number }, head: ReceiptHead, at: number): Promise<void> {
    const peer = await readPeerById(tx, to.peer);
    if (peer === undefined || head.generation !== peer.out_generation) return;
    if (head.seq < peer.acked_seq) {
      // The receiver has gone back (a restore): it gets again what it has lost, as far as it is kept.
      const lost = await store.readRange(tx, {
        peer: to.peer,
        from: head.seq + 1,
        to: peer.acked_seq,
        limit: CHAIN_STEP_ROWS,
      });
      await store.requeue(
        tx,
        lost.filter(({ state }) => state === 'accepted').map(({ row }) => row),
        at,
      );
      await writeAcked(tx, to.peer, head.seq, head.seq === 0 ? null : fromBase64Url(head.head, 32));
      this.#host.log.warn(
        { to: to.nodeId, from_seq: head.seq },
        'a node has lost messages; they are sent again',
      );
      return;
    }
    const known = splitSeq(peer.acked_seq).generation === head.generation;
    let chain =
      known && peer.acked_head !== null
        ? peer.acked_head
        : headZero(this.#host.self, to.nodeId, head.generation);
    let seq = known ? peer.acked_seq : 0;
    const rows = await store.readRange(tx, {
      peer: to.peer,
      from: Math.max(seq, head.generation * 2 ** 32) + 1,
      to: head.seq,
      limit: CHAIN_STEP_ROWS,
    });
    for (const row of rows) {
      if (row.state === 'cancelled' || row.state === 'expired') chain = voidHead(chain, row.seq);
      else if (row.payload !== null) chain = nextHead(chain, row.seq, row.id, sha256(utf8(row.payload)));
      seq = row.seq;
    }
    if (rows.length > 0) await writeAcked(tx, to.peer, seq, chain);
    if (seq === head.seq && seq > 0 && !Buffer.from(chain).equals(fromBase64Url(head.head, 32))) {
      this.#host.log.warn({ to: to.nodeId, seq }, 'the chain heads of this pair differ');
    }
  }
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
