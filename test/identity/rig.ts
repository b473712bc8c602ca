// A node's kernel on a temporary folder with a fake clock, for the tests of the first areas.
import { createEvents, type Events } from '#kernel/events.ts';
import { bootFeatures, migrateFeatures, type AnyFeature, type Booted, type Host } from '#kernel/feature.ts';
import { openDatabase } from '#kernel/db/database.ts';
import { createJobs } from '#kernel/jobs.ts';
import { createKeyring, openKeyring } from '#kernel/keyring.ts';
import { createLog } from '#kernel/log.ts';
import { createNetwork } from '#kernel/network.ts';
import { systemRandom, type Clock } from '#kernel/ports.ts';
import { loadConfig } from '#kernel/config.ts';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeClock extends Clock {
  /** Moves time forward and runs what has become due, in order. */
  advance(ms: number): void;
  /** Sets the time without running anything: a step of the wall clock. */
  set(ms: number): void;
}

export function fakeClock(start = Date.parse('2026-11-21T08:00:00Z')): FakeClock {
  let now = start;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + Math.max(0, delayMs), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    set: (ms) => {
      now = ms;
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
  };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ored-test-'));
}

export interface Rig extends AsyncDisposable {
  readonly host: Host;
  readonly events: Events;
  readonly booted: Booted;
  readonly logLines: readonly string[];
}

export interface RigOptions {
  readonly dataDir: string;
  readonly clock?: Clock;
  readonly serverUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs on the migrated database before the areas start, as `ored init` does. */
  readonly before?: (host: Host) => Promise<void>;
}

/** Boots the given areas, in order. The folder is the caller's to remove. */
export async function makeRig(features: readonly AnyFeature[], options: RigOptions): Promise<Rig> {
  const { dataDir } = options;
  const clock = options.clock ?? fakeClock();
  mkdirSync(dataDir, { recursive: true });
  const keyring = existsSync(join(dataDir, 'keys')) ? openKeyring({ dataDir }) : createKeyring({ dataDir });
  const logLines: string[] = [];
  const log = createLog({ level: 'info', destination: { write: (line) => void logLines.push(line) } });
  const db = openDatabase({
    file: join(dataDir, 'node.db'),
    key: keyring.derive('db'),
    onFatal: (error) => {
      throw error;
    },
  });
  await migrateFeatures(db, features, clock);
  const jobs = createJobs({ clock, random: systemRandom, log });
  const events = createEvents({ db, clock, jobs });
  const serverUrl = options.serverUrl ?? 'http://127.0.0.1:7701';
  const network = createNetwork({ ownUrl: () => serverUrl, networks: [], userAgent: 'test' });
  const config = loadConfig({ dataDir, env: options.env ?? {} });
  const host: Host = {
    ...{ config, dataDir, serverUrl, version: '0.0.0', db, keyring, events, jobs, clock },
    ...{ random: systemRandom, network, log },
  };
  await options.before?.(host);
  const booted = await bootFeatures(host, features);
  jobs.start();
  return {
    ...{ host, events, booted, logLines },
    async [Symbol.asyncDispose]() {
      await jobs[Symbol.asyncDispose]();
      await booted[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

/** Runs a test in a fresh folder, which is removed after it. */
export async function inFolder(run: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = temporaryFolder();
  try {
    await run(dataDir);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
