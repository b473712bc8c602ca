// What an audit entry is, and the limits of reading the trail. Pure: no I/O.
// Content never belongs in an entry: chain.ts withholds it.

/** Entries verified at once: bounds memory. */
export const VERIFY_PAGE = 1_000;
export const LIST_LIMIT_MAX = 100;
/** The longest that a follower waits for news; under the server's idle limit. */
export const WAIT_S_MAX = 25;
/** Followers that wait at once: each holds a connection. */
export const FOLLOWERS_MAX = 20;
export interface Entry {
  readonly seq: number;
  /** The event that it tells of; the chain has no gap in `seq`, events may. */
  readonly eventSeq: number;
  readonly at: string;
  readonly type: string;
  readonly subject: string;
  readonly actor: string;
  /** Canonical JSON `{old?, new?}`. */
  readonly detail: string;
}

export interface ChainedEntry extends Entry {
  readonly hash: Uint8Array;
}

/** Where a chain stands. */
export interface Head {
  readonly seq: number;
  readonly hash: Uint8Array;
}
