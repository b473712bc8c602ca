// The registry's store, as a port: SQLite today, PostgreSQL beside it later. These comments are the contract;
// test/registry/store-acceptance.ts holds every implementation to it.
// Times are Unix milliseconds. A promise settles only after the change is durable.

export interface StoredNode {
  readonly node_id: string;
  readonly username: string;
  /** What confusable names share; unique. */
  readonly username_skeleton: string;
  readonly display_name: string;
  readonly region: string;
  readonly language: string;
  readonly capabilities: readonly string[];
  /** False: found by exact id only. */
  readonly listed: boolean;
  readonly log: string;
  readonly log_head: string;
  /** The exact text of the signed record. */
  readonly record: string;
  readonly record_seq: number;
  readonly record_expires_at: number;
  /** The current signing key, 32 bytes. */
  readonly signing_key: Uint8Array;
  readonly deactivated: boolean;
  readonly registered_at: number;
  /** Since when it has its username. */
  readonly named_at: number;
  readonly updated_at: number;
  readonly last_seen_at: number;
}

/** What a search shows of a node: without its documents, which may be hundreds of kilobytes each. */
export type ListedNode = Omit<StoredNode, 'log' | 'record' | 'signing_key'>;

/** Names are free again when their node was closed, or its record had expired, before these moments. */
export interface FreedNames {
  readonly closedBefore: number;
  readonly expiredBefore: number;
}

export interface DiscoverQuery {
  readonly username?: string | undefined;
  /** Words; each must begin a word of the username or display name. */
  readonly text?: string | undefined;
  readonly display_name?: string | undefined;
  readonly capability?: string | undefined;
  readonly region?: string | undefined;
  readonly language?: string | undefined;
  /** Usernames after this one. */
  readonly after?: string | undefined;
  readonly limit: number;
  /** Records expired at this moment are left out. */
  readonly now: number;
}

export interface Deposit {
  readonly recipient: string;
  readonly depositor: string;
  /** Whether the recipient named the depositor as a contact. */
  readonly contact: boolean;
  readonly box: Uint8Array;
  readonly received_at: number;
}

export interface MailboxLimits {
  readonly itemsMax: number;
  readonly bytesMax: number;
  readonly depositorItemsMax: number;
  readonly depositorBytesMax: number;
  /** The share of items and bytes that depositors who are no contacts may fill. */
  readonly strangersShare: number;
}

export interface MailboxItem {
  readonly item_id: string;
  readonly box: Uint8Array;
  readonly received_at: number;
}

export type DepositResult = { readonly stored: true; readonly item_id: string } | { readonly stored: false };

export interface RegistryStore extends AsyncDisposable {
  /**
   * Inserts or replaces a node by its id. `seenSeq` is the record_seq that the caller judged against (0 for none).
   * A name that another node has lost (`freed`) is taken from it: that node keeps its row, with an empty name.
   * @throws registry/username-taken when another node has the same skeleton, registry/raced when record_seq moved on
   */
  putNode(node: StoredNode, seenSeq: number, freed: FreedNames): Promise<void>;
  node(nodeId: string): Promise<StoredNode | undefined>;
  /** Listed, active, unexpired nodes in order of username; at most `limit`. */
  discover(query: DiscoverQuery): Promise<ListedNode[]>;
  /** Moves last_seen_at forward, never back. */
  seen(lastSeenByNode: ReadonlyMap<string, number>): Promise<void>;
  /** Replaces the digests of a recipient's contacts. */
  setContacts(nodeId: string, salt: string, digests: readonly string[]): Promise<void>;
  contacts(
    nodeId: string,
  ): Promise<{ readonly salt: string; readonly digests: ReadonlySet<string> } | undefined>;
  /** Stores a box unless a limit says no; judged and stored in one transaction. */
  deposit(deposit: Deposit, limits: MailboxLimits): Promise<DepositResult>;
  /** The oldest items first. */
  items(recipient: string, limit: number): Promise<MailboxItem[]>;
  /** Deletes those of the items that are the recipient's; answers how many. */
  acknowledge(recipient: string, itemIds: readonly string[]): Promise<number>;
  /** Deletes boxes received before; at most `limit` at once; answers how many. */
  expire(before: number, limit: number): Promise<number>;
  counts(onlineSince: number): Promise<{ nodes: number; online: number; items: number; bytes: number }>;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
}
