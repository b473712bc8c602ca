// What other nodes send: on the inbox path a sealed message is only kept, in sets; it is opened later (opening.ts).
// Who may write: friends, and whoever the owner wrote to or accepted; a stranger's messages wait as a request. Nobody
// writes into a conversation that the owner has left.
import type { Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { AppError, MessageId, NodeId } from '#protocol';
import { failures, REQUEST_MESSAGES_MAX, REQUESTS_MAX, type Thread, type ThreadStatus } from './model.ts';
import { noteUpdates } from './leaving.ts';
import type { Delivered, Incoming, IncomingUpdate, Mail, People, Relation } from './ports.ts';
import * as store from './store.ts';

export interface ReceivingHost {
  readonly events: Events;
  readonly self: () => NodeId;
  readonly people: Pick<People, 'relations'>;
  readonly mail: Pick<Mail, 'withdraw'>;
  /** Something waits to be opened. */
  readonly wakeOpening: () => void;
}

export interface Receiving {
  receive(tx: Tx, batch: readonly Incoming[]): Promise<{ id: MessageId; refuse: AppError }[]>;
  /** Notes who has left or is back. */
  updated(tx: Tx, batch: readonly IncomingUpdate[]): Promise<void>;
  /** Notes where own messages stand now. */
  delivered(tx: Tx, changes: readonly Delivered[]): Promise<void>;
}

export function createReceiving(host: ReceivingHost): Receiving {
  return {
    async receive(tx, batch) {
      const senders = [...new Set(batch.map(({ from }) => from))];
      const relations = await host.people.relations(tx, senders);
      const threads = await store.readThreads(tx, senders);
      // Counted only when it matters: friends never need it.
      const requests = senders.some(
        (sender) => relations.get(sender)?.friend !== true && !threads.has(sender),
      )
        ? await store.countThreads(tx, 'request')
        : 0;
      const lane = { requests };
      const refusals: { id: MessageId; refuse: AppError }[] = [];
      const taken: Incoming[] = [];
      const changes = new Map<NodeId, store.ThreadChange>();
      for (const message of batch) {
        const { from, receivedAt: at } = message;
        const change = changes.get(from);
        const judged = judge(threads.get(from), relations.get(from), change, lane);
        if (typeof judged !== 'string') {
          refusals.push({ id: message.id, refuse: judged });
          continue;
        }
        taken.push(message);
        const waiting = (change?.waiting ?? 0) + (judged === 'request' ? 1 : 0);
        changes.set(from, { peer: from, status: judged, unread: (change?.unread ?? 0) + 1, waiting, at });
      }
      if (taken.length === 0) return refusals;
      await store.insertSealed(tx, taken.map(toSealed));
      await store.moveThreads(tx, [...changes.values()]);
      tx.afterCommit(host.wakeOpening);
      return refusals;
    },

    updated: (tx, batch) => noteUpdates(host, tx, batch),

    async delivered(tx, changes) {
      await store.setDelivery(tx, changes);
    },
  };
}

/** The status of the thread that the message belongs to, or why it is refused. */
function judge(
  thread: Thread | undefined,
  relation: Relation | undefined,
  change: store.ThreadChange | undefined,
  lane: { requests: number },
): ThreadStatus | AppError {
  if (relation?.blocked === true) return failures.declined();
  if (thread?.status === 'left') return failures.left();
  if (relation?.friend === true || thread?.status === 'open') return 'open';
  if (thread?.status === 'declined') return failures.declined();
  if (thread === undefined && change === undefined) {
    if (lane.requests >= REQUESTS_MAX) return failures.tooManyRequests();
    lane.requests += 1;
  }
  const waiting = (thread?.waiting ?? 0) + (change?.waiting ?? 0);
  return waiting >= REQUEST_MESSAGES_MAX ? failures.requestFull() : 'request';
}

function toSealed({ id, from, seq, payload, receivedAt }: Incoming): store.NewSealed {
  const { enc, ciphertext } = payload;
  return { id, peer: from, seq, enc, ciphertext, at: receivedAt };
}
