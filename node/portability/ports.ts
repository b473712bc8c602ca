// What an export reads and what leaving does, as narrow as it is used.
// index.ts fills these from the doors of the other areas; a test may fill them otherwise.
import type { Actor } from '#kernel/actor.ts';
import type { Json, NodeId } from '#protocol';
import type { Readable } from 'node:stream';
import type { FinishedExport } from './model.ts';

/** One list of an export: a file of JSON lines. */
export interface Section {
  /** Relative, with forward slashes: `posts/posts.jsonl`. */
  readonly path: string;
  rows(): AsyncIterable<Json>;
}

/** One file of the owner's, or one that came to them. */
export interface Medium {
  readonly cid: string;
  readonly key: Uint8Array;
  readonly size: number;
  readonly name: string | null;
}

export interface Sources {
  readonly owner: () => { readonly nodeId: NodeId; readonly username: string };
  readonly sections: readonly Section[];
  /** Every file that the sections mention; those that are not here are passed over. */
  media(): AsyncIterable<Medium>;
  open(medium: Medium): Promise<Readable | undefined>;
}

export interface Leaving {
  /** Whether the owner has left already. */
  closed(): boolean;
  /** Asks everybody to erase what was shared and ends every bond; the last message to each node, before which all others stand. */
  farewell(): Promise<ReadonlyMap<NodeId, string>>;
  /** Where these messages stand, by id. */
  delivery(ids: readonly string[]): Promise<ReadonlyMap<string, 'told' | 'mailbox' | 'waiting'>>;
  /** Closes the identity for good. */
  close(): Promise<void>;
  /** Ends what reached neither a node nor its mailbox: a closed node sends nothing more. */
  abandon(): Promise<void>;
  names(nodeIds: readonly NodeId[]): Promise<{ node_id: string; username: string }[]>;
  /** Shows the closed identity to contacts and to the registry; never throws for what cannot be reached. */
  announceClosed(): Promise<void>;
}

export interface Bonds {
  block(who: string, actor: Actor): Promise<NodeId>;
  blocked(page: {
    readonly after: string;
    readonly limit: number;
  }): Promise<{ node_id: string; username: string }[]>;
}

/** What is remembered of exports. */
export interface Exports {
  last(): Promise<FinishedExport | undefined>;
  keep(done: FinishedExport): Promise<void>;
  /** Writes down that everything was exported, or taken away, and by whom. */
  tell(what: 'export-started' | 'export-downloaded', actor: Actor): Promise<void>;
}
