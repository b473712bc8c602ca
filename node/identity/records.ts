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
  type RecordFields,
} from '#protocol';
import type { Database } from '#kernel/db/database.ts';
import { isLocalUrl } from '#kernel/network.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import { RECORD_AGE_MS_MAX, RECORD_LIFETIME_MS, type Self } from './model.ts';
import * as store from './store.ts';

export interface Records {
  /** Canonical bytes of the current signed record, renewed where needed. */
  current(): Promise<Uint8Array>;
  /** The current record as `readerUrl` may have it: without this node's address where that means nothing there. */
  currentFor(readerUrl: string): Promise<Uint8Array>;
  /** This node's address as `readerUrl` may have it: empty where it means nothing there. */
  addressFor(readerUrl: string): string;
  /** Calls `run` with each new record, after it is stored; returns the unsubscriber. */
  onChanged(run: (record: Uint8Array) => void): () => void;
}

export function createRecords(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly serverUrl: () => string;
  readonly self: () => Self;
  /** A closed identity signs no record any more: the last one is only shown beside the log that closes it. */
  readonly closed: () => boolean;
}): Records {
  const { db, clock, self } = host;
  const listeners = new Set<(record: Uint8Array) => void>();
  let cached: { readonly bytes: Uint8Array; readonly record: NodeRecord } | undefined;
  let renewing: Promise<Uint8Array> | undefined;

  const load = async (): Promise<typeof cached> => {
    const text = (await store.findSelf(db.read))?.record ?? undefined;
    return text === undefined ? undefined : { bytes: utf8(text), record: parseRecord(utf8(text)).record };
  };

  const sign = (varying: Pick<RecordFields, 'seq' | 'server_urls' | 'expires'>): Uint8Array => {
    const me = self();
    return signRecord(
      {
        ...varying,
        node_id: me.nodeId,
        log_head: me.head,
        log: me.log,
        multiaddrs: [],
        sealing_key: toBase64Url(me.sealingKeys.current.publicKey),
        transport_key: toBase64Url(me.transportKey.publicKey),
        username: me.username,
      },
      me.signingKey,
    );
  };

  const renew = async (): Promise<Uint8Array> => {
    const last = cached?.record.seq;
    const bytes = sign({
      // Two apart: the seq below is the one of the record without an address, which must not replace this one.
      seq: nextRecordSeq(last === undefined ? undefined : last + 1, clock.now()),
      server_urls: [host.serverUrl()],
      expires: isoTime(clock.now() + RECORD_LIFETIME_MS),
    });
    await db.write((tx) => store.updateSelf(tx, { record: fromUtf8(bytes) }));
    cached = { bytes, record: parseRecord(bytes).record };
    for (const listener of listeners) listener(bytes);
    return bytes;
  };

  const current = async (): Promise<Uint8Array> => {
    cached ??= await load();
    if (
      cached !== undefined &&
      (host.closed() || isCurrent(cached.record, self(), { now: clock.now(), serverUrl: host.serverUrl() }))
    )
      return cached.bytes;
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    return renewing;
  };

  return {
    current,
    async currentFor(readerUrl) {
      const whole = await current();
      if (meansTheSame(host.serverUrl(), readerUrl)) return whole;
      const { seq, expires } = parseRecord(whole).record;
      // Signatures are deterministic: the same bytes each time, so that one seq never names two contents.
      return sign({ seq: seq - 1, server_urls: [], expires });
    },
    addressFor: (readerUrl) => (meansTheSame(host.serverUrl(), readerUrl) ? host.serverUrl() : ''),
    onChanged(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
  };
}

/** Whether a record says what holds now, and is young enough. */
function isCurrent(record: NodeRecord, me: Self, at: { now: number; serverUrl: string }): boolean {
  const ageMs = at.now - (Date.parse(record.expires) - RECORD_LIFETIME_MS);
  return (
    // A record from the future was signed before the clock went back: it would outlive its successors' expiry.
    ageMs >= 0 &&
    ageMs < RECORD_AGE_MS_MAX &&
    record.log_head === me.head &&
    record.username === me.username &&
    record.server_urls[0] === at.serverUrl &&
    record.sealing_key === toBase64Url(me.sealingKeys.current.publicKey)
  );
}

/** Whether this node's address leads to it from where the reader is: a loopback or private one only does nearby. */
function meansTheSame(ownUrl: string, readerUrl: string): boolean {
  if (!isLocalUrl(ownUrl)) return true;
  return isLoopback(readerUrl) || (isLocalUrl(readerUrl) && !isLoopback(ownUrl));
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
