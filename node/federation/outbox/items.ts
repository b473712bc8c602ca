// "Why can't they see this?": where one item stands with each who was told of it, in words, and how many in each state.
// An item is a post by its address, or a private message, which is its own. Only the newest message to each counts.
// The ledger as a whole says the same of each message, in the same words.
import type { Database, Reader } from '#kernel/db/database.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import { isUri, parseUri, type MessageId, type NodeId } from '#protocol';
import type { Text } from '#protocol/errors.ts';
import type { Delivery, DeliveryCounts, LedgerEntry } from '../api.ts';
import { addressOf, isPending, type DeliveryState } from '../model.ts';
import * as store from '../store-outbox.ts';
import { notFound, type Queue } from './queue.ts';
import { reasonText } from './reasons.ts';

/** Receivers whom one word of the owner tries again or cancels, in one transaction. */
const ITEM_STEP_MAX = 1_000;

const noCounts: DeliveryCounts = { queued: 0, relayed: 0, accepted: 0, refused: 0, cancelled: 0 };
/** The five words of the screens for the ledger's eight. `held` lies on their node already, yet counts for nothing there. */
const wordByState: Readonly<Record<DeliveryState, keyof DeliveryCounts>> = {
  queued: 'queued',
  sent: 'queued',
  held: 'queued',
  relayed: 'relayed',
  accepted: 'accepted',
  refused: 'refused',
  expired: 'cancelled',
  cancelled: 'cancelled',
};

/** Counts of these items; one that was told to nobody, or too long ago, has no entry. */
export async function countDeliveries(
  reader: Reader,
  items: readonly string[],
): Promise<ReadonlyMap<string, DeliveryCounts>> {
  const counts = new Map<string, DeliveryCounts>();
  if (items.length === 0) return counts;
  for (const { item, state, count } of await store.countByItem(reader, items)) {
    const before = counts.get(item) ?? noCounts;
    const word = wordByState[state];
    counts.set(item, { ...before, [word]: before[word] + count });
  }
  return counts;
}

export interface ItemsHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly self: () => NodeId;
  readonly queue: Queue;
  readonly names: (nodeIds: readonly NodeId[]) => Promise<ReadonlyMap<NodeId, string>>;
}

export class Items {
  readonly #host: ItemsHost;

  constructor(host: ItemsHost) {
    this.#host = host;
  }

  /** A page of the ledger, newest first. */
  async ledger(
    query: {
      readonly state?: string | undefined;
      readonly to?: string | undefined;
      readonly cursor?: string | undefined;
      readonly limit: number;
    },
    language: keyof Text = 'en',
  ): Promise<{ items: LedgerEntry[]; next_cursor: string | null }> {
    const { db, clock, names, self } = this.#host;
    const rows = await store.listLedger(db.read, {
      ...(query.state === undefined ? {} : { state: query.state }),
      ...(query.to === undefined ? {} : { to: query.to }),
      before: query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(query.cursor),
      limit: query.limit,
    });
    const usernames = await names(rows.map(({ node_id }) => node_id));
    const items = rows.map((row) => ({
      ...onItsWay(row, { username: usernames.get(row.node_id) ?? '', language, now: clock.now() }),
      state: row.state,
      ...(row.code === null ? {} : { reason: row.code }),
      item: row.type === 'direct_message' ? addressOf(row, self()) : row.item,
    }));
    return { items, next_cursor: rows.length < query.limit ? null : String(rows.at(-1)?.row ?? '') };
  }

