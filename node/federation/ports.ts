// What federation needs of others, as narrow as it is used: who this node is, how others are found, what carries
// bytes, and the registry's mailbox. identity and discovery fill these; a test rig may.
import type { Job } from '#kernel/jobs.ts';
import type { NodeId, Party, SigningKey } from '#protocol';
import type { Payload } from '#protocol/messages';
import type { Sender } from './inbox/intake.ts';

/** This node, as it signs. */
export interface Self {
  readonly nodeId: NodeId;
  /** How this node names itself to a reader at this address (none: one that only a mailbox reaches). */
  party(readerUrl: string | undefined): Party;
  signingKey(): SigningKey;
  /** Newest first: older sealing keys still open what was sealed before a change. */
  sealingKeys(): readonly Uint8Array[];
  generation(): number;
  /** Whether the owner has left: nothing is taken and nothing sent any more. */
  closed(): boolean;
  /** The current signed record, whole. */
  record(): Promise<Uint8Array>;
  /** The current signed record, as a reader at this address (none: behind a mailbox) may have it, and the log. */
  introduction(readerUrl: string | undefined): Promise<{ readonly record: Uint8Array; readonly log: string }>;
}

/** How a node can be reached and what is sealed and checked with. */
export interface Route {
  readonly signingKey: Uint8Array;
  readonly sealingKey: Uint8Array;
  readonly serverUrls: readonly string[];
  readonly username: string;
  /** The node's registry has a mailbox for it that this node can reach. */
  readonly mailbox: boolean;
  readonly suspended: boolean;
  /** Its owner has left for good: what waits for it never arrives. */
  readonly closed: boolean;
}

export interface Directory {
  senderNow(nodeId: NodeId): Sender | undefined;
  loadSender(nodeId: NodeId): Promise<Sender | undefined>;
  route(nodeId: NodeId): Promise<Route | undefined>;
  /** Asks the registry for a newer record; false when there is none. Never throws for an unreachable registry. */
  refresh(nodeId: NodeId): Promise<boolean>;
  /** Judges a log and record that somebody showed. @throws identity/*, record/* for what does not hold */
  learn(shown: {
    readonly record: Uint8Array;
    readonly log: string;
  }): Promise<{ nodeId: NodeId; verdict: string }>;
  learnUpdate(from: NodeId, payload: Payload<'identity_update'>): Promise<void>;
  usernameOf(nodeId: NodeId): Promise<string | undefined>;
  readonly mailbox: Mailbox;
}

export interface MailboxItem {
  readonly itemId: string;
  readonly box: Uint8Array;
}

/** Store and forward by a registry, which sees sealed boxes only. */
export interface Mailbox {
  /** Whether this node has one to collect from. */
  readonly available: () => boolean;
  /** Calls `run` when it has become available. */
  readonly onAvailable: (run: () => void) => void;
  /** @throws network/*, or what the registry answered */
  route(to: NodeId, box: Uint8Array): Promise<void>;
  /** Waits up to `waitS` seconds for something to come. */
  collect(options: {
    readonly waitS: number;
    readonly limit: number;
    readonly signal: AbortSignal;
  }): Promise<MailboxItem[]>;
  ack(itemIds: readonly string[]): Promise<void>;
}

/** An answer of another node, not yet judged. */
export interface WireAnswer {
  readonly status: number;
  /** A signed receipt; or else a problem with its code. */
  readonly receipt?: Uint8Array;
  readonly code?: string;
  readonly body: Uint8Array;
  readonly retryAfterS?: number;
}

/** What carries frames to a node at an address. @throws network/* */
export interface Transport {
  inbox(url: string, body: Uint8Array, form: 'single' | 'batch', signal: AbortSignal): Promise<WireAnswer>;
  introduce(url: string, shown: { readonly record: Uint8Array; readonly log: string }): Promise<WireAnswer>;
  query(url: string, envelope: Uint8Array, timeoutMs: number): Promise<WireAnswer>;
}

export type Wakeable = Pick<Job, 'wake'>;
