// Exporting, leaving, and block lists. One export or departure runs at a time, in the background; its state is asked for.
// Leaving exports, asks contacts to erase, then closes the identity: that step alone cannot be undone. What a wrong
// name or a missing export refuses is refused before anything is written or sent.
import type { Actor } from '#kernel/actor.ts';
import type { Log } from '#kernel/log.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import { AppError, type ErrorCategory } from '#protocol/errors.ts';
import { archiveOf, type Archive } from './archive.ts';
import { changedAt, holdsExport, removeFolder, writeExport } from './exporter.ts';
import {
  BLOCK_LOOKUPS_MAX,
  DOWNLOAD_KEPT_MS,
  failures,
  FAREWELL_LOOK_MS,
  FAREWELL_MS_MAX,
  type BlockEntry,
  type Blocked,
  type FinishedExport,
} from './model.ts';
import type { Bonds, Exports, Leaving, Sources } from './ports.ts';

/** `idle`, or what runs or ran last. */
export interface Progress {
  readonly work: 'none' | 'export' | 'leave';
  readonly state: 'idle' | 'running' | 'done' | 'failed';
  readonly folder: string | null;
  readonly files: number;
  readonly bytes: number;
  /** Of leaving: the nodes to tell, those that answered, those that have it in their mailbox, and the others. */
  readonly contacts: number;
  readonly reached: number;
  readonly mailboxes: number;
  readonly missed: readonly { readonly node_id: string; readonly username: string }[];
  readonly code: string | null;
}

export interface Portability extends AsyncDisposable {
  /** Starts to write everything into a folder. @throws portability/running */
  startExport(folder: string, actor: Actor): Promise<Progress>;
  /** Starts to write everything beside the node's data, to be downloaded. @throws portability/running */
  startDownload(actor: Actor): Promise<Progress>;
  /** What was exported for a download. @throws portability/no-download */
  archive(actor: Actor): Promise<Archive & { readonly name: string }>;
  /** Whether this export waits for a download. */
  isDownload(done: FinishedExport): Promise<boolean>;
  /** @throws portability/running */
  removeDownload(): Promise<void>;
  /** Removes what nobody has taken away for DOWNLOAD_KEPT_MS, also of an export that was cut short. */
  tidyDownload(): Promise<void>;
  /** Starts to leave; with a folder it exports first. @throws portability/confirm-unprocessable, portability/left, portability/export-first, portability/running */
  startLeaving(confirm: string, folder: string | undefined): Promise<Progress>;
  progress(): Progress;
  /** The last export that is done. */
  exported(): Promise<FinishedExport | undefined>;
  importBlocks(
    entries: readonly BlockEntry[],
    actor: Actor,
  ): Promise<{ blocked: number; failed: NotBlocked[] }>;
  listBlocks(page: { readonly after: string; readonly limit: number }): Promise<Blocked[]>;
}

export interface NotBlocked {
  readonly who: string;
  readonly code: string;
  /** Worth another try after a pause. */
  readonly later: boolean;
}

export interface PortabilityHost {
  readonly clock: Clock;
  readonly log: Log;
  readonly sources: Sources;
  readonly leaving: Leaving;
  readonly bonds: Bonds;
  readonly exports: Exports;
  /** Where exports for a download lie. */
  readonly downloads: string;
}

const idle: Progress = {
  work: 'none',
  state: 'idle',
  folder: null,
  files: 0,
  bytes: 0,
  contacts: 0,
  reached: 0,
  mailboxes: 0,
  missed: [],
  code: null,
};

/** The directory bounds how many names one address may ask for at once. */
const putOff: readonly ErrorCategory[] = ['limit'];

export function createPortability(host: PortabilityHost): Portability {
  const { clock, log, sources, bonds, exports, downloads } = host;
  const abort = new AbortController();
  let current: Progress = idle;
  let running: Promise<void> = Promise.resolve();

  const refuseTwo = (): void => {
    if (current.state === 'running') throw failures.running();
  };
  const begin = (work: 'export' | 'leave', folder: string | null, run: () => Promise<void>): Progress => {
    refuseTwo();
    current = { ...idle, work, folder, state: 'running' };
    running = run().then(
      () => {
        current = { ...current, state: 'done' };
      },
      (error: unknown) => {
        if (!(error instanceof AppError)) log.error({ err: error, work }, 'an export or departure failed');
        const code = error instanceof AppError ? error.code : 'portability/failed';
        current = { ...current, state: 'failed', code };
      },
    );
    return current;
  };

  const change = (changed: Partial<Progress>): void => {
    current = { ...current, ...changed };
  };
  const exportTo = async (folder: string): Promise<void> => {
    const { files, bytes, manifest } = await writeExport(sources, folder, {
      clock,
      signal: abort.signal,
      progress: (written, size) => change({ files: written, bytes: size }),
    });
    const finishedAt = clock.now();
    await exports.keep({ folder, manifestSha256: manifest.sha256, files: files.length, bytes, finishedAt });
  };

  return {
    async startExport(folder, actor) {
      refuseTwo();
      await exports.tell('export-started', actor);
      return begin('export', folder, () => exportTo(folder));
    },

    ...createDownloads(host, {
      refuseTwo,
      isRunning: () => current.state === 'running',
      start: () => begin('export', downloads, () => exportTo(downloads)),
    }),

    async startLeaving(confirm, folder) {
      if (confirm !== sources.owner().username) throw failures.confirm(sources.owner().username);
      if (host.leaving.closed()) throw failures.left();
      const last = folder === undefined ? await exports.last() : undefined;
      if (folder === undefined && (last === undefined || !(await holdsExport(last))))
        throw failures.exportFirst();
      return begin('leave', folder ?? last?.folder ?? null, async () => {
        if (folder !== undefined) await exportTo(folder);
        await leave(host, abort.signal, change);
      });
    },

    progress: () => current,
    exported: () => exports.last(),

    importBlocks: (entries, actor) => blockAll(bonds, entries, actor),

    listBlocks: (page) => bonds.blocked(page),

    async [Symbol.asyncDispose]() {
      abort.abort();
      await running;
    },
  };
}

