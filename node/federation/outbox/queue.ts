// Sending, from an area's point of view: a row in the transaction of the change that it tells of, numbered there.
// What is committed is sent sooner or later, or ends in a state with a reason. Refuses to queue without bound.
import type { Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import {
  AppError,
  canonicalize,
  envelopeSeq,
  fromUtf8,
  newMessageId,
  type Json,
  type JsonObject,
  type MessageId,
  type NodeId,
} from '#protocol';
import { identityClosed } from '#node/identity/index.ts';
import { parseMessageType, parsePayload, type MessageType, type Payload } from '#protocol/messages';
import assert from 'node:assert/strict';
import { QUEUE_PER_PEER_MAX, addressOf, expiryOf, type SeqRange } from '../model.ts';
import { ensurePeers, readPeerById, reserveNumbers } from '../store.ts';
import * as store from '../store-outbox.ts';
import type { Tidings } from './tidings.ts';

export interface Outgoing<T extends MessageType> {
  readonly to: NodeId;
  readonly type: T;
  readonly payload: Payload<T>;
  /** Overrides the type's own expiry. */
  readonly expiresAfterMs?: number;
  /** The address of what it tells of, under which its author finds where it stands. */
  readonly item?: string;
}

/** A message whose payload is made when it is first sent (sealing needs its id and seq, and no transaction). */
export interface OutgoingDraft<T extends MessageType> {
  readonly to: NodeId;
  readonly type: T;
  readonly draft: Json;
  readonly expiresAfterMs?: number;
}

export interface QueueHost {
  readonly self: () => NodeId;
  readonly generation: () => number;
  readonly closed: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly tidings: Tidings;
  /** Wakes the delivery to these nodes, after the commit. */
  readonly wake: (nodeIds: readonly NodeId[]) => void;
  /** Tries a node at once, whatever its pause. */
  readonly hurry: (nodeId: NodeId) => void;
}

export class Queue {
  readonly #host: QueueHost;

  constructor(host: QueueHost) {
    this.#host = host;
  }

  /** Queues one message. @throws identity/closed, federation/queue-full, federation/self, message/payload */
  async send<T extends MessageType>(tx: Tx, message: Outgoing<T> | OutgoingDraft<T>): Promise<MessageId> {
    const { to, type } = message;
    const item = 'item' in message ? (message.item ?? null) : null;
    const body =
      'draft' in message
        ? { payload: null, draft: JSON.stringify(message.draft) }
        : { payload: payloadText(type, message.payload), draft: null };
    const ids = await this.#queue(tx, { to: [to], type, item, ...body, ...expiry(message) });
    const id = ids.get(to);
    assert(id !== undefined);
    return id;
  }

  /** Queues the same payload to many and returns each one's message id. @throws as `send` */
  async sendMany<T extends MessageType>(
    tx: Tx,
    message: Omit<Outgoing<T>, 'to'> & { readonly to: readonly NodeId[] },
  ): Promise<ReadonlyMap<NodeId, MessageId>> {
    if (message.to.length === 0) return new Map();
    const { to, type } = message;
    return this.#queue(tx, {
      to,
      type,
      payload: payloadText(type, message.payload),
      draft: null,
      item: message.item ?? null,
      ...expiry(message),
    });
  }

  /**
   * Queues anew what was refused, cancelled or has expired, as a message of its own; what still waits is tried now.
   * @throws federation/not-found, federation/not-again for what was sealed for one message, or has arrived
   */
  async again(tx: Tx, id: MessageId): Promise<void> {
    const row = await store.findWithReceiver(tx, id);
    if (row === undefined) throw notFound();
    if (row.state === 'refused' || row.state === 'expired' || row.state === 'cancelled') {
      if (row.item === null || row.payload === null || row.type === 'direct_message') throw notAgain();
      const { type, payload, item } = row;
      await this.#queue(tx, { to: [row.node_id], type: parseMessageType(type), payload, draft: null, item });
    } else if (row.state === 'accepted') throw notAgain();
    else tx.afterCommit(() => this.#host.hurry(row.node_id));
  }

  /** Cancels what has never left, and tells the receiver that its number will not come. @throws federation/not-found, federation/already-sent */
  async cancel(tx: Tx, id: MessageId): Promise<void> {
    const row = await store.findByMessage(tx, id);
    if (row === undefined) throw notFound();
    if (row.state !== 'queued' || row.attempts > 0) {
      throw new AppError({
        category: 'conflict',
        code: 'federation/already-sent',
        safe: {
          en: 'This message has left already, or may have. Nothing was changed.',
          fr: 'Ce message est déjà parti, ou a pu partir. Rien n’a été modifié.',
        },
      });
    }
    await this.giveUp(tx, [row], 'cancelled');
  }

  /** Cancels what still waits of these, tried before or not: nobody takes it any more. Returns what was cancelled. */
  async withdraw(tx: Tx, ids: readonly MessageId[]): Promise<MessageId[]> {
    if (ids.length === 0) return [];
    const rows = (await store.listByMessages(tx, ids)).filter(({ state }) => state === 'queued');
    await this.giveUp(tx, rows, 'cancelled');
    return rows.map(({ id }) => id);
  }

  /** Ends rows as cancelled or expired and queues the `void` messages that fill their numbers. */
  async giveUp(tx: Tx, rows: readonly store.OutboxRow[], reason: 'cancelled' | 'expired'): Promise<void> {
    const at = this.#host.clock.now();
    await store.moveStates(
      tx,
      rows.map(({ row, attempts }) => ({
        row,
        state: reason,
        // It may have arrived although no receipt came back: the ledger must not claim otherwise.
        code: attempts > 0 ? 'federation/unconfirmed' : null,
      })),
      { at, attempted: false },
    );
    this.#host.tidings.moved(tx, rows);
    const byPeer = Map.groupBy(rows, ({ peer }) => peer);
    for (const [peer, given] of byPeer) {
      const to = await this.#nodeOf(tx, peer);
      if (reason === 'expired') await tellUndelivered(this.#host, tx, to, given);
      await this.cancelSeqs(tx, { to, peer, ranges: rangesOf(given.map(({ seq }) => seq)), reason });
    }
  }

  /** Queues a `void` for each of these ranges, unless the same one waits already; returns their message ids. */
  async cancelSeqs(
    tx: Tx,
    cancelled: {
      readonly to: NodeId;
      readonly peer: number;
      /** Inclusive, none above the number of seqs that one `void` may cancel. */
      readonly ranges: readonly SeqRange[];
      readonly reason?: 'cancelled' | 'expired';
    },
  ): Promise<MessageId[]> {
    const { to, peer, ranges, reason = 'expired' } = cancelled;
    const ids: MessageId[] = [];
    for (const [first, last] of ranges) {
      const payload = { ranges: [[first, last] as [number, number]], reason };
      const waiting = await store.findPendingVoid(tx, peer, payloadText('void', payload));
      ids.push(waiting ?? (await this.send(tx, { to, type: 'void', payload })));
    }
    return ids;
  }

  async #queue(
    tx: Tx,
    message: {
      readonly to: readonly NodeId[];
      readonly type: MessageType;
      readonly payload: string | null;
      readonly draft: string | null;
      readonly item: string | null;
      readonly expiresAfterMs?: number;
    },
  ): Promise<Map<NodeId, MessageId>> {
    const { clock, random, self, generation, wake } = this.#host;
    if (this.#host.closed()) throw identityClosed();
    const to = [...new Set(message.to)];
    if (to.includes(self())) {
      throw new AppError({
        category: 'invalid',
        code: 'federation/self',
        safe: 'A node sends nothing to itself.',
      });
    }
    await ensurePeers(tx, to);
    const reserved = await reserveNumbers(tx, to, generation());
    assert.equal(reserved.length, to.length);
    const now = clock.now();
    const ids = new Map<NodeId, MessageId>();
    const rows = reserved.map(({ id: peer, node_id, out_n }) => {
      const id = newMessageId(now, random.bytes(10));
      ids.set(node_id, id);
      return {
        peer,
        seq: envelopeSeq(generation(), out_n),
        id,
        type: message.type,
        payload: message.payload,
        draft: message.draft,
        item: message.item,
        created_at: now,
        expires_at: expiryOf(message.type, now, message.expiresAfterMs),
      };
    });
    await this.#refuseOverfull(tx, rows);
    await store.insertOutbox(tx, rows);
    this.#host.tidings.moved(tx, rows);
    tx.afterCommit(() => wake(to));
    return ids;
  }

  /** Counting costs; so only every hundredth message of a pair is counted. */
  async #refuseOverfull(tx: Tx, rows: readonly store.NewOutboxRow[]): Promise<void> {
    for (const { peer, seq } of rows) {
      if (seq % 100 !== 0 || (await store.countPending(tx, peer)) < QUEUE_PER_PEER_MAX) continue;
      throw new AppError({
        category: 'limit',
        code: 'federation/queue-full',
        safe: {
          en: 'Too many messages wait for this node already. Nothing was queued. Cancel some, or wait for it to return.',
          fr: 'Trop de messages attendent déjà ce nœud. Rien n’a été ajouté. Annulez-en, ou attendez son retour.',
        },
      });
    }
  }

  async #nodeOf(tx: Tx, peer: number): Promise<NodeId> {
    const row = await readPeerById(tx, peer);
    assert(row !== undefined);
    return row.node_id;
  }
}

