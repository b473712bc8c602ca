// HTTP contract of portability: exporting everything, leaving, and block lists.
// Folders are absolute paths of this machine; http.ts refuses them from anywhere but the local socket.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';
import {
  BLOCK_COMMENT_CHARS_MAX,
  BLOCK_LIST_BYTES_MAX,
  BLOCKS_MAX,
  FOLDER_CHARS_MAX,
  WHO_CHARS_MAX,
} from './model.ts';

const access = (action: string): { kind: string; action: string } => ({ kind: 'portability', action });

export const progressSchema = z.object({
  work: z.enum(['none', 'export', 'leave']),
  state: z.enum(['idle', 'running', 'done', 'failed']),
  folder: z.string().nullable(),
  files: z.number().int(),
  bytes: z.number().int(),
  contacts: z.number().int(),
  reached: z.number().int(),
  code: z.string().nullable(),
});
export type ShownProgress = z.output<typeof progressSchema>;

export const startExport = defineRoute({
  id: 'portability.export',
  method: 'POST',
  path: '/api/v1/exports',
  summary: 'Starts to write everything that is yours into a folder of this machine',
  audience: 'owner',
  access: access('export'),
  body: z.strictObject({ folder: z.string().min(1).max(FOLDER_CHARS_MAX).startsWith('/') }),
  output: progressSchema,
  status: 202,
});

export const readProgress = defineRoute({
  id: 'portability.progress',
  method: 'GET',
  path: '/api/v1/exports/current',
  summary: 'How far the export or the departure is',
  audience: 'owner',
  access: access('read'),
  output: progressSchema,
});

export const startLeaving = defineRoute({
  id: 'portability.leave',
  method: 'POST',
  path: '/api/v1/leave',
  summary: 'Tells contacts, asks for erasure, leaves the directory and closes the identity for good',
  audience: 'owner',
  access: access('leave'),
  body: z.strictObject({ confirm: z.string().max(WHO_CHARS_MAX) }),
  output: progressSchema,
  status: 202,
});

export const listBlocks = defineRoute({
  id: 'portability.blocks',
  method: 'GET',
  path: '/api/v1/blocks',
  summary: 'Everybody that is blocked',
  audience: 'owner',
  access: access('read'),
  output: z.object({ items: z.array(z.object({ node_id: z.string(), username: z.string() })) }),
});

export const importBlocks = defineRoute({
  id: 'portability.import-blocks',
  method: 'POST',
  path: '/api/v1/blocks',
  summary: 'Blocks everybody on a list',
  audience: 'owner',
  access: access('import'),
  body: z.strictObject({
    items: z
      .array(
        z.strictObject({
          who: z.string().trim().min(1).max(WHO_CHARS_MAX),
          comment: z.string().max(BLOCK_COMMENT_CHARS_MAX).optional(),
        }),
      )
      .max(BLOCKS_MAX),
  }),
  bodyBytesMax: BLOCK_LIST_BYTES_MAX,
  output: z.object({
    blocked: z.number().int(),
    failed: z.array(z.object({ who: z.string(), code: z.string() })),
  }),
});