type Downloads = Pick<
  Portability,
  'startDownload' | 'archive' | 'isDownload' | 'removeDownload' | 'tidyDownload'
>;

/** Exports that lie beside the node's data until they have been downloaded, one at a time. */
function createDownloads(
  { clock, sources, exports, downloads }: PortabilityHost,
  run: { readonly refuseTwo: () => void; readonly isRunning: () => boolean; readonly start: () => Progress },
): Downloads {
  const isDownload = async (done: FinishedExport): Promise<boolean> =>
    done.folder === downloads && (await holdsExport(done));
  return {
    isDownload,

    async startDownload(actor) {
      run.refuseTwo();
      await exports.tell('export-started', actor);
      const last = await exports.last();
      // What is whole gives its place; what was cut short is gone on with.
      if (last !== undefined && (await isDownload(last))) await removeFolder(downloads);
      return run.start();
    },

    async archive(actor) {
      const last = await exports.last();
      if (last === undefined || !(await isDownload(last))) throw failures.noDownload();
      const root = `ored-${sources.owner().username}-${isoTime(last.finishedAt).slice(0, 10)}`;
      const archive = await archiveOf(last, root);
      await exports.tell('export-downloaded', actor);
      return { ...archive, name: `${root}.tar` };
    },

    async removeDownload() {
      run.refuseTwo();
      await removeFolder(downloads);
    },

    async tidyDownload() {
      const since = await changedAt(downloads);
      if (since === undefined || run.isRunning()) return;
      const last = await exports.last();
      const madeAt = last !== undefined && (await isDownload(last)) ? last.finishedAt : since;
      if (madeAt + DOWNLOAD_KEPT_MS <= clock.now()) await removeFolder(downloads);
    },
  };
}

async function blockAll(
  bonds: Bonds,
  entries: readonly BlockEntry[],
  actor: Actor,
): Promise<{ blocked: number; failed: NotBlocked[] }> {
  const failed: NotBlocked[] = [];
  const waiting = entries.values();
  const work = async (): Promise<void> => {
    for (const { who } of waiting) {
      try {
        await bonds.block(who, actor);
      } catch (error) {
        if (!(error instanceof AppError) || error.category === 'internal') throw error;
        failed.push({ who, code: error.code, later: putOff.includes(error.category) });
      }
    }
  };
  await Promise.all(Array.from({ length: BLOCK_LOOKUPS_MAX }, work));
  return { blocked: entries.length - failed.length, failed };
}

async function leave(
  host: PortabilityHost,
  signal: AbortSignal,
  report: (change: Partial<Progress>) => void,
): Promise<void> {
  const { clock, leaving } = host;
  const lastByNode = await leaving.farewell();
  const ids = [...lastByNode.values()];
  report({ contacts: ids.length });
  const until = clock.now() + FAREWELL_MS_MAX;
  let where = await leaving.delivery(ids);
  const count = (place: string): number => ids.filter((id) => where.get(id) === place).length;
  const look = (): void => report({ reached: count('told'), mailboxes: count('mailbox') });
  look();
  while (count('waiting') > 0 && clock.now() < until && !signal.aborted) {
    await pause(clock, signal);
    where = await leaving.delivery(ids);
    look();
  }
  // A node that is being stopped has not left.
  signal.throwIfAborted();
  await leaving.close();
  await leaving.abandon();
  const missed = [...lastByNode].filter(([, id]) => where.get(id) === 'waiting').map(([nodeId]) => nodeId);
  report({ missed: await leaving.names(missed) });
  await leaving.announceClosed();
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(FAREWELL_LOOK_MS, resolve);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        resolve();
      },
      { once: true },
    );
  });
}
