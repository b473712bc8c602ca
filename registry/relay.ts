// The mailboxes: sealed boxes for nodes that cannot be reached. The registry learns recipient, size and time, and at
// the moment of the deposit who brings it; the stored row names the depositor only by a pseudonym that changes daily.
// It cannot open a box, and it deletes what the recipient has acknowledged.
import type { Jobs } from '#kernel/jobs.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import {
  AppError,
  MAILBOX_BUCKETS,
  MAILBOX_OVERHEAD_BYTES,
  fromBase64Url,
  invalid,
  sha256,
  toBase64Url,
  utf8,
} from '#protocol';
import { createHmac } from 'node:crypto';
import * as limits from './limits.ts';
import type { RegistryStore } from './store/store.ts';

const DAY_MS = 24 * 3_600_000;
const EXPIRE_INTERVAL_MS = 3_600_000;
/** Boxes dropped in one transaction. */
const EXPIRE_ITEMS_MAX = 500;
const HEX_BYTES = 16;

const mailboxLimits = {
  itemsMax: limits.MAILBOX_ITEMS_MAX,
  bytesMax: limits.MAILBOX_BYTES_MAX,
  depositorItemsMax: limits.DEPOSITOR_ITEMS_MAX,
  depositorBytesMax: limits.DEPOSITOR_BYTES_MAX,
  strangersShare: limits.STRANGERS_SHARE,
};

export interface CollectedItem {
  readonly item_id: string;
  readonly box: string;
  readonly received_at: string;
}

export interface Relay {
  /** @throws relay/box, relay/unknown-recipient, relay/full */
  deposit(deposit: { readonly from: string; readonly to: string; readonly box: string }): Promise<string>;
  /** Waits up to `waitS` for a first box. A newer poll of the same node ends an older one. @throws relay/busy */
  collect(options: {
    readonly nodeId: string;
    readonly limit?: number | undefined;
    readonly waitS: number;
    readonly signal: AbortSignal;
    readonly contacts?: { readonly salt: string; readonly digests: readonly string[] } | undefined;
  }): Promise<CollectedItem[]>;
  /** @throws relay/no-such-item when none of them is the node's */
  acknowledge(nodeId: string, itemIds: readonly string[]): Promise<number>;
  /** Ends all polls. */
  close(): void;
}

