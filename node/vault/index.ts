// The door of the vault: secrets and sealed blobs. It needs no other area and serves no route;
// the node's status says how much it holds.
// What it keeps for others it keeps by name or content address, without knowing what it is.
import { defineFeature } from '#kernel/feature.ts';
import { registerJobs } from './jobs.ts';
import { migrations } from './migrations/index.ts';
import type { BlobKind } from './model.ts';
import { createVault } from './service.ts';

export type { BlobInfo, BlobKind, ByteRange } from './model.ts';
export type { Blobs, BlobSource, WrittenBlob } from './blobs.ts';
export type { Reservation } from './quota.ts';
export { createSecrets, type Secrets } from './secrets.ts';
export type { Vault } from './service.ts';

export const vault = defineFeature({
  name: 'vault',
  needs: {},
  migrations,
  async start(host) {
    const door = await createVault(host);
    registerJobs(host.jobs, door);
    const { quota_bytes: media, cache_bytes: cache } = host.config.vault;
    const storage = (): Record<BlobKind, { readonly bytes: number; readonly bytes_max: number }> => {
      const used = door.usage();
      return {
        media: { bytes: used.media, bytes_max: media },
        cache: { bytes: used.cache, bytes_max: cache },
      };
    };
    return {
      door,
      status: () => Promise.resolve({ storage: storage() }),
      dispose: () => door.flushUses(),
    };
  },
});
