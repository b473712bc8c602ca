// A real registry over HTTP on a folder of its own, and people with real identities who register at it.
import { fakeClock, type FakeClock } from '#kit/fake-clock.ts';
import { createLog } from '#kernel/log.ts';
import { isoTime, systemRandom } from '#kernel/ports.ts';
import {
  createIdentity,
  fromUtf8,
  generateSealingKeyPair,
  generateSeed,
  newMessageId,
  nextRecordSeq,
  randomBytes,
  signFor,
  signRecord,
  signRequest,
  signingKeyFromSeed,
  toBase64Url,
  type JsonObject,
  type NodeId,
  type SigningKey,
} from '#protocol';
import { listingSchema, type Listing } from '#registry/api.ts';
import { registrationProofBytes } from '#registry/directory.ts';
import { startRegistry } from '#registry/registry.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RegistryRig extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  readonly clock: FakeClock;
  restart(): Promise<void>;
}

export async function registryRig(
  options: { networks?: string[]; url?: string; publicMetrics?: boolean } = {},
): Promise<RegistryRig> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ored-registry-'));
  const clock = fakeClock();
  const start = (port: number) =>
    startRegistry({
      config: {
        data: dataDir,
        host: '127.0.0.1',
        port,
        name: 'test',
        networks: options.networks ?? [],
        'trust-proxy': true,
        'public-metrics': options.publicMetrics ?? false,
        'log-level': 'silent',
        url: options.url,
      },
      clock,
      random: systemRandom,
      log: createLog({ level: 'silent' }),
      version: 'test',
      onFatal: (error) => {
        throw error;
      },
    });
  let running = await start(0);
  const { port } = running;
  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    clock,
    async restart() {
      await running[Symbol.asyncDispose]();
      running = await start(port);
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true });
    },
  };
}

export interface Person {
  readonly nodeId: NodeId;
  readonly username: string;
  readonly key: SigningKey;
  readonly log: string;
  record(overrides?: { seq?: number; server_urls?: string[] }): string;
}

/** A new identity with a record, as a node makes them. */
export async function person(
  rig: RegistryRig,
  username: string,
  next: SigningKey = signingKeyFromSeed(generateSeed()),
): Promise<Person> {
  const key = signingKeyFromSeed(generateSeed());
  const sealing = await generateSealingKeyPair();
  const other = (): Uint8Array => signingKeyFromSeed(generateSeed()).publicKey;
  const { nodeId, log } = await createIdentity({
    signingKey: key,
    nextSigningPublicKey: next.publicKey,
    recoveryPublicKey: other(),
    created: isoTime(rig.clock.now()),
  });
  const head = (JSON.parse(log.trim()) as { versionId: string }).versionId;
  return {
    nodeId,
    username,
    key,
    log,
    record: (overrides = {}) =>
      fromUtf8(
        signRecord(
          {
            node_id: nodeId,
            seq: overrides.seq ?? nextRecordSeq(undefined, rig.clock.now()),
            log_head: head,
            log,
            server_urls: overrides.server_urls ?? ['http://127.0.0.1:7701'],
            multiaddrs: [],
            sealing_key: toBase64Url(sealing.publicKey),
            transport_key: toBase64Url(other()),
            username,
            expires: isoTime(rig.clock.now() + 47 * 3_600_000),
          },
          key,
        ),
      ),
  };
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Answer & { readonly headers: Headers }> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : fromUtf8(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
}

export async function get(url: string): Promise<Answer> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export async function challengeFor(rig: RegistryRig, nodeId: string): Promise<string> {
  const answer = await post(`${rig.url}/api/v1/nodes/challenge`, JSON.stringify({ node_id: nodeId }));
  return String(answer.body.challenge);
}

export interface RegisterOverrides {
  readonly record?: string;
  readonly log?: string;
  readonly challenge?: string;
  readonly signer?: SigningKey;
  readonly listing?: Partial<Listing>;
  readonly headers?: Record<string, string>;
}

/** Registers as a well-behaved node would, but for what the overrides say. */
export async function register(
  rig: RegistryRig,
  who: Person,
  overrides: RegisterOverrides = {},
): Promise<Answer> {
  const record = overrides.record ?? who.record();
  const listing = listingSchema.parse(overrides.listing ?? {});
  const challenge = overrides.challenge ?? (await challengeFor(rig, who.nodeId));
  const bytes = registrationProofBytes({
    challenge,
    node_id: who.nodeId,
    record,
    registry: rig.url,
    listing,
  });
  const proof = toBase64Url(signFor('registration', overrides.signer ?? who.key, bytes));
  const body = { log: overrides.log ?? who.log, record, challenge, proof, listing };
  return post(`${rig.url}/api/v1/nodes/register`, JSON.stringify(body), overrides.headers);
}

/** The exact bytes of a signed request. */
export function signedRequest(
  rig: RegistryRig,
  who: { readonly nodeId: NodeId; readonly key: SigningKey },
  action: string,
  body: JsonObject,
  audience = rig.url,
): Uint8Array {
  const nowMs = rig.clock.now();
  const fields = { id: newMessageId(nowMs, randomBytes(10)), timestamp: isoTime(nowMs), from: who.nodeId };
  return signRequest({ ...fields, action, audience, body }, who.key);
}