export function createRelay(options: {
  readonly store: RegistryStore;
  readonly clock: Clock;
  readonly jobs: Jobs;
  /** 32 secret bytes from which the daily pseudonyms are made. */
  readonly pseudonymKey: Uint8Array;
}): Relay {
  const { store, clock, jobs, pseudonymKey } = options;
  const wakeByNode = new Map<string, () => void>();
  /** Deposits so far: a poll that reads an empty mailbox sees by it that one came while it read. */
  let deposits = 0;

  const pseudonym = (nodeId: string): string => {
    const day = Math.floor(clock.now() / DAY_MS);
    const mac = createHmac('sha256', pseudonymKey).update(`${day} ${nodeId}`).digest();
    return toBase64Url(mac.subarray(0, HEX_BYTES));
  };

  jobs.register({
    name: 'registry/expire-boxes',
    firstAfterMs: EXPIRE_INTERVAL_MS,
    run: async () => {
      const expired = await store.expire(clock.now() - limits.MAILBOX_KEPT_MS, EXPIRE_ITEMS_MAX);
      return expired === EXPIRE_ITEMS_MAX ? 0 : EXPIRE_INTERVAL_MS;
    },
  });

  /** Resolves on a wake, after the time, or when the client has gone. */
  const wait = (nodeId: string, waitMs: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        if (wakeByNode.get(nodeId) === end) wakeByNode.delete(nodeId);
        resolve();
      };
      const cancel = clock.after(waitMs, end);
      wakeByNode.get(nodeId)?.();
      wakeByNode.set(nodeId, end);
      signal.addEventListener('abort', end);
    });

  return {
    async deposit({ from, to, box }) {
      const bytes = decodeBox(box);
      const recipient = await store.node(to);
      if (recipient === undefined || recipient.deactivated) throw unknownRecipient();
      const contacts = await store.contacts(to);
      const contact = contacts?.digests.has(contactDigest(contacts.salt, from)) ?? false;
      const result = await store.deposit(
        { recipient: to, depositor: pseudonym(from), contact, box: bytes, received_at: clock.now() },
        mailboxLimits,
      );
      if (!result.stored) throw full();
      deposits += 1;
      wakeByNode.get(to)?.();
      return result.item_id;
    },

    async collect({ nodeId, limit, waitS, signal, contacts }) {
      if (contacts !== undefined) {
        if (contacts.digests.length > limits.CONTACT_DIGESTS_MAX) throw tooManyContacts();
        await store.setContacts(nodeId, contacts.salt, contacts.digests);
      }
      const most = Math.min(limit ?? limits.COLLECT_ITEMS_MAX, limits.COLLECT_ITEMS_MAX);
      let before = deposits;
      let items = await store.items(nodeId, most);
      while (items.length === 0 && deposits !== before) {
        before = deposits;
        items = await store.items(nodeId, most);
      }
      if (items.length === 0 && waitS > 0 && !signal.aborted) {
        if (wakeByNode.size >= limits.POLLERS_MAX && !wakeByNode.has(nodeId)) throw busy();
        await wait(nodeId, Math.min(waitS, limits.COLLECT_WAIT_S_MAX) * 1_000, signal);
        items = await store.items(nodeId, most);
      }
      return items.map(({ item_id, box, received_at }) => ({
        item_id,
        box: toBase64Url(box),
        received_at: isoTime(received_at),
      }));
    },

    async acknowledge(nodeId, itemIds) {
      if (itemIds.length > limits.ACKNOWLEDGE_ITEMS_MAX) {
        throw invalid(
          'relay/too-many-items',
          `Acknowledge at most ${limits.ACKNOWLEDGE_ITEMS_MAX} items at once.`,
        );
      }
      const deleted = await store.acknowledge(nodeId, itemIds);
      if (deleted > 0) return deleted;
      throw new AppError({
        category: 'not-found',
        code: 'relay/no-such-item',
        safe: 'None of these boxes is in this mailbox.',
      });
    },

    close() {
      // Ending a poll removes it from the map, which a Map's iteration allows.
      for (const wake of wakeByNode.values()) wake();
    },
  };
}

/** base64url(SHA-256(salt || node_id)): how a recipient names a contact without saying who it is. */
export function contactDigest(salt: string, nodeId: string): string {
  return toBase64Url(sha256(utf8(salt + nodeId)));
}

function decodeBox(text: string): Uint8Array {
  const box = fromBase64Url(text);
  if (MAILBOX_BUCKETS.some((bucket) => box.length === bucket + MAILBOX_OVERHEAD_BYTES)) return box;
  throw invalid(
    'relay/box',
    `A box is padded to one of ${MAILBOX_BUCKETS.join(', ')} bytes (and its overhead).`,
  );
}

function unknownRecipient(): AppError {
  return new AppError({
    category: 'not-found',
    code: 'relay/unknown-recipient',
    safe: { en: 'The recipient has no mailbox here.', fr: "Le destinataire n'a pas de boîte ici." },
  });
}

function full(): AppError {
  return new AppError({
    category: 'limit',
    code: 'relay/full',
    safe: {
      en: 'The recipient’s mailbox has no more room for this sender. Keep the message and try again later.',
      fr: "La boîte du destinataire n'a plus de place pour cet expéditeur. Gardez le message et réessayez plus tard.",
    },
    retryAfterS: 60,
  });
}

function busy(): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'relay/busy',
    safe: 'Too many nodes are waiting at this registry. Ask again without waiting.',
    retryAfterS: 30,
  });
}

function tooManyContacts(): AppError {
  return invalid('relay/too-many-contacts', `At most ${limits.CONTACT_DIGESTS_MAX} contacts can be named.`);
}
