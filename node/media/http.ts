// Binds media's contract to its service.
// Refuses an upload that announces more bytes than allowed before it reads one.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import type { Vault } from '#node/vault/index.ts';
import { cleanText } from '#protocol/messages';
import { AppError } from '#protocol/errors.ts';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { readMedia, readThumbnail, uploadMedia, type uploadedSchema } from './api.ts';
import { sendFile } from './delivery.ts';
import { failures, MEDIA_BYTES_MAX } from './model.ts';
import type { Media } from './service.ts';

const ALT_CHARS_MAX = 2_000;

export function mediaRoutes(media: Media, blobs: Vault['blobs']): BoundRoute[] {
  return [
    bind(uploadMedia, ({ query }, { request }) => receiveUpload(media, request, query)),
    bind(readMedia, async ({ params }, context) => sendFile(blobs, await media.get(params.id), context)),
    bind(readThumbnail, async ({ params }, context) => {
      const { thumbnail } = await media.get(params.id);
      if (thumbnail === null) throw failures.notFound();
      await sendFile(blobs, thumbnail, context);
    }),
  ];
}

/** Takes one raw upload in, with its name and description. @throws vault/too-large, text/*, and those of `take` */
export async function receiveUpload(
  media: Media,
  request: IncomingMessage,
  about: { readonly name?: string | undefined; readonly alt?: string | undefined },
): Promise<z.output<typeof uploadedSchema>> {
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
  const alt = about.alt === undefined ? undefined : cleanText(about.alt, ALT_CHARS_MAX);
  const { id, type, size, name, width, height } = await media.take(request, { name: about.name, alt });
  return { id, type, size, name, width, height };
}
