// Conversations as the owner has them: writing, reading, requests, reports. What others send comes in through
// receiving.ts and is opened by opening.ts. No text ever enters an event, a log or a ledger.
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import type { Settle } from '#kernel/http/once.ts';
import { isoTime } from '#kernel/ports.ts';
import {
  isMessageId,
  MESSAGE_TEXT_CHARS_MAX,
  toBase64Url,
  type Cid,
  type MessageId,
  type NodeId,
} from '#protocol';
import { cleanText, directMessagePlaintext, type DirectMessageContent } from '#protocol/messages';
import { createLeaving, type Leaving } from './leaving.ts';
import { failures, messageUri } from './model.ts';
import { correspondent, peerNamed } from './naming.ts';
import type { ConversationsHost, OwnFile } from './ports.ts';
import { createReading, type Reading, type ShownMessage } from './reading.ts';
import { createReports, type Reports } from './reports/service.ts';
import * as store from './store.ts';

export interface Sending {
  readonly who: string;
  readonly text: string;
  readonly replyTo?: string | undefined;
  /** Ids of uploaded files. */
  readonly files?: readonly string[] | undefined;
}

export interface Conversations extends Reading, Reports, Leaving {
  /** Durable when it returns; sealed and sent after that. @throws conversations/*, text/*, people/*, media/not-found */
  send(message: Sending, actor: Actor, settle?: Settle<ShownMessage>): Promise<ShownMessage>;
  /** @throws conversations/no-request */
  accept(who: string, actor: Actor): Promise<NodeId>;
  /** Nothing more is taken from there; the other node learns it when it writes again. @throws conversations/no-request */
  decline(who: string, actor: Actor): Promise<NodeId>;
  markRead(who: string, actor: Actor): Promise<NodeId>;
}

export function createConversations(host: ConversationsHost): Conversations {
  const { db, people, events } = host;

  const reading = createReading(host);

  return {
    ...reading,
    ...createReports(host),
    ...createLeaving(host),

    async send({ who, text, replyTo, files = [] }, actor, settle) {
      const peer = await peerNamed(host, who);
      const clean = cleanText(text, MESSAGE_TEXT_CHARS_MAX);
      if (clean === '' && files.length === 0) throw failures.empty();
      const attached = files.length === 0 ? [] : await host.files.describe(files);
      const at = host.clock.now();
      const content = contentOf({ text: clean, replyTo: await answered(host, peer, replyTo), at, attached });
      // Checked here too, where the owner still sees why: sealing happens when the message leaves.
      directMessagePlaintext(content);
      const names = await reading.namesOf(host.self());
      return db.write(async (tx) => {
        const relation = (await people.relations(tx, [peer])).get(peer);
        if (relation?.blocked === true) throw failures.blocked();
        if ((await store.readThreads(tx, [peer])).get(peer)?.theyLeft === true) throw failures.theyLeft();
        if (attached.length > 0 && relation?.friend !== true) throw failures.filesToStranger();
        await people.keep(tx, peer);
        const id = await storeOwn(host, tx, { peer, content, at, files, attached, actor });
        const [message] = await store.findMessages(tx, [{ id, mine: true, peer }]);
        if (message === undefined) throw failures.noMessage();
        const shown = { message: { ...message, delivery: 'queued' }, author: host.self(), names };
        await settle?.(tx, shown);
        return shown;
      });
    },

    accept: (who, actor) => settleRequest(host, who, 'open', actor),
    decline: (who, actor) => settleRequest(host, who, 'declined', actor),

    async markRead(who, actor) {
      const peer = await peerNamed(host, who);
      await db.write(async (tx) => {
        if (!(await store.setThread(tx, peer, { unread: 0 }))) return;
        await events.append(tx, [{ type: 'conversations.read', subject: peer, actor: actorToString(actor) }]);
      });
      return peer;
    },
  };
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
  const attachments = attached.map(({ cid, key, size, type, name, width, height, durationMs }) => ({
    cid: cid as Cid,
    key: toBase64Url(key),
    size,
    type,
    ...(name === null ? {} : { name }),
    ...(width === null || height === null ? {} : { width, height }),
    ...(durationMs === null ? {} : { duration_ms: durationMs }),
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
