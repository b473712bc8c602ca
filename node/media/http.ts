// Binds media's contract to its service.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import type { Vault } from '#node/vault/index.ts';
import { cleanText } from '#protocol/text.ts';
import { AppError } from '#protocol/errors.ts';
import { readMedia, readThumbnail, uploadMedia } from './api.ts';
import { sendFile } from './delivery.ts';
import { failures, MEDIA_BYTES_MAX } from './model.ts';
import type { Media } from './service.ts';

const ALT_CHARS_MAX = 2_000;

export function mediaRoutes(media: Media, blobs: Vault['blobs']): BoundRoute[] {
  return [
    bind(uploadMedia, async ({ query }, { request }) => {
      if (Number(request.headers['content-length'] ?? 0) > MEDIA_BYTES_MAX) {
        throw new AppError({
          category: 'invalid',
          code: 'vault/too-large',
          safe: {
            en: `A file may have at most ${MEDIA_BYTES_MAX} bytes. Nothing was stored.`,
            fr: `Un fichier peut avoir au plus ${MEDIA_BYTES_MAX} octets. Rien n'a été enregistré.`,
          },
        });
      }
      const alt = query.alt === undefined ? undefined : cleanText(query.alt, ALT_CHARS_MAX);
      const { id, type, size, name, width, height } = await media.take(request, { name: query.name, alt });
      return { id, type, size, name, width, height };
    }),
    bind(readMedia, async ({ params }, context) => sendFile(blobs, await media.get(params.id), context)),
    bind(readThumbnail, async ({ params }, context) => {
      const { thumbnail } = await media.get(params.id);
      if (thumbnail === null) throw failures.notFound();
      await sendFile(blobs, thumbnail, context);
    }),
  ];
}
