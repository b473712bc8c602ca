// What the node knows of itself, loaded once at start: keys, log, party, record, kit.
// Without an identity the node still starts (so that the reason can be shown), and every use throws identity/none.
import {
  fromBase64Url,
  parseNodeId,
  parseUsername,
  publicKeyToMultibase,
  sealingKeyPairFromSeed,
  signFor,
  signingKeyFromSeed,
  toBase64Url,
  verifyIdentityLog,
  type Party,
  type Purpose,
  type SealingKeyPair,
  type VerifiedIdentity,
  type WordLanguage,
} from '#protocol';
import type { Host } from '#kernel/feature.ts';
import type { Vault } from '#node/vault/index.ts';
import assert from 'node:assert/strict';
import { closeIdentity } from './closing.ts';
import { createKit, type Kit } from './kit.ts';
import { noIdentity, secretNames, type RecoveryState, type Self } from './model.ts';
import { createRecords } from './records.ts';
import * as store from './store.ts';

export interface OwnIdentity {
  /** @throws identity/none before init */
  self(): Self;
  /** The log as others verify it. @throws identity/none */
  verified(): VerifiedIdentity;
  /** How this node names itself in envelopes. @throws identity/none */
  party(): Party;
  /** Canonical bytes of the current signed node record. @throws identity/none */
  record(): Promise<Uint8Array>;
  /** The record for a registry: without this node's loopback or private address unless it stands in the same range. @throws identity/none */
  recordFor(readerUrl: string): Promise<Uint8Array>;
  /** This node's address, or nothing where `readerUrl` stands outside the range of a loopback or private one. */
  addressFor(readerUrl: string): string;
  onRecordChanged(run: (record: Uint8Array) => void): () => void;
  /** Rises at each restore and move; the upper part of every seq. @throws identity/none */
  generation(): number;
  /** Ed25519 with the purpose's prefix, by the current signing key. @throws identity/none */
  sign(purpose: Purpose, canonicalBytes: Uint8Array): Uint8Array;
  recoveryState(): RecoveryState;
  /** The owner's language, in which the node speaks where a request names none. @throws identity/none */
  setLanguage(language: WordLanguage): Promise<void>;
  /** @throws identity/none */
  kit(): Kit;
  /** Whether the owner has left: nothing is published any more. @throws identity/none */
  closed(): boolean;
  /** Closes the identity for good. @throws identity/none, identity/deactivated */
  close(): Promise<void>;
}

interface Loaded {
  self: Self;
  readonly verified: VerifiedIdentity;
  readonly generation: number;
  recovery: RecoveryState;
  readonly kit: Kit;
}

export async function loadIdentity(host: Host, vault: Vault): Promise<OwnIdentity> {
  const row = await store.findSelf(host.db.read);
  let found = row === undefined ? undefined : await load(host, vault, row);
  const loaded = (): Loaded => {
    if (found === undefined) throw noIdentity();
    return found;
  };
  const records = createRecords({
    db: host.db,
    clock: host.clock,
    serverUrl: () => host.serverUrl,
    self: () => loaded().self,
    closed: () => loaded().verified.deactivated,
  });
  return {
    self: () => loaded().self,
    verified: () => loaded().verified,
    party: () => {
      const { nodeId, username } = loaded().self;
      return { node_id: nodeId, server_url: host.serverUrl, username };
    },
    record: async () => {
      loaded();
      return records.current();
    },
    recordFor: async (readerUrl) => {
      loaded();
      return records.currentFor(readerUrl);
    },
    addressFor: (readerUrl) => records.addressFor(readerUrl),
    onRecordChanged: (run) => records.onChanged(run),
    generation: () => loaded().generation,
    sign: (purpose, bytes) => signFor(purpose, loaded().self.signingKey, bytes),
    recoveryState: () => loaded().recovery,
    setLanguage: async (language) => {
      await host.db.write(async (tx) => {
        await store.updateSelf(tx, { language });
        tx.afterCommit(() => {
          loaded().self = { ...loaded().self, language };
        });
      });
    },
    kit: () => loaded().kit,
    closed: () => loaded().verified.deactivated,
    close: async () => {
      await closeIdentity(host, vault, loaded().self);
      const closed = await store.findSelf(host.db.read);
      if (closed !== undefined) found = await load(host, vault, closed);
    },
  };
}

async function load(host: Host, vault: Vault, row: store.SelfRow): Promise<Loaded> {
  const nodeId = parseNodeId(row.node_id);
  const verified = await verifyIdentityLog(row.log, { nodeId });
  const seed = async (name: string): Promise<Uint8Array> => {
    const found = await vault.secrets.get(name);
    assert(found !== undefined, `the vault holds no ${name}`);
    return found;
  };
  const signingKey = signingKeyFromSeed(await seed(secretNames.signing));
  assert(
    publicKeyToMultibase(signingKey.publicKey) === publicKeyToMultibase(verified.signingPublicKey),
    'the signing key belongs to the identity log',
  );
  const self: Self = {
    nodeId,
    did: verified.did,
    username: parseUsername(row.username),
    displayName: row.display_name,
    language: row.language,
    log: row.log,
    head: verified.head,
    signingKey,
    verificationMethod: `${verified.did}#${publicKeyToMultibase(signingKey.publicKey)}`,
    sealingKeys: await loadSealingKeys(host, seed),
    transportKey: signingKeyFromSeed(await seed(secretNames.transport)),
  };
  const loaded: Loaded = {
    self,
    verified,
    generation: row.generation,
    recovery: row.recovery,
    kit: createKit({
      db: host.db,
      events: host.events,
      random: host.random,
      secrets: vault.secrets,
      nodeId,
      onState: (state) => {
        loaded.recovery = state;
      },
    }),
  };
  return loaded;
}

async function loadSealingKeys(
  host: Host,
  seed: (name: string) => Promise<Uint8Array>,
): Promise<Self['sealingKeys']> {
  const pairs: SealingKeyPair[] = [];
  for (const publicKey of await store.listSealingKeys(host.db.read)) {
    const pair = await sealingKeyPairFromSeed(await seed(secretNames.sealing(publicKey)));
    assert(
      toBase64Url(pair.publicKey) === toBase64Url(fromBase64Url(publicKey, 32)),
      'a sealing key fits its row',
    );
    pairs.push(pair);
  }
  const [current, ...older] = pairs;
  assert(current !== undefined, 'a node has a sealing key');
  return { current, older };
}
