// Imports as their owner sees them: begin, look, cancel, take back. One is at work at a time, in the background.
// An archive is judged whole before the first row is written: one that is refused leaves nothing.
import { AppError, newMessageId } from '#protocol';
import type { Text } from '#protocol/errors.ts';
import { failures, nothingSkipped, sentenceOf, type ImportRow, type ImportSource } from './model.ts';
import { inspectArchive } from './outbox.ts';
import type { ImportHost } from './ports.ts';
import * as store from './store.ts';

/** Imports shown in the list. */
const LISTED_MAX = 50;

export interface ImportProgress extends ImportRow {
  readonly counts: store.ImportCounts;
  /** Why it failed. */
  readonly problem: Text | null;
}

export interface Imports {
  /** Judges an archive and begins. @throws portability/import-running, portability/no-archive, portability/*-unprocessable */
  start(source: ImportSource): Promise<ImportProgress>;
  list(): Promise<ImportProgress[]>;
  /** By its id, or the newest under `current`. @throws portability/no-import */
  progress(which: string): Promise<ImportProgress>;
  /** Stops it; what has come stays. */
  cancel(which: string): Promise<ImportProgress>;
  /** Removes what it brought. @throws portability/import-running when another one is at work */
  undo(which: string): Promise<ImportProgress>;
}

export function createImports(host: ImportHost, wake: () => void): Imports {
  const { db, clock } = host;
  let judging = false;

  const shown = async (row: ImportRow): Promise<ImportProgress> => ({
    ...row,
    counts: await store.countImport(db.read, row.id),
    problem: row.code === null ? null : (sentenceOf(row.code) ?? null),
  });
  const found = async (which: string): Promise<ImportRow> => {
    const row =
      which === 'current' ? (await store.listImports(db.read, 1))[0] : await store.findImport(db.read, which);
    if (row === undefined) throw failures.none();
    return row;
  };
  const refuseSecond = async (): Promise<void> => {
    if (judging || (await store.activeImport(db.read)) !== undefined) throw failures.running();
  };

  return {
    async start(source) {
      await refuseSecond();
      judging = true;
      try {
        await using archive = await host.open(source);
        const { prefix, items } = await inspectArchive(archive, new AbortController().signal);
        const row: ImportRow = {
          id: newMessageId(clock.now(), host.random.bytes(10)),
          state: 'running',
          phase: 'outbox',
          source,
          prefix,
          itemsTotal: items,
          skipped: nothingSkipped,
          code: null,
          createdAt: clock.now(),
          finishedAt: null,
          portrait: null,
        };
        await db.write((tx) => store.insertImport(tx, row));
        wake();
        return await shown(row);
      } catch (error) {
        // A refused upload would only take up room.
        if (error instanceof AppError && error.category === 'invalid') await host.drop(source);
        throw error;
      } finally {
        judging = false;
      }
    },

    list: async () => Promise.all((await store.listImports(db.read, LISTED_MAX)).map(shown)),
    progress: async (which) => shown(await found(which)),

    async cancel(which) {
      const row = await found(which);
      const cancelled = { state: 'cancelled', finishedAt: clock.now() } as const;
      await db.write((tx) => store.changeImport(tx, row.id, cancelled, 'running'));
      return shown(await found(row.id));
    },

    async undo(which) {
      const row = await found(which);
      const active = await store.activeImport(db.read);
      if (judging || (active !== undefined && active.id !== row.id)) throw failures.running();
      for (const state of ['running', 'done', 'failed', 'cancelled'] as const) {
        if (row.state !== state) continue;
        await db.write((tx) => store.changeImport(tx, row.id, { state: 'undoing', code: null }, state));
      }
      wake();
      return shown(await found(row.id));
    },
  };
}
