// Chain heads: a running hash over everything that a pair of nodes has exchanged in one direction and generation.
// Equal heads mean the same messages in the same order; different heads start a `content_sync`.
// Each consumed seq enters once, in order: accepted and refused ones by `nextHead`, cancelled ones by `voidHead`.
// See docs/protocol.md "Chain heads".
import { concatBytes, u64, utf8 } from '../bytes.ts';
import { type MessageId, type NodeId, messageIdBytes } from '../ids.ts';
import { sha256 } from '../keys.ts';

const ZERO = utf8('ORF/1 head-zero\0');
const HEAD = utf8('ORF/1 head\0');
const VOID = utf8('ORF/1 head-void\0');

/** The head before the first message of a generation: SHA-256(prefix || from || to || u64 generation). */
export function headZero(from: NodeId, to: NodeId, generation: number): Uint8Array {
  return sha256(concatBytes(ZERO, utf8(from), utf8(to), u64(generation)));
}

/** The head after a message: SHA-256(prefix || previous || u64 seq || 16-byte id || 32-byte payload hash). */
export function nextHead(
  previous: Uint8Array,
  seq: number,
  id: MessageId,
  payloadHash: Uint8Array,
): Uint8Array {
  if (previous.length !== 32 || payloadHash.length !== 32)
    throw new Error('heads and payload hashes have 32 bytes');
  return sha256(concatBytes(HEAD, previous, u64(seq), messageIdBytes(id), payloadHash));
}

/** The head after a seq that a `void` message cancelled: SHA-256(prefix || previous || u64 seq). */
export function voidHead(previous: Uint8Array, seq: number): Uint8Array {
  if (previous.length !== 32) throw new Error('a head has 32 bytes');
  return sha256(concatBytes(VOID, previous, u64(seq)));
}