function payloadText<T extends MessageType>(type: T, payload: Payload<T>): string {
  // The schema's output is JSON by construction; checked here so that a fault shows before it is queued.
  const json = payload as unknown as JsonObject;
  parsePayload(type, json);
  return fromUtf8(canonicalize(json));
}

function expiry(message: { readonly expiresAfterMs?: number }): { expiresAfterMs?: number } {
  return message.expiresAfterMs === undefined ? {} : { expiresAfterMs: message.expiresAfterMs };
}

/** Says, with the change itself, that somebody does not get something: because it was refused, or time is over. */
export function tellUndelivered(
  host: { readonly events: Events; readonly self: () => NodeId },
  tx: Tx,
  to: NodeId,
  rows: readonly (Pick<store.OutboxRow, 'item' | 'id' | 'type'> & { readonly code: string | null })[],
  state: 'refused' | 'expired' = 'expired',
): Promise<void> {
  return host.events.append(
    tx,
    rows.map((row) => ({
      type: 'federation.undelivered',
      subject: addressOf(row, host.self()),
      actor: `node:${to}`,
      new: { state, type: row.type, code: row.code },
    })),
  );
}

/** Seqs as inclusive ranges, one for each `void`: few enough at once that none holds more than it may cancel. */
function rangesOf(seqs: readonly number[]): SeqRange[] {
  const ranges: [number, number][] = [];
  for (const seq of seqs.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] + 1 === seq) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}

export function notFound(): AppError {
  return new AppError({
    category: 'not-found',
    code: 'federation/not-found',
    safe: {
      en: 'There is no such message in the outbox.',
      fr: "Ce message n'est pas dans la boîte d'envoi.",
    },
  });
}

function notAgain(): AppError {
  return new AppError({
    category: 'conflict',
    code: 'federation/not-again',
    safe: {
      en: 'This message cannot be sent a second time: it has arrived, or was sealed for one journey. Write it anew.',
      fr: "Ce message ne peut pas repartir : il est arrivé, ou n'était scellé que pour un trajet. Récrivez-le.",
    },
  });
}
