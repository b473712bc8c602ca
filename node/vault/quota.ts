// The two budgets of the vault, counted in memory from the rows at start: a write asks before each piece it stores.
// What is reserved counts as used until it is released or committed, so that parallel uploads cannot overrun together.
import { failures, type BlobKind } from './model.ts';

export interface Reservation {
  /** Takes more. @throws vault/quota */
  grow(bytes: number): void;
  /** Gives everything back: nothing was stored. */
  release(): void;
}

export interface Quota {
  /** @throws vault/quota */
  reserve(kind: BlobKind, bytes: number): Reservation;
  /** Stored bytes that have been removed. */
  freed(kind: BlobKind, bytes: number): void;
  /** A blob changes its budget. */
  moved(from: BlobKind, to: BlobKind, bytes: number): void;
  used(kind: BlobKind): number;
  /** Bytes over the limit if `bytes` more came in; 0 or less when they fit. */
  excess(kind: BlobKind, bytes: number): number;
}

export function createQuota(
  limits: Readonly<Record<BlobKind, number>>,
  stored: Readonly<Record<BlobKind, number>>,
): Quota {
  const used = { ...stored };
  const take = (kind: BlobKind, bytes: number): void => {
    if (used[kind] + bytes > limits[kind]) throw failures.quota();
    used[kind] += bytes;
  };
  return {
    reserve(kind, bytes) {
      take(kind, bytes);
      let held = bytes;
      return {
        grow(more) {
          take(kind, more);
          held += more;
        },
        release() {
          used[kind] -= held;
          held = 0;
        },
      };
    },
    freed(kind, bytes) {
      used[kind] -= bytes;
    },
    moved(from, to, bytes) {
      used[from] -= bytes;
      used[to] += bytes;
    },
    used: (kind) => used[kind],
    excess: (kind, bytes) => used[kind] + bytes - limits[kind],
  };
}
