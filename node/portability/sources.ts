// What an export holds, read through the doors of the areas that own it, page by page.
// Keys of files and of the identity are left out; signed texts go out exactly as they were signed.
import { isoTime } from '#kernel/ports.ts';
import type { Conversations } from '#node/conversations/index.ts';
import { fromBase64Url, fromUtf8, type Json, type NodeId } from '#protocol';
import { z } from 'zod';
import type { Medium, Section } from './ports.ts';

const PAGE = 100;
/** Greater than every id. */
const NEWEST = 'g';

export interface ExportDoors {
  readonly identity: {
    self(): {
      readonly nodeId: NodeId;
      readonly did: string;
      readonly username: string;
      readonly log: string;
    };
    record(): Promise<Uint8Array>;
  };
  readonly people: {
    profile(): Promise<object>;
    connections(page: { limit: number; cursor?: string | undefined }): Promise<{
      items: { connection: object; names: object | undefined }[];
      next_cursor: string | null;
    }>;
  };
  readonly posts: {
    written(page: { beforeId: string; limit: number }): Promise<{ id: string; object: string | null }[]>;
  };
  readonly conversations: Pick<Conversations, 'messages' | 'threads' | 'reports'>;
  readonly muted: () => Promise<readonly NodeId[]>;
}

/** The media of a signed post, as far as an export needs them. */
const postMedia = z.object({
  media: z
    .array(z.object({ cid: z.string(), key: z.string(), size: z.number(), name: z.string().optional() }))
    .default([]),
});

export function exportSections(doors: ExportDoors): Section[] {
  const { identity, people, posts, conversations } = doors;
  return [
    { path: 'identity/did.jsonl', rows: () => logLines(identity.self().log) },
    {
      path: 'identity/identity.jsonl',
      rows: async function* () {
        const { nodeId, did, username } = identity.self();
        yield { node_id: nodeId, did, username, record: fromUtf8(await identity.record()) };
      },
    },
    {
      path: 'people/profile.jsonl',
      rows: async function* () {
        yield json(await people.profile());
      },
    },
    {
      path: 'people/connections.jsonl',
      rows: () =>
        pages(
          (cursor) => people.connections({ limit: PAGE, cursor }),
          ({ connection, names }) => json({ ...connection, names: names ?? null }),
        ),
    },
    {
      path: 'people/muted.jsonl',
      rows: async function* () {
        yield* await doors.muted();
      },
    },
    { path: 'posts/posts.jsonl', rows: () => writtenRows(posts) },
    {
      path: 'conversations/messages.jsonl',
      rows: () =>
        pages(
          (cursor) => conversations.messages({ limit: PAGE, cursor }),
          ({ message, author, names }) => {
            const { row: _row, at, attachments, ...rest } = message;
            const files = attachments.map(({ key: _key, ...file }) => file);
            return json({
              ...rest,
              author,
              names: names ?? null,
              created_at: isoTime(at),
              attachments: files,
            });
          },
        ),
    },
    {
      path: 'conversations/requests.jsonl',
      rows: () =>
        pages(
          (cursor) => conversations.threads({ status: 'request', limit: PAGE, cursor }),
          ({ thread, names, newest }) =>
            json({ ...thread, names: names ?? null, newest: newest?.message.text ?? null }),
        ),
    },
    {
      path: 'conversations/reports.jsonl',
      rows: () =>
        pages(
          (cursor) => conversations.reports({ limit: PAGE, cursor }),
          ({ at, ...rest }) => json({ ...rest, created_at: isoTime(at) }),
        ),
    },
  ];
}

/** Every file that own posts and all messages mention. */
export async function* exportMedia(doors: ExportDoors): AsyncGenerator<Medium> {
  for await (const { object } of writtenItems(doors.posts)) {
    if (object === null) continue;
    const { media } = postMedia.parse(JSON.parse(object));
    for (const { cid, key, size, name = null } of media)
      yield { cid, key: fromBase64Url(key, 32), size, name };
  }
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await doors.conversations.messages({ limit: PAGE, cursor });
    for (const { message } of items) yield* message.attachments;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}

async function* logLines(log: string): AsyncGenerator<Json> {
  for (const line of log.split('\n')) if (line !== '') yield JSON.parse(line) as Json;
}

async function* writtenItems(
  posts: ExportDoors['posts'],
): AsyncGenerator<{ id: string; object: string | null }> {
  let beforeId = NEWEST;
  for (;;) {
    const items = await posts.written({ beforeId, limit: PAGE });
    yield* items;
    const last = items.at(-1);
    if (last === undefined || items.length < PAGE) return;
    beforeId = last.id;
  }
}

/** The exact signed text goes along, so that the signature can still be checked. */
async function* writtenRows(posts: ExportDoors['posts']): AsyncGenerator<Json> {
  for await (const { id, object } of writtenItems(posts)) yield { id, object };
}

async function* pages<Item>(
  read: (cursor: string | undefined) => Promise<{ items: readonly Item[]; next_cursor: string | null }>,
  row: (item: Item) => Json,
): AsyncGenerator<Json> {
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await read(cursor);
    for (const item of items) yield row(item);
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}

/** A plain object as JSON: what has no JSON form is left out by the same rules as everywhere. */
function json(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
