// Binds media's contract to its service.
// Refuses an upload that announces more bytes than allowed before it reads one.
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import type { Vault } from '#node/vault/index.ts';
import { ALT_CHARS_MAX, FILE_BYTES_MAX } from '#protocol/limits.ts';
import { cleanText } from '#protocol/messages';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { isoTime } from '#kernel/ports.ts';
import {
  appendUpload,
  cancelUpload,
  createUpload,
  readMedia,
  readThumbnail,
  readUpload,
  readView,
  uploadMedia,
  type uploadedSchema,
  type uploadSchema,
} from './api.ts';
import { sendFile } from './delivery.ts';
import { failures, uploadFailures, type MediaFile } from './model.ts';
import type { Media } from './service.ts';
import type { Uploads, UploadState } from './uploads.ts';

export function mediaRoutes(media: Media, blobs: Vault['blobs']): BoundRoute[] {
  return [
    bind(uploadMedia, ({ query }, { request }) => receiveUpload(media, request, query)),
    bind(readMedia, async ({ params }, context) => sendFile(blobs, await media.get(params.id), context)),
    bind(readThumbnail, async ({ params }, context) => {
      const { thumbnail } = await media.get(params.id);
      if (thumbnail === null) throw failures.notFound();
      await sendFile(blobs, thumbnail, context);
    }),
    bind(readView, async ({ params }, context) => {
      const file = await media.get(params.id);
      if (file.thumbnail === null) throw failures.notFound();
      // A picture that is small is its own view.
      await sendFile(blobs, file.view ?? file, context);
    }),
  ];
}

/** Takes one raw upload in, with its name and description. @throws vault/too-large, text/*, and those of `take` */
export async function receiveUpload(
  media: Media,
  request: IncomingMessage,
  about: {
    readonly name?: string | undefined;
    readonly alt?: string | undefined;
    readonly duration_ms?: number | undefined;
  },
): Promise<z.output<typeof uploadedSchema>> {
  if (Number(request.headers['content-length'] ?? 0) > FILE_BYTES_MAX) throw failures.tooLarge();
  const alt = about.alt === undefined ? undefined : cleanText(about.alt, ALT_CHARS_MAX);
  return shownFile(await media.take(request, { name: about.name, alt, durationMs: about.duration_ms }));
}

export function uploadRoutes(uploads: Uploads): BoundRoute[] {
  const shown = (state: UploadState, { response }: RequestContext): z.output<typeof uploadSchema> => {
    // As in draft-ietf-httpbis-resumable-upload, so that HEAD is enough to go on.
    response.setHeader('upload-offset', state.offset);
    response.setHeader('upload-length', state.size);
    response.setHeader('upload-complete', state.complete ? '?1' : '?0');
    const { id, purpose, size, offset, complete, expiresAt, media } = state;
    return {
      id,
      purpose,
      size,
      offset,
      complete,
      expires_at: isoTime(expiresAt),
      media: media === null ? null : shownFile(media),
    };
  };
  return [
    bind(createUpload, async ({ body }, context) => {
      const { name, purpose, size, duration_ms: durationMs } = body;
      const alt = body.alt === undefined ? undefined : cleanText(body.alt, ALT_CHARS_MAX);
      const state = await uploads.create({ name, purpose, size, alt, durationMs });
      context.response.setHeader('location', `/api/v1/uploads/${state.id}`);
      return shown(state, context);
    }),
    bind(readUpload, async ({ params }, context) => shown(await uploads.state(params.id), context)),
    bind(appendUpload, async ({ params }, context) => {
      const offset = context.request.headers['upload-offset'];
      if (typeof offset !== 'string' || !/^\d{1,15}$/.test(offset)) throw uploadFailures.offset();
      return shown(await uploads.append(params.id, Number(offset), context.request), context);
    }),
    bind(cancelUpload, ({ params }) => uploads.cancel(params.id)),
  ];
}

function shownFile(file: MediaFile): z.output<typeof uploadedSchema> {
  const { id, type, size, name, width, height, color, durationMs } = file;
  return { id, type, size, name, width, height, color, duration_ms: durationMs };
}
