// Collecting from this node's mailbox: opens the boxes, feeds the same inbox as every other carrier, and sends the
// receipts back the same way. A box is acknowledged only after what it held is durable, or can never be.
import type { Database } from '#kernel/db/database.ts';
import type { Jobs } from '#kernel/jobs.ts';
import type { Log } from '#kernel/log.ts';
import { AppError, joinBatch, openFromMailbox, parseEnvelope, parseReceipt, type NodeId } from '#protocol';
import type { Intake } from '../inbox/intake.ts';
import type { Directory, MailboxItem, Self } from '../ports.ts';
import { readPeerByNode } from '../store.ts';
import { depositAll } from './deposit.ts';
import type { Receipts } from './receipts.ts';
import * as store from '../store-outbox.ts';

/** The registry's longest poll. */
const WAIT_S = 25;
const ITEMS_MAX = 100;
/** A registry that is down is asked again after this; it grows to the second while it stays down. */
const RETRY_MS_MIN = 2_000;
const RETRY_MS_MAX = 15_000;

export interface CollectorHost {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly self: Self;
  readonly directory: Directory;
  readonly intake: Intake;
  readonly receipts: Receipts;
}

/** Registers the collecting job. */
export function registerCollector(host: CollectorHost): void {
  const { mailbox } = host.directory;
  let failures = 0;
  const job = host.jobs.register({
    name: 'federation/collect',
    firstAfterMs: 0,
    run: async (signal) => {
      if (!mailbox.available() || host.self.closed()) return null;
      try {
        const items = await mailbox.collect({ waitS: WAIT_S, limit: ITEMS_MAX, signal });
        failures = 0;
        if (items.length > 0) await take(host, items);
        return 0;
      } catch (error) {
        if (signal.aborted) return null;
        if (!(error instanceof AppError)) throw error;
        failures += 1;
        host.log.debug({ code: error.code }, 'the mailbox cannot be read for now');
        return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * failures);
      }
    },
  });
  mailbox.onAvailable(() => job.wake());
}

async function take(host: CollectorHost, items: readonly MailboxItem[]): Promise<void> {
  const done: string[] = [];
  const bySender = new Map<NodeId, { itemId: string; bytes: Uint8Array }[]>();
  for (const { itemId, box } of items) {
    try {
      const { kind, bytes } = await openFromMailbox(host.self.sealingKeys(), box);
      if (kind === 'receipt') {
        await takeReceipt(host, bytes);
        done.push(itemId);
      } else {
        const from = parseEnvelope(bytes).envelope.from.node_id;
        const list = bySender.get(from) ?? [];
        list.push({ itemId, bytes });
        bySender.set(from, list);
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.category === 'unavailable') throw error;
      // Not sealed for us, or no envelope: it will never be anything else.
      host.log.info({ code: error.code }, 'a box of the mailbox holds nothing for this node');
      done.push(itemId);
    }
  }
  for (const [from, boxes] of bySender) {
    if (
      await takeEnvelopes(
        host,
        from,
        boxes.map(({ bytes }) => bytes),
      )
    ) {
      done.push(...boxes.map(({ itemId }) => itemId));
    }
  }
  if (done.length > 0) await host.directory.mailbox.ack(done);
}

/** Feeds one sender's envelopes to the inbox; false when they must stay in the mailbox. */
async function takeEnvelopes(
  host: CollectorHost,
  from: NodeId,
  envelopes: readonly Uint8Array[],
): Promise<boolean> {
  const { directory, intake, log } = host;
  // There is nobody to introduce itself through a mailbox: an unknown sender is looked up.
  if (directory.senderNow(from) === undefined && (await directory.loadSender(from)) === undefined) {
    await directory.refresh(from);
  }
  const receive = (): ReturnType<Intake['receive']> =>
    intake.receive(joinBatch(envelopes), 'batch', `mailbox:${from}`);
  try {
    const answer = await receive().catch(async (error: unknown) => {
      // Its record or key may have changed meanwhile.
      if (!(error instanceof AppError) || error.category !== 'unauthorized') throw error;
      await directory.refresh(from);
      return receive();
    });
    if (answer.status !== 200) return false;
    const route = await directory.route(from);
    if (route !== undefined) {
      const content = { kind: 'receipt', bytes: answer.receipt } as const;
      await depositAll(
        directory.mailbox,
        { nodeId: from, sealingKey: route.sealingKey },
        [{ key: 0, content }],
        log,
      );
    }
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.category === 'unavailable') return false;
    log.info({ from, code: error.code }, 'envelopes from the mailbox were refused');
    return true;
  }
}

async function takeReceipt(host: CollectorHost, bytes: Uint8Array): Promise<void> {
  const { from } = parseReceipt(bytes).receipt;
  const route = await host.directory.route(from);
  const peer = await readPeerByNode(host.db.read, from);
  if (route === undefined || peer === undefined) return;
  const receipt = await host.receipts.open(bytes, from, route.signingKey);
  const rows = await Promise.all(receipt.lines.map(({ id }) => store.findByMessage(host.db.read, id)));
  const own = rows.filter((row) => row !== undefined && row.peer === peer.id);
  await host.receipts.settle(
    { nodeId: from, peer: peer.id },
    receipt,
    own.filter((row) => row !== undefined),
    false,
  );
}
