// Opening what came, outside every transaction and off the inbox path.
// It also says what a new bond means for a thread.
// What does not open stays as it came, marked and shown as unreadable; it is tried again when the node starts.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Log } from '#kernel/log.ts';
import { AppError, fromBase64Url, isNodeId, parseTimestamp, type MessageId, type NodeId } from '#protocol';
import { openDirectMessage, type DirectMessageContent } from '#protocol/messages';
import { believedTime, isTalk, messageUri, OPENING_MAX, takenAttachments, type Attachment } from './model.ts';
import type { Index } from './ports.ts';
import * as store from './store.ts';

export interface OpeningHost {
  readonly db: Database;
  readonly events: Events;
  readonly log: Log;
  readonly self: () => NodeId;
  /** Newest first. */
  readonly sealingKeys: () => readonly Uint8Array[];
  readonly search: Index;
}

type Tried =
  | { readonly sealed: store.SealedMessage; readonly content: DirectMessageContent }
  | { readonly sealed: store.SealedMessage; readonly reason: string };

export interface Opening {
  /** Opens a bounded number of sealed messages; whether there may be more. */
  step(): Promise<boolean>;
}

export function createOpening(host: OpeningHost): Opening {
  let fresh = true;
  return {
    async step() {
      // Once at each start: a restored backup or a newer version may open what an older one could not.
      if (fresh) await host.db.write((tx) => store.sealAgain(tx));
      fresh = false;
      const sealed = await store.listSealed(host.db.read, OPENING_MAX);
      if (sealed.length === 0) return false;
      const tried = await Promise.all(sealed.map((message) => tryToOpen(host, message)));
      await host.db.write((tx) => storeTried(host, tx, tried));
      return sealed.length === OPENING_MAX;
    },
  };
}

async function tryToOpen(host: OpeningHost, sealed: store.SealedMessage): Promise<Tried> {
  const { id, seq, peer, enc, ciphertext } = sealed;
  const party = (node_id: NodeId): { node_id: NodeId; server_url: string; username: string } => ({
    node_id,
    server_url: '',
    username: '',
  });
  const fields = { id, seq, type: 'direct_message', from: party(peer), to: party(host.self()) };
  try {
    const payload = { scheme: 'hpke', enc, ciphertext } as const;
    return { sealed, content: await openDirectMessage(fields, payload, host.sealingKeys()) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    host.log.info({ id, from: peer, code: error.code }, 'a direct message cannot be read');
    return { sealed, reason: error.code };
  }
}

async function storeTried(host: OpeningHost, tx: Tx, tried: readonly Tried[]): Promise<void> {
  const peers = [...new Set(tried.map(({ sealed }) => sealed.peer))];
  const threads = await store.readThreads(tx, peers);
  const times = await store.lastTimes(tx, peers);
  const opened: (store.OpenedMessage & { readonly id: MessageId; readonly peer: NodeId })[] = [];
  const unreadable: { row: number; at: number; reason: string }[] = [];
  for (const one of tried) {
    const { row, id, peer, at: receivedAt } = one.sealed;
    const before = times.get(peer) ?? 0;
    if (!('content' in one)) {
      const at = believedTime(receivedAt, receivedAt, before);
      times.set(peer, at);
      unreadable.push({ row, at, reason: one.reason });
      continue;
    }
    const { content } = one;
    const at = believedTime(parseTimestamp(content.created_at), receivedAt, before);
    times.set(peer, at);
    const { taken, withheld } = takenAttachments(content, threads.get(peer)?.status ?? 'request');
    const replyTo = content.reply_to ?? null;
    opened.push({
      row,
      id,
      peer,
      at,
      text: content.text,
      replyTo,
      withheld,
      attachments: taken.map(toAttachment),
    });
  }
  await store.storeOpened(
    tx,
    opened.map(({ id: _id, peer: _peer, ...rest }) => rest),
  );
  await store.storeUnreadable(tx, unreadable);
  await host.search.index(
    tx,
    opened
      .filter(({ text }) => text !== '')
      .map(({ id, peer, text, at }) => ({ kind: 'message', ref: messageUri(peer, id), text, at })),
  );
  // What was unreadable before and still is has been told of.
  const fresh = tried.filter((one) => 'content' in one || !one.sealed.triedBefore);
  await host.events.append(
    tx,
    fresh.map(({ sealed: { id, peer } }) => ({
      type: 'conversations.received',
      subject: messageUri(peer, id),
      actor: `node:${peer}`,
      new: { peer, request: !isTalk(threads.get(peer)?.status) },
    })),
  );
}

function toAttachment(file: NonNullable<DirectMessageContent['attachments']>[number]): Attachment {
  const {
    cid,
    key,
    size,
    type,
    name = null,
    width = null,
    height = null,
    duration_ms: durationMs = null,
  } = file;
  return { cid, key: fromBase64Url(key, 32), size, type, name, width, height, durationMs };
}

/** New friends talk, whoever left before; what a blocked person asked is declined. */
export async function noteBonds(
  tx: Tx,
  events: readonly { readonly type: string; readonly subject: string }[],
): Promise<void> {
  for (const { type, subject } of events) {
    if (!isNodeId(subject)) continue;
    const thread = (await store.readThreads(tx, [subject])).get(subject);
    if (thread === undefined) continue;
    if (type === 'people.befriended')
      await store.setThread(tx, subject, { status: 'open', waiting: 0, they_left: 0 });
    else if (type === 'people.blocked' && thread.status === 'request')
      await store.setThread(tx, subject, { status: 'declined', unread: 0 });
  }
}
