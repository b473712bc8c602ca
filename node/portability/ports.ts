// What an export reads and what leaving does, as narrow as it is used.
// index.ts fills these from the doors of the other areas; a test may fill them otherwise.
import type { Actor } from '#kernel/actor.ts';
import type { Json, NodeId } from '#protocol';
import type { Readable } from 'node:stream';

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
  /** Tells everybody there is a bond with that it ends, and asks them to erase; returns the messages' ids. */
  farewell(actor: Actor): Promise<readonly string[]>;
  /** How many of these have reached the other node or its mailbox. */
  reached(ids: readonly string[]): Promise<number>;
  /** Closes the identity for good. */
  close(): Promise<void>;
  /** Shows the closed identity to contacts and to the registry; never throws for what cannot be reached. */
  announceClosed(): Promise<void>;
}

export interface Bonds {
  block(who: string, actor: Actor): Promise<NodeId>;
  blocked(): Promise<{ node_id: string; username: string }[]>;
}
