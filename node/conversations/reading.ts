// Reading conversations: pages of messages and threads with names and delivery, one message, and what the search shows.
// Requests never mix with conversations, and what is still sealed is not shown.
import type { Database } from '#kernel/db/database.ts';
import { isoTime } from '#kernel/ports.ts';
import { isMessageId, isUri, parseUri, type NodeId } from '#protocol';
import { failures, isTalk, messageUri, type Message, type Thread } from './model.ts';
import { peerNamed } from './naming.ts';
import type { Mail, Names, People } from './ports.ts';
import * as store from './store.ts';

export interface ShownMessage {
  readonly message: Message;
  readonly author: NodeId;
  readonly names: Names | undefined;
}

export interface ShownThread {
  readonly thread: Thread;
  readonly names: Names | undefined;
  readonly newest: ShownMessage | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly next_cursor: string | null;
}

/** What the search shows of a message. */
interface Hit {
  readonly uri: string | null;
  readonly author: { readonly node_id: string; readonly username: string };
  readonly text: string;
  readonly created_at: string;
  readonly peer: string;
}

export interface ReadingHost {
  readonly db: Database;
  readonly self: () => NodeId;
  readonly people: People;
  readonly mail: Pick<Mail, 'states'>;
}

export interface Reading {
  show(messages: readonly Message[]): Promise<ShownMessage[]>;
  /** Newest first, with one person or all conversations; `thread` is the one with that person, if there is one. */
  messages(query: {
    who?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<ShownMessage> & { readonly thread: Thread | undefined }>;
  threads(query: {
    status: 'open' | 'request';
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<ShownThread> & { readonly unread: number }>;
  /** One message by its author and id. @throws conversations/not-found */
  find(author: NodeId, id: string): Promise<Message>;
  namesOf(nodeId: NodeId): Promise<Names | undefined>;
  /** Gives each message address that may be shown its text; requests and unreadable ones have no entry. */
  hits(uris: readonly string[]): Promise<Map<string, Hit>>;
}

export function createReading(host: ReadingHost): Reading {
  const { db, people } = host;

  const show = async (messages: readonly Message[]): Promise<ShownMessage[]> => {
    const names = await people.names([...new Set(messages.map(({ peer }) => peer)), host.self()]);
    const pending = messages.filter(
      ({ mine, delivery }) => mine && delivery !== 'accepted' && delivery !== 'refused',
    );
    const states = new Map((await host.mail.states(pending.map(({ id }) => id))).map((one) => [one.id, one]));
    return messages.map((message) => {
      const author = message.mine ? host.self() : message.peer;
      const state = states.get(message.id);
      const now = state === undefined ? {} : { delivery: state.state, reason: state.code };
      return { message: message.mine ? { ...message, ...now } : message, author, names: names.get(author) };
    });
  };

  return {
    show,

    async messages({ who, limit, cursor }) {
      const peer = who === undefined ? null : await peerNamed(host, who);
      const found = await store.listMessages(db.read, { peer, before: parseCursor(cursor), limit });
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        items: await show(found),
        next_cursor: last === undefined ? null : `${last.at}.${last.row}`,
        thread: peer === null ? undefined : (await store.readThreads(db.read, [peer])).get(peer),
      };
    },

    async threads({ status, limit, cursor }) {
      const [at, peer] = cursor?.split('.') ?? [];
      const before = at === undefined || peer === undefined ? null : { at: Number(at), peer };
      const threads = await store.listThreads(db.read, { status, before, limit });
      const peers = threads.map((thread) => thread.peer);
      const newest = await store.newestMessages(db.read, peers);
      const shown = new Map((await show([...newest.values()])).map((one) => [one.message.peer, one]));
      const names = await people.names(peers);
      const last = threads.length === limit ? threads.at(-1) : undefined;
      return {
        items: threads.map((thread) => ({
          thread,
          names: names.get(thread.peer),
          newest: shown.get(thread.peer),
        })),
        next_cursor: last === undefined ? null : `${last.lastAt}.${last.peer}`,
        unread: await store.countUnread(db.read, status),
      };
    },

    async find(author, id) {
      const mine = author === host.self();
      const [message] = isMessageId(id)
        ? await store.findMessages(db.read, [{ id, mine, peer: mine ? null : author }])
        : [];
      if (message === undefined) throw failures.noMessage();
      return message;
    },

    namesOf: async (nodeId) => (await people.names([nodeId])).get(nodeId),
    hits: (uris) => hitsOf(host, uris),
  };
}

async function hitsOf(host: ReadingHost, uris: readonly string[]): Promise<Map<string, Hit>> {
  const { db, people } = host;
  const self = host.self();
  const wanted = uris.filter(isUri).map((uri) => parseUri(uri));
  const found = await store.findMessages(
    db.read,
    wanted.map(({ nodeId, id }) =>
      nodeId === self ? { id, mine: true, peer: null } : { id, mine: false, peer: nodeId },
    ),
  );
  const peers = [...new Set(found.map(({ peer }) => peer))];
  const threads = await store.readThreads(db.read, peers);
  const names = await people.names([...peers, self]);
  const hits = new Map<string, Hit>();
  for (const { id, mine, peer, text, at, state } of found) {
    if (state !== 'shown' || !isTalk(threads.get(peer)?.status)) continue;
    const author = mine ? self : peer;
    const uri = messageUri(author, id);
    const username = names.get(author)?.username ?? '';
    hits.set(uri, { uri, author: { node_id: author, username }, text, created_at: isoTime(at), peer });
  }
  return hits;
}

function parseCursor(cursor: string | undefined): { at: number; row: number } | null {
  if (cursor === undefined) return null;
  const [at, row] = cursor.split('.').map(Number);
  return at === undefined || row === undefined ? null : { at, row };
}