  /** Each receiver of one of the owner's items. @throws federation/not-found */
  async list(
    query: { readonly item: string; readonly cursor?: string | undefined; readonly limit: number },
    language: keyof Text,
  ): Promise<{ items: Delivery[]; counts: DeliveryCounts; next_cursor: string | null }> {
    const { db, names, clock } = this.#host;
    const message = this.#messageOf(query.item);
    const after = query.cursor === undefined ? 0 : Number(query.cursor);
    const rows =
      message === undefined
        ? await store.listByItem(db.read, { item: query.item, after, limit: query.limit })
        : await this.#single(message);
    const usernames = await names(rows.map(({ node_id }) => node_id));
    const counts =
      message === undefined
        ? ((await countDeliveries(db.read, [query.item])).get(query.item) ?? noCounts)
        : rows.reduce((sum, { state }) => ({ ...sum, [wordByState[state]]: 1 }), noCounts);
    return {
      items: rows.map((row) => ({
        ...onItsWay(row, { username: usernames.get(row.node_id) ?? '', language, now: clock.now() }),
        state: wordByState[row.state],
        expired: row.state === 'expired',
        reason: row.code,
      })),
      counts,
      next_cursor: rows.length < query.limit ? null : String(rows.at(-1)?.row ?? ''),
    };
  }

  /** Tries again what waits, and sends anew what was refused, cancelled or has expired. @throws federation/not-found */
  async retry(item: string): Promise<number> {
    return this.#each(item, canRetry, 'again');
  }

  /** Cancels what has not left; the rest goes its way. @throws federation/not-found */
  async cancel(item: string): Promise<number> {
    return this.#each(item, canCancel, 'cancel');
  }

  async #each(
    item: string,
    wanted: (row: store.LedgerRow) => boolean,
    act: 'again' | 'cancel',
  ): Promise<number> {
    const { db, queue } = this.#host;
    const message = this.#messageOf(item);
    let after = 0;
    let done = 0;
    for (;;) {
      const rows: store.LedgerRow[] =
        message === undefined
          ? await store.listByItem(db.read, { item, after, limit: ITEM_STEP_MAX })
          : await this.#single(message);
      const chosen = rows.filter(wanted);
      await db.write(async (tx) => {
        for (const { id } of chosen) {
          // It may have moved since it was read: then it needs nothing.
          const now = await store.findWithReceiver(tx, id);
          if (now !== undefined && wanted(now)) await queue[act](tx, id);
        }
      });
      done += chosen.length;
      after = rows.at(-1)?.row ?? after;
      if (message !== undefined || rows.length < ITEM_STEP_MAX) return done;
    }
  }

  /** The id of a private message; undefined for other items. @throws federation/not-found for what is not the owner's */
  #messageOf(item: string): MessageId | undefined {
    if (!isUri(item)) throw notFound();
    const { nodeId, kind, id } = parseUri(item);
    if (nodeId !== this.#host.self()) throw notFound();
    return kind === 'message' ? (id as MessageId) : undefined;
  }

  async #single(id: MessageId): Promise<store.LedgerRow[]> {
    const row = await store.findWithReceiver(this.#host.db.read, id);
    if (row === undefined || row.type !== 'direct_message') throw notFound();
    return [row];
  }
}

/** What waits is tried now; what has ended goes again where its payload may be sent twice. */
function canRetry({ state, type, item, payload }: store.OutboxRow): boolean {
  if (state === 'accepted') return false;
  return isPending(state) || (type !== 'direct_message' && item !== null && payload !== null);
}

const canCancel = ({ state, attempts }: store.OutboxRow): boolean => state === 'queued' && attempts === 0;

/** What every view says of a message of the ledger. */
function onItsWay(
  row: store.LedgerRow,
  reader: { readonly username: string; readonly language: keyof Text; readonly now: number },
) {
  const { id, type, node_id, state, code, attempts, next_try_at: next, created_at, updated_at } = row;
  const waits = isPending(state) && next > reader.now;
  return {
    id,
    type,
    to: { node_id, username: reader.username },
    why: code === null ? null : reasonText(code, state === 'refused')[reader.language],
    attempts,
    next_try_at: waits ? isoTime(next) : null,
    created_at: isoTime(created_at),
    updated_at: isoTime(updated_at),
    can_cancel: canCancel(row),
    can_retry: canRetry(row),
  };
}
