// Media: what the owner uploads. Pictures are drawn anew in a worker, everything is sealed in the vault.
import { defineFeature } from '#kernel/feature.ts';
import { access } from '#node/access/index.ts';
import { vault } from '#node/vault/index.ts';
import { sendFile } from './delivery.ts';
import { mediaRoutes } from './http.ts';
import { createImages } from './images.ts';
import { migrations } from './migrations/index.ts';
import { createMedia, type MediaDoor } from './service.ts';

export { sendFile } from './delivery.ts';
export { isShown, MEDIA_BYTES_MAX, type MediaFile, type SealedFile } from './model.ts';
export type { MediaDoor } from './service.ts';

/** How often uploads that nothing refers to are looked for. */
const TIDY_MS = 3_600_000;

export const media = defineFeature({
  name: 'media',
  needs: { vault, access },
  migrations,
  start(host, doors) {
    const images = createImages(host.clock);
    const service = createMedia(host, { vault: doors.vault, images });
    doors.access.register('media', {
      decide: () => ({ allow: false, why: 'uploads are read by others through what they are attached to' }),
    });
    host.jobs.register({
      name: 'media/tidy',
      firstAfterMs: TIDY_MS,
      run: async () => {
        await service.tidy();
        return TIDY_MS;
      },
    });
    const door: MediaDoor & { send: typeof sendFile } = { ...service, send: sendFile };
    return {
      door,
      routes: mediaRoutes(service, doors.vault.blobs),
      dispose: async () => images[Symbol.asyncDispose](),
    };
  },
});
