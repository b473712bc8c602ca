// Puts the vault together: secrets, blobs, their budgets, and the housekeeping of what nobody needs.
// The decisions on secrets and blobs stand in their own files.
import type { Host } from '#kernel/feature.ts';
import { join } from 'node:path';
import { openBlobFiles } from './blob-files.ts';
import { createBlobs, removeStaleStaged, type BlobHost, type Blobs } from './blobs.ts';
import { USE_FLUSH_MS, type BlobKind } from './model.ts';
import { createQuota, type Reservation } from './quota.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import { openSpools, type Spools } from './spools.ts';
import * as spoolStore from './store-spools.ts';
import * as store from './store.ts';

export interface Vault {
  readonly secrets: Secrets;
  readonly blobs: Blobs;
  readonly spools: Spools;
  /** Sets bytes of a budget aside until released. @throws vault/quota */
  reserve(kind: BlobKind, bytes: number): Reservation;
  /** Ciphertext bytes kept. */
  usage(): Readonly<Record<BlobKind, number>>;
  /** Removes what a crash, an abandoned upload or an old cache left; runs by itself. Returns how many files. */
  tidy(): Promise<number>;
  /** Writes the times of use that are still in memory. */
  flushUses(): Promise<void>;
}

export async function createVault(host: Host): Promise<Vault> {
  const { db, clock, random, log, keyring } = host;
  const limits = { media: host.config.vault.quota_bytes, cache: host.config.vault.cache_bytes };
  const stored = await store.usageByKind(db.read);
  // What is still arriving has its room set aside.
  for (const { size } of await spoolStore.allSpools(db.read)) stored.media += size;
  const quota = createQuota(limits, stored);
  const files = openBlobFiles({ dir: join(host.dataDir, 'blobs'), random });
  const spools = await openSpools({ db, clock, random, quota, dir: join(host.dataDir, 'spool') });
  const uses = new Map<string, number>();
  const flushUses = async (): Promise<void> => {
    if (uses.size === 0) return;
    const taken = new Map(uses);
    uses.clear();
    await db.write((tx) => store.touchBlobs(tx, taken));
  };
  const flushJob = host.jobs.register({
    name: 'vault/uses',
    firstAfterMs: USE_FLUSH_MS,
    run: async () => {
      await flushUses();
      return USE_FLUSH_MS;
    },
  });
  const touched = (cid: string): void => {
    uses.set(cid, clock.now());
    // Keeps the map small when many files are read in one interval.
    if (uses.size >= USES_MAX) flushJob.wake();
  };
  const blobHost: BlobHost = { db, clock, random, log, files, quota, touched };
  return {
    secrets: createSecrets({ read: db.read, keyring, random }),
    blobs: createBlobs(blobHost),
    spools,
    reserve: (kind, bytes) => quota.reserve(kind, bytes),
    usage: () => ({ media: quota.used('media'), cache: quota.used('cache') }),
    async tidy() {
      const stale = await removeStaleStaged(blobHost);
      const abandoned = (await spools.tidy()).length;
      return stale + abandoned + (await files.sweep((names) => store.knownFiles(db.read, names)));
    },
    flushUses,
  };
}

/** Uses remembered between two flushes. */
const USES_MAX = 10_000;
