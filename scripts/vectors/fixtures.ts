// The two people of the vectors, with keys from fixed seeds. Their node ids are hashes of their names, not of logs.
// Nothing here is secret, and none of these keys may ever be used for anything else.
import { base58btc } from 'multiformats/bases/base58';
import {
  type MessageId,
  type NodeId,
  type Party,
  concatBytes,
  newMessageId,
  parseNodeId,
  sha256,
  signingKeyFromSeed,
  toHex,
  utf8,
} from '#protocol';

const MULTIHASH = Uint8Array.of(0x12, 0x20);

function person(name: string, byte: number): { seed: Uint8Array; nodeId: NodeId; party: Party } {
  const nodeId = parseNodeId(base58btc.encode(concatBytes(MULTIHASH, sha256(utf8(name)))).slice(1));
  return {
    seed: new Uint8Array(32).fill(byte),
    nodeId,
    party: { node_id: nodeId, server_url: `https://${name}.example`, username: name },
  };
}

export const alice = person('alice', 1);
export const bob = person('bob', 2);
export const aliceKey = signingKeyFromSeed(alice.seed);
export const bobKey = signingKeyFromSeed(bob.seed);

/** 2026-11-21T04:07:56.123Z */
export const NOW_MS = 1_795_234_076_123;

export function messageId(n: number): MessageId {
  return newMessageId(NOW_MS + n, new Uint8Array(10).fill(n));
}

/** The keys as the vectors name them. */
export const people = {
  alice: { node_id: alice.nodeId, seed: toHex(alice.seed), public_key: toHex(aliceKey.publicKey) },
  bob: { node_id: bob.nodeId, seed: toHex(bob.seed), public_key: toHex(bobKey.publicKey) },
};
