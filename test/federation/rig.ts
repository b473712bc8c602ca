// Real nodes in this process with a probe as their only area above federation: it notes what arrives, and refuses
// what a test tells it to refuse. Also plain senders, which sign what they like without being a node.
import type { Tx } from '#kernel/db/database.ts';
import { tables } from '#kernel/db/database.ts';
import { defineFeature, type AnyFeature, type DoorOf } from '#kernel/feature.ts';
import { createLog } from '#kernel/log.ts';
import { createNetwork, type Network } from '#kernel/network.ts';
import { systemClock, type Clock } from '#kernel/ports.ts';
import { fakeClock, freePort, temporaryFolder } from '#kit';
import { access } from '#node/access/index.ts';
import { discovery } from '#node/discovery/index.ts';
import { initNode } from '#node/edge/run/init.ts';
import { startNode, type RunningNode } from '#node/edge/run/node.ts';
import { federation, type Standing } from '#node/federation/index.ts';
import { createNode, identity } from '#node/identity/index.ts';
import { vault } from '#node/vault/index.ts';
import {
  AppError,
  createIdentity,
  envelopeSeq,
  formatTimestamp,
  generateSeed,
  newMessageId,
  nextRecordSeq,
  parseReceipt,
  randomBytes,
  sealingKeyPairFromSeed,
  signEnvelope,
  signRecord,
  signingKeyFromSeed,
  toBase64Url,
  type EnvelopeFields,
  type JsonObject,
  type NodeId,
  type Receipt,
  type SigningKey,
} from '#protocol';
import { sql } from 'kysely';

export { fakeClock };

export interface Effect {
  readonly id: string;
  readonly seq: number;
  readonly peer: string;
  readonly type: string;
  readonly payload: string;
}

/** What the probe refuses: payloads whose uri ends so. */
const REFUSED = /refuse-me$/;
const CRASHING = /crash-me$/;

/** A URI that ends so is nobody's to read. */
const HIDDEN = /hidden$/;

function makeProbe(from: 'contacts' | 'anyone', batches: number[]) {
  return defineFeature({
    name: 'probe',
    needs: { federation },
    migrations: [
      {
        name: '0001-probe',
        async up(db) {
          await sql`CREATE TABLE probe_effect (n INTEGER PRIMARY KEY, id TEXT, seq INTEGER, peer TEXT, type TEXT, payload TEXT)`.execute(
            db,
          );
        },
      },
    ],
    start(_host, doors) {
      const apply = async (
        tx: Tx,
        batch: readonly { id: string; seq: number; from: string; type: string; payload: unknown }[],
      ): Promise<void> => {
        batches.push(batch.length);
        for (const { id, seq, from: peer, type, payload } of batch) {
          await sql`INSERT INTO probe_effect (id, seq, peer, type, payload)
            VALUES (${id}, ${seq}, ${peer}, ${type}, ${JSON.stringify(payload)})`.execute(tables(tx));
        }
        const uris = batch.map(({ payload }) => String((payload as { uri?: unknown }).uri));
        if (uris.some((uri) => REFUSED.test(uri))) {
          throw new AppError({
            category: 'forbidden',
            code: 'probe/refused',
            safe: 'The probe refuses this.',
          });
        }
        if (uris.some((uri) => CRASHING.test(uri))) throw new Error('the probe has a fault');
      };
      doors.federation.handle('post_share', { from, apply });
      doors.federation.handle('post_delete', { from: 'anyone', apply });
      doors.federation.handle('friend_request', { from: 'anyone', apply });
      doors.federation.guardBlobs(({ uri }) => Promise.resolve(!HIDDEN.test(uri)));
      doors.federation.answer('content_get', async ({ from: asker, payload }) =>
        Promise.resolve({ asker, uri: payload.uri }),
      );
      return { door: {} };
    },
  });
}

export interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly nodeId: NodeId;
  readonly dataDir: string;
  readonly running: RunningNode;
  /** Sizes of the batches that the probe was handed. */
  readonly batches: number[];
  door<F extends AnyFeature>(feature: F): DoorOf<F>;
  effects(): Promise<Effect[]>;
  setStanding(nodeId: NodeId, standing: Standing): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A running node; `await using` ends it and removes its data. */
export async function makePeer(options: {
  readonly name: string;
  readonly registry?: string;
  readonly clock?: Clock;
  readonly from?: 'contacts' | 'anyone';
  readonly network?: Network;
}): Promise<Peer> {
  const folder = temporaryFolder();
  const dataDir = `${folder.path}/data`;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const batches: number[] = [];
  const features = [
    vault,
    identity,
    access,
    discovery,
    federation,
    makeProbe(options.from ?? 'anyone', batches),
  ];
  const clock = options.clock ?? systemClock;
  const made = await initNode({
    dataDir,
    username: options.name,
    url,
    language: 'en',
    env: {},
    features,
    createIdentity: createNode,
    clock,
    ...(options.registry === undefined ? {} : { registry: options.registry }),
  });
  const level = process.env['ORED_TEST_LOG'] === undefined ? 'silent' : 'debug';
  const boot = (): Promise<RunningNode> =>
    startNode({
      dataDir,
      version: '0.0.0',
      features,
      env: {},
      flags: {},
      guardOf: (booted) => {
        const people = booted.door(identity);
        const rules = booted.door(access);
        return {
          authenticate: (request) => people.authenticate(request),
          decide: async (request) => rules.decide(request),
          register: (kind, rule) => rules.register(kind, rule),
          owner: people.ownerActor(),
          sessionStands: (sessionId) => people.sessionStands(sessionId),
          onSessionEnded: (run) => people.onSessionEnded(run),
        };
      },
      onFatal: (error) => {
        throw error;
      },
      ports: {
        log: createLog({ level }),
        clock,
        ...(options.network === undefined ? {} : { network: options.network }),
      },
    });
  let current: RunningNode | undefined = await boot();
  const running = (): RunningNode => {
    if (current === undefined) throw new Error(`${options.name} is stopped`);
    return current;
  };
  const peer: Peer = {
    url,
    nodeId: made.node_id as NodeId,
    dataDir,
    get running() {
      return running();
    },
    batches,
    door: (feature) => running().booted.door(feature),
    async effects() {
      const { rows } =
        await sql<Effect>`SELECT id, seq, peer, type, payload FROM probe_effect ORDER BY n`.execute(
          tables(running().host.db.read),
        );
      return rows;
    },
    setStanding: (nodeId, standing) =>
      running().host.db.write((tx) => peer.door(federation).setStanding(tx, nodeId, standing)),
    async stop() {
      const stopping = current;
      current = undefined;
      await stopping?.[Symbol.asyncDispose]();
    },
    async start() {
      current ??= await boot();
    },
    async [Symbol.asyncDispose]() {
      await peer.stop();
      folder[Symbol.dispose]();
    },
  };
  return peer;
}

/** A node's own hardened client, for which names under .example lead to this machine. */
export function namesOnLoopback(): Network {
  return createNetwork({
    ownUrl: () => 'http://127.0.0.1:1',
    networks: [],
    userAgent: 'test',
    resolve: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  });
}

/** Makes two peers known to each other, without a registry. */
export async function acquaint(a: Peer, b: Peer, standing: Standing = 'contact'): Promise<void> {
  await a.door(discovery).resolve(b.url);
  await b.door(discovery).resolve(a.url);
  await a.setStanding(b.nodeId, standing);
  await b.setStanding(a.nodeId, standing);
}

/** A payload of `post_share`, as small as it gets. */
export function share(author: string, id: string): JsonObject & { uri: string } {
  return {
    created_at: '2026-11-21T00:00:00.000Z',
    uri: `orf://${author}/post/${id}`,
    cid: 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
    version: 1,
    visibility: 'friends',
    size: 100,
    media: 0,
  };
}

