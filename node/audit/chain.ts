// How entries are chained, and what of an event is kept. Pure: no I/O.
// hash = SHA-256("ORF/1 audit\0" || previous hash || canonical JSON of the entry); the first previous hash is 32 zero bytes.
import { canonicalize, concatBytes, sha256, utf8, type Json } from '#protocol';
import type { Event } from '#kernel/events.ts';
import type { ChainedEntry, Entry, Head } from './model.ts';

/** A value in an entry; more is content, which belongs to its area and must be erasable there. */
const VALUE_CHARS_MAX = 200;
const DETAIL_MEMBERS_MAX = 50;
const DETAIL_DEPTH_MAX = 4;
/** Members whose values people wrote or keep secret: an audit trail that never forgets must not hold them. */
const CONTENT_MEMBERS = new Set(
  ['text', 'body', 'content', 'bio', 'note', 'payload', 'plaintext', 'object', 'search', 'query'].concat([
    'passphrase',
    'token',
    'secret',
    'key',
    'seed',
    'words',
  ]),
);
const WITHHELD = '[withheld]';

export const emptyHead: Head = { seq: 0, hash: new Uint8Array(32) };

/** The hash of an entry that follows `previous`. */
export function hashEntry(previous: Uint8Array, entry: Entry): Uint8Array {
  const { seq, eventSeq, at, type, subject, actor, detail } = entry;
  const bytes = canonicalize({ seq, event_seq: eventSeq, at, type, subject, actor, detail });
  return sha256(concatBytes(utf8('ORF/1 audit\0'), previous, bytes));
}

/** The entries of events, chained after `head`. */
export function chainEvents(head: Head, events: readonly Event[]): ChainedEntry[] {
  let { seq, hash } = head;
  return events.map((event) => {
    seq += 1;
    const { at, type, subject, actor } = event;
    const detail = JSON.stringify({
      ...(event.old === undefined ? {} : { old: withoutContent(event.old) }),
      ...(event.new === undefined ? {} : { new: withoutContent(event.new) }),
    });
    const entry: Entry = {
      seq,
      eventSeq: event.seq,
      at,
      type,
      subject: subject.toWellFormed(),
      actor,
      detail,
    };
    hash = hashEntry(hash, entry);
    return { ...entry, hash };
  });
}

/** The value without what people wrote: names of members and short values stay. */
export function withoutContent(value: Json, depth = 0): Json {
  if (typeof value === 'string') return value.length <= VALUE_CHARS_MAX ? value.toWellFormed() : WITHHELD;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DETAIL_DEPTH_MAX) return WITHHELD;
  if (Array.isArray(value)) {
    return value.slice(0, DETAIL_MEMBERS_MAX).map((item: Json) => withoutContent(item, depth + 1));
  }
  const members = Object.entries(value as Record<string, Json>).slice(0, DETAIL_MEMBERS_MAX);
  return Object.fromEntries(
    members.map(([name, member]) => [
      name.toWellFormed(),
      CONTENT_MEMBERS.has(name) ? WITHHELD : withoutContent(member, depth + 1),
    ]),
  );
}
