// The door of the vault: secrets and sealed blobs. It needs no other area and serves no route.
// What it keeps for others it keeps by name or content address, without knowing what it is.
import { defineFeature } from '#kernel/feature.ts';
import { registerJobs } from './jobs.ts';
import { migrations } from './migrations/index.ts';
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
    return { door, dispose: () => door.flushUses() };
  },
});
