// Full-text search over what the owner may see: areas put their texts in and say what is shown for them.
// An entry whose area gives nothing for it (deleted, blocked) is passed over, so a stale index shows nothing.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Jobs } from '#kernel/jobs.ts';
import type { Page } from '#kernel/paging.ts';
import type { Clock } from '#kernel/ports.ts';
import { AppError, invalid } from '#protocol/errors.ts';
import assert from 'node:assert/strict';
import {
  matchExpression,
  MERGE_PAUSE_MS,
  MERGE_ROWS_MAX,
  type SearchEntry,
  type SearchHit,
  type SearchRef,
} from './model.ts';
import {
  findEntries,
  mergePending,
  pendingRange,
  putPending,
  removeEntries,
  type FoundEntry,
} from './store.ts';

/** Pages of the index read for one answer, when most of what was found may not be shown. */
const ROUNDS_MAX = 5;

export type Resolve = (refs: readonly string[]) => Promise<ReadonlyMap<string, SearchHit>>;

export interface FoundItem extends Omit<SearchHit, 'peer'> {
  readonly peer: string | null;
  readonly kind: string;
  readonly id: string;
}

export interface SearchDoor {
  /** Puts entries in, in the transaction of the change that they come from. */
  index(tx: Tx, entries: readonly SearchEntry[]): Promise<void>;
  remove(tx: Tx, refs: readonly SearchRef[]): Promise<void>;
  /** Says what is shown for entries of `kind`; once for each kind, at start. */
  provide(kind: string, resolve: Resolve): void;
}

export interface Search extends SearchDoor {
  /** Newest first. @throws search/empty, search/cursor */
  find(question: {
    text: string;
    kind?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<FoundItem>>;
}

export function createSearch(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
}): Search {
  const { db, clock } = host;
  const resolvers = new Map<string, Resolve>();

  let mergedAt = Number.NEGATIVE_INFINITY;
  const merge = async (): Promise<number> => {
    mergedAt = clock.now();
    return db.write((tx) => mergePending(tx, MERGE_ROWS_MAX));
  };
  // Merged one by one, each text would write its own segments of the index, at every savepoint (FTS5).
  const job = host.jobs.register({
    name: 'search/merge',
    firstAfterMs: 0,
    run: async (signal) => {
      // A clock that steps back must not put it off for long.
      const waitMs = Math.min(MERGE_PAUSE_MS, mergedAt + MERGE_PAUSE_MS - clock.now());
      if (waitMs > 0) return waitMs;
      while ((await merge()) === MERGE_ROWS_MAX && !signal.aborted);
      return null;
    },
  });

  /** A question finds what was committed before it. */
  const catchUp = async (): Promise<void> => {
    try {
      const { newest = 0 } = (await pendingRange(db.read)) ?? {};
      while (((await pendingRange(db.read))?.oldest ?? Infinity) <= newest) await merge();
    } catch (error) {
      // A full or read-only disk leaves reads: what is merged is searched, and the job reports the failure.
      if (!(error instanceof AppError && error.category === 'unavailable')) throw error;
    }
  };

  const show = async (found: readonly FoundEntry[]): Promise<FoundItem[]> => {
    const shown = new Map<string, SearchHit>();
    for (const kind of new Set(found.map((entry) => entry.kind))) {
      const refs = found.filter((entry) => entry.kind === kind).map(({ ref }) => ref);
      const hits = await resolvers.get(kind)?.(refs);
      for (const [ref, hit] of hits ?? []) shown.set(`${kind} ${ref}`, hit);
    }
    return found.flatMap(({ kind, ref }) => {
      const hit = shown.get(`${kind} ${ref}`);
      return hit === undefined ? [] : [{ kind, id: ref, ...hit, peer: hit.peer ?? null }];
    });
  };

  return {
    async index(tx, entries) {
      if (entries.length === 0) return;
      await putPending(tx, entries);
      tx.afterCommit(() => job.wake());
    },
    async remove(tx, refs) {
      if (refs.length > 0) await removeEntries(tx, refs);
    },
    provide(kind, resolve) {
      assert(!resolvers.has(kind), `search entries of kind ${kind} are provided twice`);
      resolvers.set(kind, resolve);
    },
    async find({ text, kind, limit, cursor }) {
      const match = matchExpression(text);
      if (match === null) {
        throw invalid('search/empty', {
          en: 'There is no word to look for. Write at least one letter or digit.',
          fr: "Il n'y a aucun mot à chercher. Écrivez au moins une lettre ou un chiffre.",
        });
      }
      await catchUp();
      const items: FoundItem[] = [];
      let before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor);
      let more = true;
      for (let round = 0; round < ROUNDS_MAX && more && items.length < limit; round += 1) {
        const wanted = limit - items.length;
        const found = await findEntries(db.read, { match, kind: kind ?? null, before, limit: wanted });
        items.push(...(await show(found)));
        more = found.length === wanted;
        before = found.at(-1)?.docid ?? before;
      }
      return { items, next_cursor: more ? String(before) : null };
    },
  };
}

function parseCursor(cursor: string): number {
  const before = Number(cursor);
  if (/^\d{1,16}$/.test(cursor) && Number.isSafeInteger(before)) return before;
  throw invalid('search/cursor', 'The cursor is not one that this node gave.');
}
