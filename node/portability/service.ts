// Exporting, leaving, and block lists. One export or departure runs at a time, in the background; its state is asked for.
// Leaving exports first, tells contacts, then closes the identity: that step alone cannot be undone.
import type { Actor } from '#kernel/actor.ts';
import type { Log } from '#kernel/log.ts';
import type { Clock } from '#kernel/ports.ts';
import { AppError } from '#protocol/errors.ts';
import { writeExport } from './exporter.ts';
import { failures, FAREWELL_LOOK_MS, FAREWELL_MS_MAX, type BlockEntry, type Blocked } from './model.ts';
import type { Bonds, Leaving, Sources } from './ports.ts';

/** `idle`, or what runs or ran last. */
export interface Progress {
  readonly work: 'none' | 'export' | 'leave';
  readonly state: 'idle' | 'running' | 'done' | 'failed';
  readonly folder: string | null;
  readonly files: number;
  readonly bytes: number;
  /** Of leaving: contacts to tell, and those reached. */
  readonly contacts: number;
  readonly reached: number;
  readonly code: string | null;
}

export interface Portability extends AsyncDisposable {
  /** Starts to write everything into a folder. @throws portability/running */
  startExport(folder: string): Progress;
  /** Starts to leave, after an export. @throws portability/confirm-unprocessable, portability/left, portability/export-first, portability/running */
  startLeaving(confirm: string, actor: Actor): Progress;
  progress(): Progress;
  importBlocks(
    entries: readonly BlockEntry[],
    actor: Actor,
  ): Promise<{ blocked: number; failed: { who: string; code: string }[] }>;
  listBlocks(): Promise<Blocked[]>;
}

export interface PortabilityHost {
  readonly clock: Clock;
  readonly log: Log;
  readonly sources: Sources;
  readonly leaving: Leaving;
  readonly bonds: Bonds;
}

const idle: Progress = {
  work: 'none',
  state: 'idle',
  folder: null,
  files: 0,
  bytes: 0,
  contacts: 0,
  reached: 0,
  code: null,
};

export function createPortability(host: PortabilityHost): Portability {
  const { clock, log, sources, bonds } = host;
  const abort = new AbortController();
  let current: Progress = idle;
  let exported = false;
  let running: Promise<void> = Promise.resolve();

  const begin = (work: 'export' | 'leave', folder: string | null, run: () => Promise<void>): Progress => {
    if (current.state === 'running') throw failures.running();
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

  return {
    startExport: (folder) =>
      begin('export', folder, async () => {
        const progress = (files: number, bytes: number): void => {
          current = { ...current, files, bytes };
        };
        await writeExport(sources, folder, { clock, signal: abort.signal, progress });
        exported = true;
      }),

    startLeaving(confirm, actor) {
      if (confirm !== sources.owner().username) throw failures.confirm(sources.owner().username);
      if (host.leaving.closed()) throw failures.left();
      if (!exported) throw failures.exportFirst();
      return begin('leave', current.folder, () =>
        leave(host, actor, abort.signal, (change) => {
          current = { ...current, ...change };
        }),
      );
    },

    progress: () => current,

    async importBlocks(entries, actor) {
      const failed: { who: string; code: string }[] = [];
      for (const { who } of entries) {
        try {
          await bonds.block(who, actor);
        } catch (error) {
          if (!(error instanceof AppError) || error.category === 'internal') throw error;
          failed.push({ who, code: error.code });
        }
      }
      return { blocked: entries.length - failed.length, failed };
    },

    listBlocks: () => bonds.blocked(),

    async [Symbol.asyncDispose]() {
      abort.abort();
      await running;
    },
  };
}

async function leave(
  host: PortabilityHost,
  actor: Actor,
  signal: AbortSignal,
  report: (change: Partial<Progress>) => void,
): Promise<void> {
  const { clock, leaving } = host;
  const ids = await leaving.farewell(actor);
  report({ contacts: ids.length });
  const until = clock.now() + FAREWELL_MS_MAX;
  let reached = await leaving.reached(ids);
  while (reached < ids.length && clock.now() < until && !signal.aborted) {
    await pause(clock, signal);
    reached = await leaving.reached(ids);
    report({ reached });
  }
  report({ reached });
  // A node that is being stopped has not left.
  signal.throwIfAborted();
  await leaving.close();
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