/** Somebody who signs envelopes without running a node. */
export interface Signer {
  readonly nodeId: NodeId;
  readonly key: SigningKey;
  readonly serverUrl: string;
  readonly username: string;
  readonly introduction: { readonly record: string; readonly log: string };
  /** An envelope's bytes; `n` counts in generation 1. */
  envelope(to: NodeId, n: number, fields?: Partial<EnvelopeFields>): Uint8Array;
}

export async function makeSigner(
  options: {
    readonly name?: string;
    readonly clock?: Clock;
    readonly nextKey?: SigningKey;
    readonly serverUrl?: string;
  } = {},
): Promise<Signer> {
  const now = (options.clock ?? systemClock).now();
  const key = signingKeyFromSeed(generateSeed());
  const username = options.name ?? 'mallory';
  const serverUrl = options.serverUrl ?? 'http://127.0.0.1:9';
  const created = formatTimestamp(now);
  const { nodeId, log } = await createIdentity({
    signingKey: key,
    nextSigningPublicKey: (options.nextKey ?? signingKeyFromSeed(generateSeed())).publicKey,
    recoveryPublicKey: signingKeyFromSeed(generateSeed()).publicKey,
    created,
  });
  const { publicKey } = await sealingKeyPairFromSeed(generateSeed());
  const record = signRecord(
    {
      node_id: nodeId,
      seq: nextRecordSeq(undefined, now),
      log_head: (JSON.parse(log.trim()) as { versionId: string }).versionId,
      log,
      server_urls: [serverUrl],
      multiaddrs: [],
      sealing_key: toBase64Url(publicKey),
      transport_key: toBase64Url(key.publicKey),
      username,
      expires: formatTimestamp(now + 48 * 3_600_000),
    },
    key,
  );
  return {
    nodeId,
    key,
    serverUrl,
    username,
    introduction: { record: Buffer.from(record).toString('utf8'), log },
    envelope(to, n, fields = {}) {
      const at = (options.clock ?? systemClock).now();
      return signEnvelope(
        {
          id: newMessageId(at, randomBytes(10)),
          type: 'post_share',
          from: { node_id: nodeId, server_url: serverUrl, username },
          to: { node_id: to, server_url: '', username: '' },
          seq: n === 0 ? 0 : envelopeSeq(1, n),
          timestamp: formatTimestamp(at),
          payload: share(nodeId, `p${n}`),
          ...fields,
        },
        key,
      );
    },
  };
}

/** What a carrier of frames must do for the tests of the inbox: issue C adds libp2p. */
export interface TestTransport {
  readonly name: string;
  inbox(
    to: Peer,
    body: Uint8Array,
    form?: 'single' | 'batch',
  ): Promise<{ status: number; code?: string; receipt?: Receipt }>;
  introduce(to: Peer, signer: Signer): Promise<void>;
}

export const overHttp: TestTransport = {
  name: 'HTTP',
  async inbox(to, body, form = 'single') {
    const type = form === 'single' ? 'application/orf+json' : 'application/orf-batch+jsonl';
    const response = await fetch(`${to.url}/orf/v1/inbox`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from(body),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.headers.get('content-type') === 'application/orf-receipt+json') {
      const { receipt } = parseReceipt(bytes);
      const code = receipt.lines[0]?.code;
      return { status: response.status, receipt, ...(code === undefined ? {} : { code }) };
    }
    const { code } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { code: string };
    return { status: response.status, code };
  },
  async introduce(to, signer) {
    const response = await fetch(`${to.url}/orf/v1/introduce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(signer.introduction),
    });
    if (response.status !== 200) throw new Error(`introduction: ${response.status} ${await response.text()}`);
  },
};

/** A signer that the node knows, in this standing. */
export async function knownSigner(
  to: Peer,
  transport: TestTransport,
  standing: Standing,
  options: Parameters<typeof makeSigner>[0] = {},
): Promise<Signer> {
  const signer = await makeSigner(options);
  await transport.introduce(to, signer);
  await to.setStanding(signer.nodeId, standing);
  return signer;
}
