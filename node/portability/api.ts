// HTTP contract of portability: exporting everything, leaving, and block lists.
// Folders are absolute paths of this machine; http.ts refuses them from anywhere but the local socket.
import { defineRoute } from '#kernel/http/contract.ts';
import { PAGE_MAX } from '#kernel/paging.ts';
import { z } from 'zod';
import { BLOCKS_PER_REQUEST_MAX, BLOCK_COMMENT_CHARS_MAX, WHO_CHARS_MAX } from '#protocol/limits.ts';
import { FOLDER_CHARS_MAX } from './model.ts';

/** That many entries, each of the longest. */
const BLOCKS_BODY_BYTES_MAX = 256 * 1024;

const access = (action: string): { kind: string; action: string } => ({ kind: 'portability', action });

export const progressSchema = z.object({
  work: z.enum(['none', 'export', 'leave']),
  state: z.enum(['idle', 'running', 'done', 'failed']),
  folder: z.string().nullable(),
  files: z.number().int(),
  bytes: z.number().int(),
  /** Of leaving: the nodes to tell, how many answered, how many have it in their mailbox, and whom nothing reached. */
  contacts: z.number().int(),
  reached: z.number().int(),
  mailboxes: z.number().int(),
  missed: z.array(z.object({ node_id: z.string(), username: z.string() })),
  code: z.string().nullable(),
});
/** The last export that is done, also after a restart. */
export const exportedSchema = z.object({
  folder: z.string(),
  manifest_sha256: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
  finished_at: z.string(),
  /** It waits for a download. */
  downloadable: z.boolean(),
});
export type ShownProgress = z.output<typeof progressSchema>;

export const startExport = defineRoute({
  id: 'portability.export',
  method: 'POST',
  path: '/api/v1/exports',
  summary: 'Starts to write everything that is yours into a folder of this machine, or for a download',
  audience: 'owner',
  access: access('export'),
  stepUp: true,
  /** Without a folder it is written beside the node's data, to be downloaded, in the place of the one before. */
  body: z.strictObject({ folder: z.string().min(1).max(FOLDER_CHARS_MAX).startsWith('/').optional() }),
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
  output: progressSchema.extend({ exported: exportedSchema.nullable() }),
});

export const downloadExport = defineRoute({
  id: 'portability.download',
  method: 'GET',
  path: '/api/v1/exports/current/archive',
  summary: 'The last export that was made for a download, as a tar archive',
  audience: 'owner',
  access: access('read'),
  /** All private messages in the clear: more than a session left open may take away. */
  stepUp: true,
});

export const removeExport = defineRoute({
  id: 'portability.remove-export',
  method: 'DELETE',
  path: '/api/v1/exports/current/archive',
  summary: 'Removes from this machine what was exported for a download',
  audience: 'owner',
  access: access('export'),
  status: 204,
});

export const startLeaving = defineRoute({
  id: 'portability.leave',
  method: 'POST',
  path: '/api/v1/leave',
  summary: 'Tells contacts, asks for erasure, leaves the directory and closes the identity for good',
  audience: 'owner',
  access: access('leave'),
  stepUp: true,
  /** With a folder everything is exported there first; without one, the last export must still be where it was. */
  body: z.strictObject({
    confirm: z.string().max(WHO_CHARS_MAX),
    folder: z.string().min(1).max(FOLDER_CHARS_MAX).startsWith('/').optional(),
  }),
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
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_MAX),
    cursor: z
      .string()
      .regex(/^[A-Za-z0-9]{46}$/)
      .optional(),
  }),
  output: z.object({
    items: z.array(z.object({ node_id: z.string(), username: z.string() })),
    next_cursor: z.string().nullable(),
  }),
});

export const importBlocks = defineRoute({
  id: 'portability.import-blocks',
  method: 'POST',
  path: '/api/v1/blocks',
  summary: 'Blocks everybody on a part of a list',
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
      .max(BLOCKS_PER_REQUEST_MAX),
  }),
  bodyBytesMax: BLOCKS_BODY_BYTES_MAX,
  output: z.object({
    blocked: z.number().int(),
    /** `later`: the directory put this name off; it may be asked again after a pause. */
    failed: z.array(z.object({ who: z.string(), code: z.string(), later: z.boolean() })),
  }),
});

const count = z.number().int();
export const importSchema = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled', 'undoing', 'undone']),
  /** `outbox`: reading; `files`: taking files in; `posts`: making posts. */
  phase: z.enum(['outbox', 'files', 'posts']),
  /** Activities in the archive; `posts` of them are here, `waiting` are to come, `failed` cannot be posts here. */
  items: z.object({ total: count, posts: count, waiting: count, failed: count }),
  files: z.object({ total: count, done: count, missing: count }),
  /** What does not become a post: boosts, direct messages, what is here already, what is damaged. */
  skipped: z.object({
    boost: count,
    direct: count,
    already: count,
    malformed: count,
    'too-large': count,
    other: count,
  }),
  /** Why it failed; the same archive given again goes on where it stopped. */
  code: z.string().nullable(),
  problem: z.object({ en: z.string(), fr: z.string() }).nullable(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
});
export type ShownImport = z.output<typeof importSchema>;
/** An import's id, or `current` for the newest. */
const whichImport = z.strictObject({ id: z.union([z.literal('current'), z.uuid()]) });

export const startImport = defineRoute({
  id: 'portability.import',
  method: 'POST',
  path: '/api/v1/imports',
  summary: 'Begins to bring in an account export of Mastodon: an upload, or a file of this machine',
  audience: 'owner',
  access: access('import'),
  body: z.union([
    z.strictObject({ file: z.string().min(1).max(FOLDER_CHARS_MAX).startsWith('/') }),
    z.strictObject({ upload: z.uuid() }),
  ]),
  output: importSchema,
  status: 202,
});

export const listImports = defineRoute({
  id: 'portability.imports',
  method: 'GET',
  path: '/api/v1/imports',
  summary: 'The imports so far, newest first',
  audience: 'owner',
  access: access('read'),
  output: z.object({ items: z.array(importSchema) }),
});

export const readImport = defineRoute({
  id: 'portability.import-progress',
  method: 'GET',
  path: '/api/v1/imports/:id',
  summary: 'How far an import is',
  audience: 'owner',
  access: access('read'),
  params: whichImport,
  output: importSchema,
});

export const cancelImport = defineRoute({
  id: 'portability.cancel-import',
  method: 'POST',
  path: '/api/v1/imports/:id/cancel',
  summary: 'Stops an import; what has come stays',
  audience: 'owner',
  access: access('import'),
  params: whichImport,
  output: importSchema,
});

export const undoImport = defineRoute({
  id: 'portability.undo-import',
  method: 'POST',
  path: '/api/v1/imports/:id/undo',
  summary: 'Removes everything that an import brought',
  audience: 'owner',
  access: access('import'),
  params: whichImport,
  output: importSchema,
  status: 202,
});
