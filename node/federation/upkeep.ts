// Federation's own background work: greeting contacts after a start, expiry, and forgetting what is old.
// Each step is one bounded transaction, so that no other write waits long.
import type { Host } from '#kernel/feature.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import { isNodeId, type NodeId } from '#protocol';
import { INBOX_KEPT_MS, OUTBOX_KEPT_MS } from './model.ts';
import { pruneReceived } from './store-inbox.ts';
import type { Delivery } from './outbox/delivery.ts';
import type { Queue } from './outbox/queue.ts';
import { listExpired, pruneSettled } from './store-outbox.ts';
import { listContacts } from './store.ts';

/** Rows for one transaction, so that no other write waits long. */
const STEP_ROWS = 500;
const EXPIRY_INTERVAL_MS = 60_000;
const PRUNE_INTERVAL_MS = 3_600_000;
/** Greetings under way at once after a start. */
const GREETINGS_MAX = 16;

/** Tells one node that this one is there; whether it was taken. */
export function greet(delivery: Delivery, clock: Clock, nodeId: NodeId): Promise<boolean> {
  const payload = { created_at: isoTime(clock.now()), kind: 'presence', online: true };
  return delivery.pass(nodeId, 'activity_update', payload);
}

export function registerUpkeep(parts: {
  readonly host: Host;
  readonly queue: Queue;
  readonly delivery: Delivery;
  readonly closed: () => boolean;
}): void {
  const { host, queue, delivery, closed } = parts;
  const { db, clock, jobs } = host;
  host.events.consume({
    name: 'federation/closed',
    from: 'now',
    types: ['discovery.identity_closed'],
    // What waits for a node whose owner has left ends now, not at the next try.
    handle: (tx, events) => {
      const nodeIds = events.map(({ subject }) => subject).filter(isNodeId);
      tx.afterCommit(() => {
        delivery.wake(nodeIds);
        for (const nodeId of nodeIds) delivery.heard(nodeId);
      });
      return Promise.resolve();
    },
  });
  jobs.register({
    name: 'federation/greet',
    firstAfterMs: 0,
    // Contacts who hold something for this node send it when they hear of it.
    run: async (signal) => {
      if (closed()) return null;
      const contacts = await listContacts(db.read);
      const queueOf = contacts.values();
      const greetNext = async (): Promise<void> => {
        for (const { node_id } of queueOf) {
          if (signal.aborted) return;
          await greet(delivery, clock, node_id);
        }
      };
      await Promise.all(Array.from({ length: GREETINGS_MAX }, greetNext));
      return null;
    },
  });
  jobs.register({
    name: 'federation/expire',
    firstAfterMs: EXPIRY_INTERVAL_MS,
    run: async () => {
      if (closed()) return null;
      const expired = await db.write(async (tx) => {
        const rows = await listExpired(tx, clock.now(), STEP_ROWS);
        if (rows.length > 0) await queue.giveUp(tx, rows, 'expired');
        return rows.length;
      });
      return expired === STEP_ROWS ? 0 : EXPIRY_INTERVAL_MS;
    },
  });
  jobs.register({
    name: 'federation/prune',
    firstAfterMs: PRUNE_INTERVAL_MS,
    run: async () => {
      const now = clock.now();
      const pruned = await db.write(
        async (tx) =>
          (await pruneReceived(tx, now - INBOX_KEPT_MS, STEP_ROWS)) +
          (await pruneSettled(tx, now - OUTBOX_KEPT_MS, STEP_ROWS)),
      );
      return pruned >= STEP_ROWS ? 0 : PRUNE_INTERVAL_MS;
    },
  });
}
