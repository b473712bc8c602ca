// HTTP contract of uploads and of the owner's own files.
// All of it is the owner’s alone: other nodes fetch sealed bytes by ticket, never here.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import { ALT_CHARS_MAX, FILE_BYTES_MAX } from '#protocol/limits.ts';
import { ARCHIVE_BYTES_MAX, DURATION_MS_MAX } from './model.ts';

const FILE_NAME_CHARS_MAX = 1_000;

export const uploadedSchema = z.object({
  id: z.string(),
  type: z.string(),
  size: z.number().int(),
  name: z.string().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  color: z.string().nullable(),
  duration_ms: z.number().int().nullable(),
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
    duration_ms: z.coerce.number().int().min(0).max(DURATION_MS_MAX).optional(),
  }),
  rawBody: { contentType: 'application/octet-stream', bytesMax: FILE_BYTES_MAX },
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

export const readView = defineRoute({
  id: 'media.view',
  method: 'GET',
  path: '/api/v1/media/:id/view',
  summary: 'One of the owner’s pictures, at most 1,280 points a side',
  audience: 'owner',
  access: { kind: 'media', action: 'read', idFrom: 'id' },
  params: byId,
});

export const uploadSchema = z.object({
  id: z.string(),
  purpose: z.enum(['media', 'archive']),
  size: z.number().int(),
  /** Bytes that are here for good: the next part begins there. */
  offset: z.number().int(),
  complete: z.boolean(),
  expires_at: z.string(),
  /** Once complete: what a post or message refers to. */
  media: uploadedSchema.nullable(),
});

export const createUpload = defineRoute({
  id: 'media.create-upload',
  method: 'POST',
  path: '/api/v1/uploads',
  summary:
    'Announces an upload that is sent in parts and resumes; a repeated Idempotency-Key gives the same one',
  audience: 'owner',
  access: { kind: 'media', action: 'create' },
  body: z.strictObject({
    size: z.number().int().min(1).max(ARCHIVE_BYTES_MAX),
    /** `media`: for a post, message or profile; `archive`: for an import. */
    purpose: z.enum(['media', 'archive']).default('media'),
    name: z.string().max(FILE_NAME_CHARS_MAX).optional(),
    alt: z.string().max(ALT_CHARS_MAX).optional(),
    duration_ms: z.number().int().min(0).max(DURATION_MS_MAX).optional(),
  }),
  output: uploadSchema,
  status: 201,
  idempotent: true,
});

export const readUpload = defineRoute({
  id: 'media.read-upload',
  method: 'GET',
  path: '/api/v1/uploads/:id',
  summary: 'How far an upload is; HEAD gives the same in Upload-Offset, Upload-Length and Upload-Complete',
  audience: 'owner',
  access: { kind: 'media', action: 'read', idFrom: 'id' },
  params: byId,
  output: uploadSchema,
});

export const appendUpload = defineRoute({
  id: 'media.append-upload',
  method: 'PATCH',
  path: '/api/v1/uploads/:id',
  summary: 'Sends the next part, which begins at the byte that the header Upload-Offset names',
  audience: 'owner',
  access: { kind: 'media', action: 'create', idFrom: 'id' },
  params: byId,
  rawBody: { contentType: 'application/partial-upload', bytesMax: ARCHIVE_BYTES_MAX },
  output: uploadSchema,
});

export const cancelUpload = defineRoute({
  id: 'media.cancel-upload',
  method: 'DELETE',
  path: '/api/v1/uploads/:id',
  summary: 'Forgets an upload',
  audience: 'owner',
  access: { kind: 'media', action: 'delete', idFrom: 'id' },
  params: byId,
  status: 204,
});
