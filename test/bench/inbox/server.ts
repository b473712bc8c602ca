// The node that the inbox benchmark loads, in a process of its own: everything on, with an area above that stores
// each message as one set-based statement. The parent introduces its senders over HTTP and makes them contacts here.
import { tables } from '#kernel/db/database.ts';
import { defineFeature } from '#kernel/feature.ts';
import { createLog } from '#kernel/log.ts';
import { freePort, temporaryFolder } from '#kit';
import { access } from '#node/access/index.ts';
import { discovery } from '#node/discovery/index.ts';
import { initNode } from '#node/edge/run/init.ts';
import { startNode } from '#node/edge/run/node.ts';
import { federation } from '#node/federation/index.ts';
import { createNode, identity } from '#node/identity/index.ts';
import { metrics } from '#node/metrics/index.ts';
import { vault } from '#node/vault/index.ts';
import type { NodeId } from '#protocol';
import { sql } from 'kysely';

export type ToServer =
  | { readonly contacts: readonly NodeId[] }
  /** How many messages are to be there as if received before. */
  | { readonly stored: number }
  | { readonly end: true };
export type FromServer = { readonly url: string; readonly nodeId: NodeId } | { readonly ready: true };

const shares = defineFeature({
  name: 'shares',
  needs: { federation },
  migrations: [
    {
      name: '0001-shares',
      async up(db) {
        await sql`CREATE TABLE shares_item (n INTEGER PRIMARY KEY, author TEXT, uri TEXT, cid TEXT, version INTEGER,
          visibility TEXT, at TEXT, received_at INTEGER)`.execute(db);
      },
    },
  ],
  start(_host, doors) {
    doors.federation.handle('post_share', {
      from: 'contacts',
      async apply(tx, batch) {
        const rows = batch.map(({ from, payload, receivedAt }) => [
          from,
          payload.uri,
          payload.cid,
          payload.version,
          payload.visibility,
          payload.created_at,
          receivedAt,
        ]);
        await sql`INSERT INTO shares_item (author, uri, cid, version, visibility, at, received_at)
          SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
          FROM json_each(${JSON.stringify(rows)})`.execute(tables(tx));
      },
    });
    return { door: {} };
  },
});

const folder = temporaryFolder();
const dataDir = `${folder.path}/data`;
const features = [vault, identity, access, metrics, discovery, federation, shares];
const url = `http://127.0.0.1:${await freePort()}`;
const made = await initNode({
  dataDir,
  username: 'bench-1',
  url,
  language: 'en',
  env: {},
  features,
  createIdentity: createNode,
});
const running = await startNode({
  dataDir,
  version: '0.0.0',
  features,
  env: {},
  flags: {},
  guardOf: (booted) => {
    const rules = booted.door(access);
    const people = booted.door(identity);
    return {
      authenticate: (request) => people.authenticate(request),
      decide: async (request) => rules.decide(request),
      register: (kind, rule) => rules.register(kind, rule),
      owner: people.ownerActor(),
      measure: () => undefined,
      onSessionEnded: (run) => people.onSessionEnded(run),
      sessionStands: (id) => people.sessionStands(id),
    };
  },
  onFatal: (error) => {
    throw error;
  },
  ports: { log: createLog({ level: 'warn' }) },
});

/** Messages of the last month, from 64 peers, with what each of them left in its area. */
async function store(count: number): Promise<void> {
  const BATCH = 20_000;
  const MONTH_MS = 30 * 24 * 3_600_000;
  const from = Date.now() - MONTH_MS;
  for (let done = 0; done < count; done += BATCH) {
    const rows = Math.min(BATCH, count - done);
    await running.host.db.write(async (tx) => {
      const numbers = sql`WITH RECURSIVE numbers (i) AS (
        SELECT ${done} UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < ${done + rows})`;
      const at = sql`CAST(${from} + i * ${MONTH_MS / count} AS INTEGER)`;
      await sql`INSERT INTO federation_inbox (id, peer, seq, hash, received_at) ${numbers}
        SELECT unhex(printf('%012x7', ${at}) || substr(hex(randomblob(10)), 2)), 1 + i % 64, i, randomblob(16), ${at}
        FROM numbers`.execute(tables(tx));
      await sql`INSERT INTO shares_item (author, uri, cid, version, visibility, at, received_at) ${numbers}
        SELECT printf('Qm%044d', i % 64), printf('orf://Qm%044d/post/%036d', i % 64, i), hex(randomblob(30)), 1, 'friends',
          '2026-11-01T00:00:00.000Z', ${at} FROM numbers`.execute(tables(tx));
    });
  }
}

const tell = (message: FromServer): void => void process.send?.(message);
process.on('message', (message: ToServer) => {
  void (async () => {
    if ('end' in message) {
      await running[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
      process.exit(0);
    }
    if ('stored' in message) {
      await store(message.stored);
      tell({ ready: true });
      return;
    }
    await running.host.db.write(async (tx) => {
      for (const nodeId of message.contacts) {
        await running.booted.door(federation).setStanding(tx, nodeId, 'contact');
      }
    });
    tell({ ready: true });
  })();
});
tell({ url, nodeId: made.node_id as NodeId });
