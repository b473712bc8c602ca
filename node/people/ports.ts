// What people needs of federation and discovery, as narrow as it is used, so that its rules are tested without them.
// federation and discovery fill these as they are.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock } from '#kernel/ports.ts';
import type { AppError, Json, MessageId, NodeId, Party } from '#protocol';
import type { MessageType, Payload } from '#protocol/messages';

export interface Verified<T extends MessageType> {
  readonly id: MessageId;
  readonly seq: number;
  readonly from: NodeId;
  readonly sender: Party;
  readonly payload: Payload<T>;
  readonly receivedAt: number;
}
export interface Outcome {
  readonly id: MessageId;
  readonly refuse: AppError;
}

export interface Mail {
  /** Puts a message into the outbox in the caller's transaction. */
  send<T extends MessageType>(
    tx: Tx,
    message: { to: NodeId; type: T; payload: Payload<T>; expiresAfterMs?: number; item?: string },
  ): Promise<MessageId>;
  sendMany<T extends MessageType>(
    tx: Tx,
    message: { to: readonly NodeId[]; type: T; payload: Payload<T>; item?: string },
  ): Promise<ReadonlyMap<NodeId, string>>;
  setStanding(tx: Tx, nodeId: NodeId, standing: 'contact' | 'stranger' | 'blocked'): Promise<void>;
  ask<T extends MessageType>(
    to: NodeId,
    type: T,
    payload: Payload<T>,
    options?: { timeoutMs?: number },
  ): Promise<Json>;
}

/** Somebody found and proven: the name stands in their own verified record. */
export interface Contact {
  readonly node_id: NodeId;
  readonly username: string;
  /** `deactivated`: the owner has left. */
  readonly identity: { readonly deactivated: boolean };
}
export interface Finder<C extends Contact = Contact> {
  /** @throws when nobody is found, with a sentence for the owner */
  resolve(query: string): Promise<C>;
  /** Keeps what was proven of somebody, from now on. */
  pin(tx: Tx, contact: C): Promise<void>;
  /** The name in the verified record of a node seen before. */
  usernameOf(nodeId: NodeId): Promise<string | undefined>;
  /** Whether the owner of a node seen before has left. */
  isClosed(nodeId: NodeId): Promise<boolean>;
  search(query: string): Promise<readonly FoundInDirectory[]>;
}
export interface FoundInDirectory {
  readonly node_id: string;
  readonly username: string;
  readonly display_name?: string | null;
  readonly online?: boolean;
  readonly name_since?: string | undefined;
}

export interface PeopleHost<C extends Contact = Contact> {
  readonly db: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly mail: Mail;
  readonly finder: Finder<C>;
  readonly self: () => NodeId;
  /** Whether this names the owner: the own node id, DID, username or address. */
  readonly isSelf: (who: string) => boolean;
  /** The name that goes with a request. */
  readonly displayName: () => Promise<string>;
}
