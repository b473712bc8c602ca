// HTTP contract of uploads and of the owner's own files.
// All of it is the owner’s alone: other nodes fetch sealed bytes by ticket, never here.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { MEDIA_BYTES_MAX } from './model.ts';

/** What a screen reader reads. */
const ALT_CHARS_MAX = 2_000;
const FILE_NAME_CHARS_MAX = 1_000;

export const uploadedSchema = z.object({
  id: z.string(),
  type: z.string(),
  size: z.number().int(),
  name: z.string().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
});
const byId = z.strictObject({ id: z.uuid() });

export const uploadMedia = defineRoute({
  id: 'media.upload',
  method: 'POST',
  path: '/api/v1/media',
  summary: 'Uploads one file as the raw body; the id is then given to a post or a profile',
  audience: 'owner',
  access: { kind: 'media', action: 'create' },
  query: z.strictObject({
    name: z.string().max(FILE_NAME_CHARS_MAX).optional(),
    alt: z.string().max(ALT_CHARS_MAX).optional(),
  }),
  rawBody: { contentType: 'application/octet-stream', bytesMax: MEDIA_BYTES_MAX },
  output: uploadedSchema,
  status: 201,
});

export const readMedia = defineRoute({
  id: 'media.read',
  method: 'GET',
  path: '/api/v1/media/:id',
  summary: 'The bytes of one of the owner’s files',
  audience: 'owner',
  access: { kind: 'media', action: 'read', idFrom: 'id' },
  params: byId,
});

export const readThumbnail = defineRoute({
  id: 'media.thumbnail',
  method: 'GET',
  path: '/api/v1/media/:id/thumbnail',
  summary: 'A small picture of one of the owner’s pictures',
  audience: 'owner',
  access: { kind: 'media', action: 'read', idFrom: 'id' },
  params: byId,
});
