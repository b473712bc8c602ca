// The tool that holds the key: everything that a stopped node keeps, opened by the node's own code, as bytes.
// Every cell of every table, every secret of the vault, every blob whose key the tables hold.
import { freePort } from '#kit';
import { tables } from '#kernel/db/database.ts';
import { createLog } from '#kernel/log.ts';
import { start } from '#node/main.ts';
import { vault } from '#node/vault/index.ts';
import { buffer } from 'node:stream/consumers';
import { sql } from 'kysely';

export interface OpenedNode {
  readonly cells: Buffer;
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  readonly blobs: readonly Buffer[];
  /** Keys of blobs. */
  readonly blobKeys: readonly Uint8Array[];
}

/** Opens the data of a node that does not run. */
export async function openNode(dataDir: string): Promise<OpenedNode> {
  const port = await freePort();
  await using node = await start({
    dataDir,
    env: {},
    flags: { edge: { port } },
    onFatal: (error) => {
      throw error;
    },
    ports: { log: createLog({ level: 'silent' }) },
  });
  const reader = tables(node.host.db.read);
  const named = await sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`.execute(
    reader,
  );
  const cells: Buffer[] = [];
  for (const { name } of named.rows) {
    const { rows } = await sql<Record<string, unknown>>`SELECT * FROM ${sql.table(name)}`.execute(reader);
    for (const cell of rows.flatMap((row) => Object.values(row))) {
      if (typeof cell === 'string') cells.push(Buffer.from(cell));
      else if (cell instanceof Uint8Array) cells.push(Buffer.from(cell));
    }
  }
  const { secrets, blobs } = node.booted.door(vault);
  const kept = await sql<{ name: string }>`SELECT name FROM vault_secret`.execute(reader);
  const found = new Map<string, Uint8Array>();
  for (const { name } of kept.rows) {
    const secret = await secrets.get(name);
    if (secret !== undefined) found.set(name, secret);
  }
  const contents: Buffer[] = [];
  const blobKeys: Uint8Array[] = [];
  const present = await sql<{ cid: string }>`SELECT cid FROM vault_blob`.execute(reader);
  const keys = new Map((await keysOfBlobs(reader)).map(({ cid, key }) => [cid, key]));
  for (const { cid } of present.rows) {
    const key = keys.get(cid);
    if (key === undefined) throw new Error(`nothing on this node holds the key of blob ${cid}`);
    blobKeys.push(key);
    contents.push(await buffer(await blobs.open(cid, key)));
  }
  return { cells: Buffer.concat(cells), secrets: found, blobs: contents, blobKeys };
}

async function keysOfBlobs(reader: ReturnType<typeof tables>): Promise<{ cid: string; key: Uint8Array }[]> {
  const { rows } = await sql<{ cid: string; key: Uint8Array }>`
    SELECT cid, key FROM media_file
    UNION ALL SELECT small_cid, small_key FROM media_file WHERE small_cid IS NOT NULL
    UNION ALL SELECT cid, key FROM conversations_attachment`.execute(reader);
  const objects = await sql<{
    object: string;
  }>`SELECT object FROM posts_item WHERE object IS NOT NULL`.execute(reader);
  // In a post of somebody else the keys stand in the signed object.
  const inPosts = objects.rows.flatMap(({ object }) => keysWithin(JSON.parse(object)));
  return [...rows, ...inPosts];
}

function keysWithin(value: unknown): { cid: string; key: Uint8Array }[] {
  if (typeof value !== 'object' || value === null) return [];
  const own =
    'cid' in value && 'key' in value && typeof value.cid === 'string' && typeof value.key === 'string'
      ? [{ cid: value.cid, key: new Uint8Array(Buffer.from(value.key, 'base64url')) }]
      : [];
  return [...own, ...Object.values(value).flatMap(keysWithin)];
}
