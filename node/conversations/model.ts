// Direct messages as this node keeps them: what a thread is, what a message is, and what is refused. Pure.
// A message of somebody who is no friend waits as a request; what cannot be opened is shown as such, never dropped.
import type { ChangeRules } from '#kernel/changes.ts';
import { AppError, type MessageId, type NodeId, type Uri } from '#protocol';
import type { DirectMessageContent } from '#protocol/messages';

/**
 * `request`: waits for the owner. `declined`: nothing more is taken from there until the owner writes. `left`: the
 * owner has left, and the other node knows; the words stay, out of the list.
 */
export type ThreadStatus = 'open' | 'request' | 'declined' | 'left';

export interface Thread {
  readonly peer: NodeId;
  readonly status: ThreadStatus;
  readonly unread: number;
  /** Messages taken while it was a request. */
  readonly waiting: number;
  readonly lastAt: number;
  /** The other side takes nothing more of the owner. */
  readonly theyLeft: boolean;
}

/** `sealed`: came, and is not opened yet. `unreadable`: no key of this node opens it, or its content does not fit. */
export type MessageState = 'sealed' | 'shown' | 'unreadable';

export interface Attachment {
  readonly cid: string;
  readonly key: Uint8Array;
  readonly size: number;
  readonly type: string;
  readonly name: string | null;
  /** As its sender says: room is kept by them, and nothing else depends on them. */
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
}

export interface Message {
  /** Order of arrival here. */
  readonly row: number;
  readonly id: MessageId;
  readonly peer: NodeId;
  readonly mine: boolean;
  readonly state: MessageState;
  readonly text: string;
  readonly replyTo: MessageId | null;
  /** When it was written, as far as that can be believed: see `believedTime`. */
  readonly at: number;
  readonly attachments: readonly Attachment[];
  /** Files that came with a request and were not taken. */
  readonly withheld: number;
  /** Of one's own message: where it stands, and why. */
  readonly delivery: string | null;
  readonly reason: string | null;
}

export interface Report {
  readonly id: string;
  readonly about: string;
  readonly nodeId: NodeId;
  readonly reason: string;
  readonly at: number;
}

/** Requests of strangers that wait for the owner (docs/protocol.md "Delivery"): more is a flood. */
export const REQUESTS_MAX = 200;
/** Messages of one request: enough to say who one is. */
export const REQUEST_MESSAGES_MAX = 20;
/** Unsent messages cancelled in the transaction that tells that their reader has left; their node refuses the rest. */
export const LEAVING_CANCELS_MAX = 1_000;
/** Messages opened in one step: bounds memory (50 kB each) and the length of the transaction. */
export const OPENING_MAX = 64;

/** The address of a message: its author and its id. */
export function messageUri(author: NodeId, id: MessageId): Uri {
  return `orf://${author}/message/${id}` as Uri;
}

/**
 * When an incoming message counts as written: as its sender says, but never after it came here, and never before
 * what the same sender wrote before it, so that a wrong clock cannot change the order of a pair.
 */
export function believedTime(claimed: number, receivedAt: number, before: number): number {
  return Math.max(before, Math.min(claimed, receivedAt));
}

/** Whether the owner takes part, or did when the words came: no stranger who waits, nobody declined. */
export function isTalk(status: ThreadStatus | undefined): boolean {
  return status === 'open' || status === 'left';
}

/** What is shown of files: none of a request. */
export function takenAttachments(
  content: DirectMessageContent,
  status: ThreadStatus,
): { taken: NonNullable<DirectMessageContent['attachments']>; withheld: number } {
  const all = content.attachments ?? [];
  return isTalk(status) ? { taken: all, withheld: 0 } : { taken: [], withheld: all.length };
}

export const failures = {
  empty: (): AppError =>
    new AppError({
      category: 'invalid',
      code: 'conversations/empty-unprocessable',
      safe: {
        en: 'There is nothing to send: write a text or attach a file.',
        fr: "Il n'y a rien à envoyer : écrivez un texte ou joignez un fichier.",
      },
    }),
  self: (): AppError =>
    new AppError({
      category: 'invalid',
      code: 'conversations/self-unprocessable',
      safe: {
        en: 'That is you. A message needs somebody else.',
        fr: "C'est vous. Un message s'adresse à quelqu'un d'autre.",
      },
    }),
  blocked: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'conversations/blocked',
      safe: {
        en: 'You have blocked this person. Nothing was sent. Unblock them first: ored friends unblock.',
        fr: "Vous avez bloqué cette personne. Rien n'a été envoyé. Débloquez-la d'abord : ored friends unblock.",
      },
    }),
  theyLeft: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'conversations/they-left',
      safe: {
        en: 'This person has left the conversation. Nothing was sent. They can come back by writing to you.',
        fr: "Cette personne a quitté la conversation. Rien n'a été envoyé. Elle peut y revenir en vous écrivant.",
      },
    }),
  noConversation: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'conversations/no-conversation',
      safe: {
        en: 'There is no open conversation with this person. Nothing was changed.',
        fr: "Il n'y a pas de conversation ouverte avec cette personne. Rien n'a été modifié.",
      },
    }),
  filesToStranger: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'conversations/files-for-friends',
      safe: {
        en: 'Files can be sent to friends only. Nothing was sent. Send the text alone, or become friends first.',
        fr: "Les fichiers ne s'envoient qu'aux amis. Rien n'a été envoyé. Envoyez le texte seul, ou devenez amis d'abord.",
      },
    }),
  noMessage: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'conversations/not-found',
      safe: { en: 'There is no such message here.', fr: "Ce message n'est pas ici." },
    }),
  noRequest: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'conversations/no-request',
      safe: {
        en: 'There is no message request from this person. "ored message requests" shows what waits.',
        fr: "Il n'y a pas de demande de message de cette personne. « ored message requests » montre ce qui attend.",
      },
    }),
  ambiguous: (nodeIds: readonly string[]): AppError =>
    new AppError({
      category: 'conflict',
      code: 'conversations/ambiguous',
      safe: {
        en: `Several people who wrote to you have this name: ${nodeIds.join(', ')}. Use the node id.`,
        fr: `Plusieurs personnes qui vous ont écrit portent ce nom : ${nodeIds.join(', ')}. Employez l'identifiant du nœud.`,
      },
    }),
  /** To another node. */
  declined: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'conversations/declined',
      safe: 'This person does not take messages from you.',
    }),
  /** To another node. */
  left: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'conversations/left',
      safe: 'This person has left the conversation.',
    }),
  tooManyRequests: (): AppError =>
    new AppError({
      category: 'limit',
      code: 'conversations/too-many-requests',
      safe: 'Too many message requests wait for this person.',
    }),
  requestFull: (): AppError =>
    new AppError({
      category: 'limit',
      code: 'conversations/request-full',
      safe: 'This person has not answered yet; wait for it before you write more.',
    }),
} as const;

/** What the owner's clients are told of, by ids; what was said stays in the answers of the routes. */
export const changes: ChangeRules = {
  'conversations.received': { kind: 'message', ids: ['peer'] },
  'conversations.sent': { kind: 'message', ids: ['peer'] },
  'conversations.read': { kind: 'message', ids: ['peer'] },
  'conversations.request-accepted': { kind: 'message', ids: ['peer'] },
  'conversations.request-declined': { kind: 'message', ids: ['peer'] },
  'conversations.left': { kind: 'message' },
  'conversations.reopened': { kind: 'message' },
  'conversations.they-left': { kind: 'message' },
  'conversations.they-returned': { kind: 'message' },
};
