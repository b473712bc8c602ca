// Binds the contract of conversations to its use cases.
// Decides nothing: it translates between rows and what scripts rely on.
import type { Actor } from '#kernel/actor.ts';
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import { isoTime } from '#kernel/ports.ts';
import { isNodeId, type NodeId } from '#protocol';
import type { IncomingMessage } from 'node:http';
import * as api from './api.ts';
import { failures, messageUri, type Report } from './model.ts';
import type { ShownMessage, ShownThread } from './reading.ts';
import type { Conversations } from './service.ts';

export interface ConversationsHttp {
  readonly conversations: Conversations;
  readonly receiveFile: (
    request: IncomingMessage,
    about: { readonly name?: string | undefined },
  ) => Promise<api.UploadedFile>;
  readonly sendFile: (
    file: { author: NodeId; id: string; position: number },
    context: RequestContext,
  ) => Promise<void>;
}

export function conversationsRoutes({
  conversations,
  receiveFile,
  sendFile,
}: ConversationsHttp): BoundRoute[] {
  return [
    bind(api.sendMessage, async ({ body }, { actor, settle }) => {
      const { who, text, reply_to: replyTo, files } = body;
      const message = { who, text, replyTo, files };
      return shownMessage(
        await conversations.send(message, actor, (tx, shown) => settle(tx, shownMessage(shown))),
      );
    }),
    bind(api.uploadFile, ({ query }, { request }) => receiveFile(request, query)),
    bind(api.listMessages, async ({ query }) => {
      const { items, next_cursor, thread } = await conversations.messages(query);
      const conversation =
        thread === undefined ? null : { status: thread.status, they_left: thread.theyLeft };
      return { items: items.map(shownMessage), next_cursor, conversation };
    }),
    bind(api.listThreads, async ({ query }) => {
      const { items, next_cursor, unread } = await conversations.threads(query);
      return { items: items.map(shownThread), next_cursor, unread };
    }),
    bind(api.changeThread, async ({ params: { action }, body: { who } }, { actor }) => {
      const nodeId = await changeThread(conversations, action)(who, actor);
      const names = await conversations.namesOf(nodeId);
      return { node_id: nodeId, username: names?.username ?? '', done: action };
    }),
    bind(api.readAttachment, async ({ params: { author, id, position } }, context) => {
      if (!isNodeId(author)) throw failures.noMessage();
      await sendFile({ author, id, position }, context);
    }),
    bind(api.createReport, async ({ body }, { actor, settle }) =>
      shownReport(await conversations.report(body, actor, (tx, report) => settle(tx, shownReport(report)))),
    ),
    bind(api.listReports, async ({ query }) => {
      const { items, next_cursor } = await conversations.reports(query);
      return { items: items.map(shownReport), next_cursor };
    }),
  ];
}

function changeThread(
  conversations: Conversations,
  action: api.ThreadAction,
): (who: string, actor: Actor) => Promise<NodeId> {
  const change = {
    accept: (who: string, actor: Actor) => conversations.accept(who, actor),
    decline: (who: string, actor: Actor) => conversations.decline(who, actor),
    read: (who: string, actor: Actor) => conversations.markRead(who, actor),
    leave: (who: string, actor: Actor) => conversations.leave(who, actor),
    reopen: (who: string, actor: Actor) => conversations.reopen(who, actor),
  };
  return change[action];
}

function shownMessage({ message, author, names }: ShownMessage): api.ShownMessage {
  const { id, peer, text, at, state, replyTo, attachments, withheld, delivery, reason } = message;
  return {
    id,
    uri: messageUri(author, id),
    author: {
      node_id: author,
      username: names?.username ?? '',
    },
    with: peer,
    text,
    created_at: isoTime(at),
    state: state === 'unreadable' ? 'unreadable' : 'shown',
    ...(replyTo === null ? {} : { reply_to: replyTo }),
    ...(attachments.length === 0
      ? {}
      : {
          attachments: attachments.map(({ name, type, size, width, height, durationMs }, position) => ({
            position,
            name,
            type,
            size,
            width,
            height,
            duration_ms: durationMs,
          })),
        }),
    ...(withheld === 0 ? {} : { withheld }),
    ...(message.mine ? { delivery: delivery ?? 'queued' } : {}),
    ...(reason === null ? {} : { reason }),
  };
}

function shownThread({ thread, names, newest }: ShownThread): api.ShownThread {
  return {
    node_id: thread.peer,
    username: names?.username ?? '',
    display_name: names?.display_name ?? '',
    avatar: names?.avatar ?? null,
    unread: thread.unread,
    last_at: isoTime(thread.lastAt),
    newest: newest === undefined ? null : shownMessage(newest),
  };
}

function shownReport({ id, about, nodeId, reason, at }: Report): {
  id: string;
  about: string;
  node_id: string;
  reason: string;
  created_at: string;
} {
  return { id, about, node_id: nodeId, reason, created_at: isoTime(at) };
}
