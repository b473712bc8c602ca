// The node's own signed record: always current in address, name and log, and never older than twelve hours.
// Its seq only grows, also when the clock goes back (docs/protocol.md "Node record").
import {
  fromUtf8,
  nextRecordSeq,
  parseRecord,
  signRecord,
  toBase64Url,
  utf8,
  type NodeRecord,
} from '#protocol';
import type { Database } from '#kernel/db/database.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import { RECORD_AGE_MS_MAX, RECORD_LIFETIME_MS, type Self } from './model.ts';
import * as store from './store.ts';

export interface Records {
  /** Canonical bytes of the current signed record, renewed where needed. */
  current(): Promise<Uint8Array>;
  /** Calls `run` with each new record, after it is stored; returns the unsubscriber. */
  onChanged(run: (record: Uint8Array) => void): () => void;
}

export function createRecords(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly serverUrl: () => string;
  readonly self: () => Self;
}): Records {
  const { db, clock, self } = host;
  const listeners = new Set<(record: Uint8Array) => void>();
  let cached: { readonly bytes: Uint8Array; readonly record: NodeRecord } | undefined;
  let renewing: Promise<Uint8Array> | undefined;

  const load = async (): Promise<typeof cached> => {
    const row = await store.findSelf(db.read);
    if (row?.record === null || row?.record === undefined) return undefined;
    const bytes = utf8(row.record);
    return { bytes, record: parseRecord(bytes).record };
  };

  const isCurrent = (record: NodeRecord): boolean => {
    const me = self();
    const signedAt = Date.parse(record.expires) - RECORD_LIFETIME_MS;
    const ageMs = clock.now() - signedAt;
    return (
      // A record from the future was signed before the clock went back: it would outlive its successors' expiry.
      ageMs >= 0 &&
      ageMs < RECORD_AGE_MS_MAX &&
      record.log_head === me.head &&
      record.username === me.username &&
      record.server_urls[0] === host.serverUrl() &&
      record.sealing_key === toBase64Url(me.sealingKeys.current.publicKey)
    );
  };

  const renew = async (): Promise<Uint8Array> => {
    const me = self();
    const bytes = signRecord(
      {
        node_id: me.nodeId,
        seq: nextRecordSeq(cached?.record.seq, clock.now()),
        log_head: me.head,
        log: me.log,
        server_urls: [host.serverUrl()],
        multiaddrs: [],
        sealing_key: toBase64Url(me.sealingKeys.current.publicKey),
        transport_key: toBase64Url(me.transportKey.publicKey),
        username: me.username,
        expires: isoTime(clock.now() + RECORD_LIFETIME_MS),
      },
      me.signingKey,
    );
    await db.write((tx) => store.updateSelf(tx, { record: fromUtf8(bytes) }));
    cached = { bytes, record: parseRecord(bytes).record };
    for (const listener of listeners) listener(bytes);
    return bytes;
  };

  return {
    async current() {
      cached ??= await load();
      if (cached !== undefined && isCurrent(cached.record)) return cached.bytes;
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
    onChanged(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
  };
}
