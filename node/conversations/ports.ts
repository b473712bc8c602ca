// What conversations needs of people, federation and discovery, as narrow as it is used, so that its rules are tested
// without them.
import type { Database, Reader, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { MessageId, NodeId } from '#protocol';
import type { DirectMessageContent, Payload } from '#protocol/messages';

/** A proven message as federation hands it over. */
export interface Incoming {
  readonly id: MessageId;
  readonly seq: number;
  readonly from: NodeId;
  readonly payload: Payload<'direct_message'>;
  readonly receivedAt: number;
}

/** That the other side has left, or is back. */
export interface IncomingUpdate {
  readonly from: NodeId;
  readonly payload: Payload<'conversation_update'>;
}

export interface Delivered {
  readonly id: MessageId;
  readonly state: string;
  readonly code: string | null;
}

export interface Mail {
  /** Queues a message whose payload is sealed when it first goes. */
  sendDraft(tx: Tx, to: NodeId, draft: DirectMessageContent): Promise<MessageId>;
  /** Tells the other node that the owner has left the conversation, or is back. */
  sendUpdate(tx: Tx, to: NodeId, payload: Payload<'conversation_update'>): Promise<void>;
  /** Cancels those of these messages that still wait; returns them. */
  withdraw(tx: Tx, ids: readonly MessageId[]): Promise<readonly MessageId[]>;
  /** Where messages stand that are still in the ledger. */
  states(ids: readonly string[]): Promise<readonly Delivered[]>;
}

export interface Relation {
  readonly friend: boolean;
  readonly blocked: boolean;
}

export interface Names {
  readonly username: string;
  readonly display_name: string;
  readonly avatar: string | null;
}

export interface People {
  /** Bonds with these nodes; those without any may be missing. */
  relations(reader: Reader, nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, Relation>>;
  /** Verified names; the owner's own among them. */
  names(nodeIds: readonly NodeId[]): Promise<ReadonlyMap<NodeId, Names>>;
  /** Somebody named by the owner: known ones first, then whoever can be proven. @throws people/unknown ... */
  resolve(who: string): Promise<NodeId>;
  /** Somebody there is a bond with, by verified name; nobody else. */
  known(username: string): Promise<NodeId | undefined>;
  /** Keeps what was proven of somebody. */
  keep(tx: Tx, nodeId: NodeId): Promise<void>;
}

/** Uploaded files of the owner. */
export interface Files {
  describe(ids: readonly string[]): Promise<readonly OwnFile[]>;
  attach(tx: Tx, ids: readonly string[], owner: string): Promise<void>;
}
export interface OwnFile {
  readonly cid: string;
  readonly key: Uint8Array;
  readonly size: number;
  readonly type: string;
  readonly name: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
}

/** The search index. */
export interface Index {
  index(
    tx: Tx,
    entries: readonly {
      readonly kind: string;
      readonly ref: string;
      readonly text: string;
      readonly at: number;
    }[],
  ): Promise<void>;
}

/** A file as it is served. */
export type SentFile = Omit<OwnFile, 'width' | 'height' | 'durationMs'>;

/** What the use cases stand on. */
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
