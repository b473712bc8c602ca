// Conversations as the owner has them: writing, reading, requests, reports. What others send comes in through
// wire.ts and is opened by jobs.ts. No text ever enters an event, a log or a ledger.
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import { isoTime, type Clock, type Random } from '#kernel/ports.ts';
import {
  isMessageId,
  isNodeId,
  isUri,
  MESSAGE_TEXT_CHARS_MAX,
  newMessageId,
  parseUri,
  toBase64Url,
  type Cid,
  type MessageId,
  type NodeId,
} from '#protocol';
import { cleanText } from '#protocol/messages';
import { directMessagePlaintext, type DirectMessageContent } from '#protocol/messages';
import {
  failures,
  messageUri,
  REASON_CHARS_MAX,
  REQUESTS_MAX,
  type Message,
  type Report,
  type Thread,
} from './model.ts';
import type { Files, Index, Mail, Names, OwnFile, People } from './ports.ts';
import * as store from './store.ts';

export interface ConversationsHost {
  readonly db: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly random: Random;
  readonly self: () => NodeId;
  readonly mail: Mail;
  readonly people: People;
  readonly files: Files;
  readonly search: Index;
}

export interface Sending {
  readonly who: string;
  readonly text: string;
  readonly replyTo?: string | undefined;
  /** Ids of uploaded files. */
  readonly files?: readonly string[] | undefined;
}

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

interface Page<Item> {
  readonly items: Item[];
  readonly next_cursor: string | null;
}

