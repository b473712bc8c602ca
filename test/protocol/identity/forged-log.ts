// Makes identity logs that our own writer would refuse to make, rightly hashed and signed, with other code than ours
// (node:crypto, the package `canonicalize`): a refusal then comes from the rule under test and from nothing else.
import canonicalizeJson from 'canonicalize';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { base58btc } from 'multiformats/bases/base58';
import { keyHash, publicKeyToMultibase, signingKeyFromSeed, type SigningKey } from '#protocol';

export interface Entry {
  versionId: string;
  versionTime: string;
  parameters: Record<string, unknown>;
  state: Record<string, unknown>;
  proof?: unknown;
  [member: string]: unknown;
}

export interface Forgery {
  /** Changes the entry before it is hashed and signed. */
  readonly edit?: (entry: Entry) => void;
  /** Changes the entry after it was signed. */
  readonly tamper?: (entry: Entry) => void;
  /** The seed number of the key that signs; the entry's update key where absent. */
  readonly signer?: number;
}

export const FIRST_TIME = '2026-01-01T00:00:00Z';

/** The key of a small number, the same in every test. */
export function key(n: number): SigningKey {
  return signingKeyFromSeed(seed(n));
}

export function seed(n: number): Uint8Array {
  return new Uint8Array(32).fill(n);
}

export function multikey(n: number): string {
  return publicKeyToMultibase(key(n).publicKey);
}

export function hashOf(n: number): string {
  return keyHash(key(n).publicKey);
}

/** A first entry by key 1, with next key 2 and recovery key 100, `{SCID}` in place of the SCID. */
export function firstEntry(): Entry {
  return {
    versionId: '{SCID}',
    versionTime: FIRST_TIME,
    parameters: {
      method: 'did:webvh:1.0',
      scid: '{SCID}',
      updateKeys: [multikey(1)],
      nextKeyHashes: [hashOf(2), hashOf(100)],
      portable: true,
    },
    state: documentOf('did:webvh:{SCID}:node.invalid', multikey(1)),
  };
}

export function documentOf(
  did: string,
  signingKey: string,
  alsoKnownAs: readonly string[] = [],
): Entry['state'] {
  const method = `${did}#${signingKey}`;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    ...(alsoKnownAs.length > 0 ? { alsoKnownAs } : {}),
    verificationMethod: [{ id: method, type: 'Multikey', controller: did, publicKeyMultibase: signingKey }],
    authentication: [method],
    assertionMethod: [method],
  };
}

/** The line of a first entry, signed by key 1. */
export function forgeFirst(forgery: Forgery = {}): string {
  const entry = firstEntry();
  forgery.edit?.(entry);
  const scid = multihash(entry);
  const named = JSON.parse(JSON.stringify(entry).replaceAll('{SCID}', scid)) as Entry;
  return forge(named, named.versionId === scid ? scid : named.versionId, 1, forgery, 1);
}

/** The line of an entry after `previous`: key `by` takes over, and announces `next` beside the recovery key. */
export function forgeNext(previous: string, by: number, next: number, forgery: Forgery = {}): string {
  const last = JSON.parse(previous) as Entry;
  const commitments = last.parameters['nextKeyHashes'] as string[];
  const entry: Entry = {
    versionId: last.versionId,
    versionTime: new Date(Date.parse(last.versionTime) + 60_000).toISOString().replace('.000Z', 'Z'),
    parameters: { updateKeys: [multikey(by)], nextKeyHashes: [hashOf(next), commitments[1]] },
    state: documentOf(last.state['id'] as string, multikey(by)),
  };
  const number = Number.parseInt(last.versionId, 10) + 1;
  forgery.edit?.(entry);
  return forge(entry, last.versionId, by, forgery, number);
}

/** A log of these lines. */
export function logOf(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

export function canonicalText(value: unknown): string {
  return canonicalizeJson(value) as string;
}

function forge(entry: Entry, previous: string, by: number, forgery: Forgery, number: number): string {
  entry.versionId = `${number}-${multihash({ ...entry, versionId: previous })}`;
  const signer = forgery.signer ?? by;
  const config = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created: entry.versionTime,
    verificationMethod: `did:key:${multikey(by)}#${multikey(by)}`,
    proofPurpose: 'assertionMethod',
  };
  const message = Buffer.concat([digest(config), digest(entry)]);
  entry.proof = [{ ...config, proofValue: base58btc.encode(sign(null, message, privateKey(signer))) }];
  forgery.tamper?.(entry);
  return canonicalText(entry);
}

function multihash(value: unknown): string {
  return base58btc.baseEncode(Buffer.concat([Buffer.from([0x12, 0x20]), digest(value)]));
}

function digest(value: unknown): Buffer {
  return createHash('sha256').update(canonicalText(value)).digest();
}

function privateKey(n: number) {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed(n)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
