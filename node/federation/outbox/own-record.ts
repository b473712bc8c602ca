// Telling contacts that this node has moved, renamed itself or changed keys: one `identity_update` each, queued in the
// transaction that remembers it. A record that is only signed anew says nothing new, and is not sent.
// Nobody is told an address that means nothing where he is.
import type { Database } from '#kernel/db/database.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import {
  canonicalize,
  fromUtf8,
  LOG_SUFFIX_ENTRIES_MAX,
  parseRecord,
  sha256,
  toHex,
  type NodeId,
} from '#protocol';
import type { Directory, Self } from '../ports.ts';
import { listContacts, readTold, writeTold } from '../store.ts';
import type { Queue } from './queue.ts';

export interface OwnRecordHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly self: Self;
  readonly directory: Directory;
  readonly queue: Queue;
}

/** Queues what contacts have to know of this node's record and do not, if anything. */
export async function tellContacts(host: OwnRecordHost): Promise<void> {
  const { db, clock, self, directory, queue } = host;
  const digest = digestOf(await self.record());
  const last = await readTold(db.read);
  if (last?.digest === digest) return;
  const { log } = await self.introduction(undefined);
  const entries = log.split('\n').filter((line) => line !== '');
  // Without a memory (the first record) contacts are met by introduction, and nobody has to be told.
  const suffix = last === undefined ? [] : entries.slice(last.log_entries).slice(-LOG_SUFFIX_ENTRIES_MAX);
  const contacts = last === undefined ? [] : await listContacts(db.read);
  const byRecord = new Map<string, NodeId[]>();
  for (const { node_id } of contacts) {
    const route = await directory.route(node_id);
    const { record } = await self.introduction(route?.serverUrls[0]);
    const text = fromUtf8(record);
    byRecord.set(text, [...(byRecord.get(text) ?? []), node_id]);
  }
  await db.write(async (tx) => {
    await writeTold(tx, { digest, log_entries: entries.length });
    for (const [record, to] of byRecord) {
      const payload = { created_at: isoTime(clock.now()), record, log_suffix: suffix };
      await queue.sendMany(tx, { to, type: 'identity_update', payload });
    }
  });
}

/** Everything of a record that a contact goes by. */
function digestOf(bytes: Uint8Array): string {
  const { server_urls, multiaddrs, log_head, sealing_key, transport_key, username } =
    parseRecord(bytes).record;
  const told = {
    server_urls: [...server_urls],
    multiaddrs: [...multiaddrs],
    log_head,
    sealing_key,
    transport_key,
    username,
  };
  return toHex(sha256(canonicalize(told)));
}