export interface Conversations {
  /** Durable when it returns; sealed and sent after that. @throws conversations/*, text/*, people/*, media/not-found */
  send(message: Sending, actor: Actor): Promise<ShownMessage>;
  /** Newest first, with one person or all whose conversation is open. */
  messages(query: {
    who?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<ShownMessage>>;
  threads(query: {
    status: 'open' | 'request';
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<ShownThread>>;
  /** @throws conversations/no-request */
  accept(who: string, actor: Actor): Promise<NodeId>;
  /** Nothing more is taken from there; the other node learns it when it writes again. @throws conversations/no-request */
  decline(who: string, actor: Actor): Promise<NodeId>;
  markRead(who: string, actor: Actor): Promise<NodeId>;
  /** Stores a complaint about a person, or about what an address names. */
  report(what: { about: string; reason: string }, actor: Actor): Promise<Report>;
  reports(query: { limit: number; cursor?: string | undefined }): Promise<Page<Report>>;
  /** One message by its author and id. @throws conversations/not-found */
  find(author: NodeId, id: string): Promise<Message>;
  namesOf(nodeId: NodeId): Promise<Names | undefined>;
}

export function createConversations(host: ConversationsHost): Conversations {
  const { db, people, events } = host;

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

  const threadOf = async (who: string): Promise<NodeId> => {
    const self = host.self();
    if (who === self || who === (await people.names([self])).get(self)?.username) throw failures.self();
    return (await correspondent(host, who)) ?? people.resolve(who);
  };

  return {
    async send({ who, text, replyTo, files = [] }, actor) {
      const peer = await threadOf(who);
      if (peer === host.self()) throw failures.self();
      const clean = cleanText(text, MESSAGE_TEXT_CHARS_MAX);
      if (clean === '' && files.length === 0) throw failures.empty();
      const attached = files.length === 0 ? [] : await host.files.describe(files);
      const at = host.clock.now();
      const content = contentOf({ text: clean, replyTo: await answered(host, peer, replyTo), at, attached });
      // Checked here too, where the owner still sees why: sealing happens when the message leaves.
      directMessagePlaintext(content);
      const id = await db.write(async (tx) => {
        const relation = (await people.relations(tx, [peer])).get(peer);
        if (relation?.blocked === true) throw failures.blocked();
        if (attached.length > 0 && relation?.friend !== true) throw failures.filesToStranger();
        await people.keep(tx, peer);
        return storeOwn(host, tx, { peer, content, at, files, attached, actor });
      });
      const [message] = await store.findMessages(db.read, [{ id, mine: true, peer }]);
      if (message === undefined) throw failures.noMessage();
      const [shown] = await show([message]);
      if (shown === undefined) throw failures.noMessage();
      return shown;
    },

    async messages({ who, limit, cursor }) {
      const peer = who === undefined ? null : await threadOf(who);
      const found = await store.listMessages(db.read, { peer, before: parseCursor(cursor), limit });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { items: await show(found), next_cursor: last === undefined ? null : `${last.at}.${last.row}` };
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
      };
    },

    accept: (who, actor) => settleRequest(host, who, 'open', actor),
    decline: (who, actor) => settleRequest(host, who, 'declined', actor),

    async markRead(who, actor) {
      const peer = await threadOf(who);
      await db.write(async (tx) => {
        if (!(await store.setThread(tx, peer, { unread: 0 }))) return;
        await events.append(tx, [{ type: 'conversations.read', subject: peer, actor: actorToString(actor) }]);
      });
      return peer;
    },

    async report({ about, reason }, actor) {
      const nodeId = isUri(about) ? parseUri(about).nodeId : await threadOf(about);
      const at = host.clock.now();
      const id = newMessageId(at, host.random.bytes(10));
      const report = {
        id,
        nodeId,
        at,
        about: isUri(about) ? about : nodeId,
        reason: cleanText(reason, REASON_CHARS_MAX),
      };
      await db.write(async (tx) => {
        await store.insertReport(tx, report);
        await events.append(tx, [
          { type: 'conversations.reported', subject: report.about, actor: actorToString(actor) },
        ]);
      });
      return report;
    },

    async reports({ limit, cursor }) {
      const items = await store.listReports(db.read, { after: cursor ?? '', limit });
      const last = items.length === limit ? items.at(-1) : undefined;
      return { items, next_cursor: last?.id ?? null };
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
  };
}

/**
 * Somebody who wrote to the owner or was written to, by node id or verified name; undefined when there is no thread.
 * Requests come first: their senders are in nobody's directory of friends. @throws conversations/ambiguous
 */
async function correspondent(host: ConversationsHost, who: string): Promise<NodeId | undefined> {
  const { db, people } = host;
  if (isNodeId(who)) return (await store.readThreads(db.read, [who])).get(who)?.peer;
  const requests = await store.listThreads(db.read, { status: 'request', before: null, limit: REQUESTS_MAX });
  const names = await people.names(requests.map(({ peer }) => peer));
  const found = requests.filter(({ peer }) => names.get(peer)?.username === who);
  if (found.length === 0) return undefined;
  // A friend of that name is meant rather than a stranger who took it.
  const known = await people.known(who);
  if (known !== undefined) return known;
  if (found.length > 1) throw failures.ambiguous(found.map(({ peer }) => peer));
  return found[0]?.peer;
}

async function settleRequest(
  host: ConversationsHost,
  who: string,
  status: 'open' | 'declined',
  actor: Actor,
): Promise<NodeId> {
  const peer = await correspondent(host, who);
  if (peer === undefined) throw failures.noRequest();
  await host.db.write(async (tx) => {
    const thread = (await store.readThreads(tx, [peer])).get(peer);
    if (thread?.status !== 'request') throw failures.noRequest();
    await store.setThread(tx, peer, { status, unread: 0, waiting: 0 });
    await host.people.keep(tx, peer);
    const type = status === 'open' ? 'conversations.request-accepted' : 'conversations.request-declined';
    await host.events.append(tx, [{ type, subject: peer, actor: actorToString(actor) }]);
  });
  return peer;
}

/** The message that is answered must be one of this conversation. @throws conversations/not-found */
async function answered(
  host: ConversationsHost,
  peer: NodeId,
  replyTo: string | undefined,
): Promise<MessageId | undefined> {
  if (replyTo === undefined) return undefined;
  if (!isMessageId(replyTo)) throw failures.noMessage();
  const found = await store.findMessages(host.db.read, [
    { id: replyTo, mine: true, peer },
    { id: replyTo, mine: false, peer },
  ]);
  if (found.length === 0) throw failures.noMessage();
  return replyTo;
}

function contentOf(parts: {
  readonly text: string;
  readonly replyTo: MessageId | undefined;
  readonly at: number;
  readonly attached: readonly OwnFile[];
}): DirectMessageContent {
  const { text, replyTo, at, attached } = parts;
  const attachments = attached.map(({ cid, key, size, type, name }) => ({
    cid: cid as Cid,
    key: toBase64Url(key),
    size,
    type,
    ...(name === null ? {} : { name }),
  }));
  return {
    version: 1,
    created_at: isoTime(at),
    text,
    ...(replyTo === undefined ? {} : { reply_to: replyTo }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}

async function storeOwn(
  host: ConversationsHost,
  tx: Tx,
  own: {
    readonly peer: NodeId;
    readonly content: DirectMessageContent;
    readonly at: number;
    readonly files: readonly string[];
    readonly attached: readonly OwnFile[];
    readonly actor: Actor;
  },
): Promise<MessageId> {
  const { peer, content, at, files, attached, actor } = own;
  const id = await host.mail.sendDraft(tx, peer, content);
  const uri = messageUri(host.self(), id);
  await host.files.attach(tx, files, uri);
  const { text, reply_to: replyTo = null } = content;
  await store.insertOwn(tx, { id, peer, text, replyTo, at, attachments: attached });
  // Whoever is written to may answer, a declined stranger too.
  await store.moveThreads(tx, [{ peer, status: 'open', unread: 0, waiting: 0, at }]);
  if (text !== '') await host.search.index(tx, [{ kind: 'message', ref: uri, text, at }]);
  await host.events.append(tx, [
    { type: 'conversations.sent', subject: uri, actor: actorToString(actor), new: { peer } },
  ]);
  return id;
}

function parseCursor(cursor: string | undefined): { at: number; row: number } | null {
  if (cursor === undefined) return null;
  const [at, row] = cursor.split('.').map(Number);
  return at === undefined || row === undefined ? null : { at, row };
}
