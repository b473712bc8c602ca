// Registers one test for each vector of identity, record, kit and names against one build of the protocol. It imports
// nothing of the protocol but types, so that the caller chooses the crypto underneath.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type * as Protocol from '#protocol';

type Api = typeof Protocol;
interface Case {
  readonly name?: string;
  readonly text?: string;
  readonly log?: string;
  readonly record?: string;
  readonly pinned?: string;
  readonly offered?: string;
  readonly result?: unknown;
  readonly code?: string;
}
type Vectors = Record<string, readonly Case[]>;

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../protocol/vectors/${name}.json`, import.meta.url), 'utf8'));
}

function checkCases(title: string, cases: readonly Case[] | undefined, call: (one: Case) => unknown): void {
  describe(title, () => {
    assert.ok(cases !== undefined && cases.length > 0, title);
    cases.forEach((one, i) => {
      it(`${one.code === undefined ? 'holds' : 'refuses'}: ${one.name ?? one.text ?? String(i)}`, async () => {
        const promise = (async () => (await call(one)) ?? true)();
        if (one.code === undefined) assert.deepEqual(await promise, one.result);
        else await assert.rejects(promise, { code: one.code });
      });
    });
  });
}

/** Holds every vector against the protocol. */
export function checkIdentityVectors(api: Api): void {
  const identity = read('identity') as Vectors;
  const summary = async ({ log }: Case) => summarise(api, await api.verifyIdentityLog(log as string));
  checkCases('identity, valid', identity['valid'], summary);
  checkCases('identity, invalid', identity['invalid'], summary);
  checkCases('identity, compare', identity['compare'], (one) =>
    api.compareLogs(one.pinned as string, one.offered as string),
  );

  const records = read('record') as {
    readonly now: string;
    readonly log: string;
    readonly cases: readonly Case[];
  };
  checkCases('record', records.cases, async ({ record }) => {
    const signer = await api.verifyIdentityLog(records.log);
    await api.verifyRecord(api.parseRecord(api.utf8(record as string)), signer, {
      nowMs: Date.parse(records.now),
    });
  });

  const names = read('names') as Vectors;
  checkCases('usernames', names['usernames'], ({ text }) => api.parseNewUsername(text as string));
  checkCases('skeletons', names['skeletons'], ({ text }) => api.usernameSkeleton(text as string));
  checkCases('display names', names['display_names'], ({ text }) => api.cleanDisplayName(text as string));
  checkKit(api);
}

interface KitVectors {
  readonly words: readonly { seed: string; recovery_public_key: string; en: string[]; fr: string[] }[];
  readonly typed: readonly Case[];
  readonly codes: readonly Case[];
  readonly fingerprints: readonly {
    node_id: string;
    signing_public_key: string;
    en: string[];
    fr: string[];
    hex: string[];
    identity_code: string;
  }[];
}

function checkKit(api: Api): void {
  const kit = read('kit') as KitVectors;
  checkCases('kit, typed words', kit.typed, ({ text }) => api.toHex(api.seedFromWords(text as string)));
  checkCases('kit codes', kit.codes, ({ text }) => api.toHex(api.parseKitCode(text as string).seed));
  it('kit words and fingerprints', () => {
    for (const one of kit.words) {
      const seed = api.fromHex(one.seed);
      assert.equal(api.toHex(api.signingKeyFromSeed(seed).publicKey), one.recovery_public_key);
      assert.deepEqual([api.recoveryWords(seed, 'en'), api.recoveryWords(seed, 'fr')], [one.en, one.fr]);
      assert.deepEqual([api.seedFromWords(one.en), api.seedFromWords(one.fr)], [seed, seed]);
    }
    for (const one of kit.fingerprints) {
      const [nodeId, key] = [api.parseNodeId(one.node_id), api.fromHex(one.signing_public_key)];
      assert.deepEqual(api.fingerprint(nodeId, key, 'en'), { words: one.en, hex: one.hex });
      assert.deepEqual(api.fingerprint(nodeId, key, 'fr').words, one.fr);
      assert.deepEqual(api.parseIdentityCode(one.identity_code), { nodeId, signingPublicKey: key });
    }
  });
}

function summarise(api: Api, identity: Protocol.VerifiedIdentity): unknown {
  return {
    node_id: identity.nodeId,
    did: identity.did,
    dids: identity.dids,
    head: identity.head,
    signing_public_key: api.toHex(identity.signingPublicKey),
    keys: identity.keys.map(({ publicKey, fromEntry, toEntry }) => [
      api.toHex(publicKey),
      fromEntry,
      toEntry,
    ]),
    next_key_hashes: identity.nextKeyHashes,
    deactivated: identity.deactivated,
    by: identity.history.map(({ by }) => by),
  };
}
