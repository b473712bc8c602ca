// The audit trail: every event that tells what happened becomes one chained entry, exactly once; any later change to the chain is found.
// It has no way to change or remove an entry.
import { equalBytes, toHex } from '#protocol';
import { isHint } from '#kernel/events.ts';
import type { Host } from '#kernel/feature.ts';
import { chainEvents, emptyHead, hashEntry } from './chain.ts';
import { FOLLOWERS_MAX, VERIFY_PAGE, type ChainedEntry } from './model.ts';
import * as store from './store.ts';

export interface Verification {
  readonly ok: boolean;
  /** Entries that hold. */
  readonly entries: number;
  /** The first seq that does not hold, where the chain is broken. */
  readonly brokenAt: number | null;
  /** Hash of the last entry, hexadecimal: kept elsewhere, it proves later that nothing before it has changed. */
  readonly head: string;
}

export interface Audit {
  /** Walks the whole chain. */
  verify(): Promise<Verification>;
  /** Entries after `seq`, oldest first; waits up to `waitMs` for the first one. */
  after(seq: number, options: FollowOptions): Promise<readonly ChainedEntry[]>;
  /** Entries before `seq`, newest first. */
  before(seq: number, limit: number): Promise<readonly ChainedEntry[]>;
}

export interface FollowOptions {
  readonly limit: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export function createAudit(host: Host): Audit {
  const { db, clock } = host;
  const followers = new Set<() => void>();

  host.events.consume({
    name: 'audit',
    from: 'oldest',
    async handle(tx, events) {
      const happened = events.filter((event) => !isHint(event));
      if (happened.length === 0) return;
      await store.appendEntries(tx, chainEvents(await store.findHead(tx), happened));
      tx.afterCommit(() => {
        for (const wake of followers) wake();
      });
    },
  });

  const news = (waitMs: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        cancel();
        followers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = clock.after(waitMs, done);
      signal.addEventListener('abort', done);
      followers.add(done);
    });

  return {
    async verify() {
      const expected = await store.findHead(db.read);
      let { seq, hash } = emptyHead;
      const broken = (at: number): Verification => ({
        ok: false,
        entries: seq,
        brokenAt: at,
        head: toHex(expected.hash),
      });
      while (seq < expected.seq) {
        const page = await store.entriesAfter(db.read, seq, VERIFY_PAGE);
        if (page.length === 0) return broken(seq + 1);
        for (const entry of page) {
          if (entry.seq > expected.seq) break;
          const next = hashEntry(hash, entry);
          if (entry.seq !== seq + 1 || !equalBytes(next, entry.hash)) return broken(seq + 1);
          seq = entry.seq;
          hash = next;
        }
      }
      if (!equalBytes(hash, expected.hash)) return broken(seq);
      return { ok: true, entries: seq, brokenAt: null, head: toHex(hash) };
    },
    async after(seq, { limit, waitMs, signal }) {
      const found = await store.entriesAfter(db.read, seq, limit);
      if (found.length > 0 || waitMs === 0 || signal.aborted || followers.size >= FOLLOWERS_MAX) return found;
      await news(waitMs, signal);
      return store.entriesAfter(db.read, seq, limit);
    },
    before: (seq, limit) => store.entriesBefore(db.read, seq, limit),
  };
}
