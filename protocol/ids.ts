// Identifiers of the protocol, as branded strings that only a parser makes, each with exactly one spelling.
// node_id: SCID of a did:webvh log; message id: UUIDv7 (RFC 9562); CID: v1, raw, sha2-256, base32.
// Refuses every alias: upper case, other multibases, other hash functions.
import { base32 } from 'multiformats/bases/base32';
import { concatBytes, fromHex, toHex } from './bytes.ts';
import { invalid } from './errors.ts';
import { sha256 } from './keys.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type NodeId = Branded<'NodeId'>;
export type MessageId = Branded<'MessageId'>;
export type Cid = Branded<'Cid'>;
/** `orf://<node_id>/<kind>/<id>`: names an object of a node, whoever stores it. */
export type Uri = Branded<'Uri'>;

const NODE_ID = /^Qm[1-9A-HJ-NP-Za-km-z]{44}$/;
// base58btc of 1220 00..00 and 1220 ff..ff. The alphabet is in ASCII order and the length fixed, so that
// comparing text compares numbers: this is an exact check without decoding.
const NODE_ID_LOWEST = 'QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51';
const NODE_ID_HIGHEST = 'QmfZy5bvk7a3DQAjCbGNtmrPXWkyVvPrdnZMyBZ5q5ieKG';

/** Whether the text is a node id: base58btc of a sha2-256 multihash. */
export function isNodeId(text: string): text is NodeId {
  return NODE_ID.test(text) && text >= NODE_ID_LOWEST && text <= NODE_ID_HIGHEST;
}

/** @throws id/node */
export function parseNodeId(text: string): NodeId {
  if (!isNodeId(text)) throw invalid('id/node', 'A node id has 46 characters and begins with Qm.');
  return text;
}

const MESSAGE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the text is a UUIDv7 in lower case. */
export function isMessageId(text: string): text is MessageId {
  return MESSAGE_ID.test(text);
}

/** @throws id/message */
export function parseMessageId(text: string): MessageId {
  if (!isMessageId(text)) throw invalid('id/message', 'A message id is a UUIDv7 in lower case.');
  return text;
}

/** A UUIDv7 of a time in milliseconds and ten random bytes (RFC 9562 section 5.7). */
export function newMessageId(nowMs: number, random10: Uint8Array): MessageId {
  if (random10.length !== 10) throw new Error('a message id takes 10 random bytes');
  const time = nowMs.toString(16).padStart(12, '0');
  if (!Number.isSafeInteger(nowMs) || nowMs < 0 || time.length !== 12)
    throw new Error(`not a time: ${nowMs}`);
  const tail = Uint8Array.from(random10);
  tail[0] = ((tail[0] as number) & 0x0f) | 0x70;
  tail[2] = ((tail[2] as number) & 0x3f) | 0x80;
  const hex = toHex(tail);
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}` as MessageId;
}

/** The 16 bytes of a message id. */
export function messageIdBytes(id: MessageId): Uint8Array {
  return fromHex(id.replaceAll('-', ''));
}

/** Multihash and CID prefix: CIDv1, raw, sha2-256, 32 bytes. */
const CID_PREFIX = Uint8Array.of(0x01, 0x55, 0x12, 0x20);
// 36 bytes make 58 characters; the last one carries three bits, so that its two lowest are zero.
const CID = /^bafkrei[a-h][a-z2-7]{50}[aeimquy4]$/;

/** The content address of exactly these bytes. */
export function cidOf(bytes: Uint8Array): Cid {
  return base32.encode(concatBytes(CID_PREFIX, sha256(bytes))) as Cid;
}

/** The content address of bytes whose SHA-256 is known: for content that is hashed as it streams. */
export function cidOfHash(hash32: Uint8Array): Cid {
  if (hash32.length !== 32) throw new Error('a SHA-256 hash has 32 bytes');
  return base32.encode(concatBytes(CID_PREFIX, hash32)) as Cid;
}

/** Whether the text is a content address of this protocol. */
export function isCid(text: string): text is Cid {
  return CID.test(text);
}

/** @throws id/cid */
export function parseCid(text: string): Cid {
  if (!isCid(text))
    throw invalid('id/cid', 'A content address is a CID version 1 (bafkrei...), raw, sha2-256.');
  return text;
}

const URI = /^orf:\/\/(Qm[1-9A-HJ-NP-Za-km-z]{44})\/([a-z][a-z0-9_]{0,31})\/([A-Za-z0-9_-]{1,64})$/;

export interface UriParts {
  readonly nodeId: NodeId;
  /** What it names: `post`, `reply`, `document` ... */
  readonly kind: string;
  readonly id: string;
}

/** @throws id/uri where a part does not fit the grammar */
export function formatUri(parts: UriParts): Uri {
  const uri = `orf://${parts.nodeId}/${parts.kind}/${parts.id}`;
  parseUri(uri);
  return uri as Uri;
}

/** Whether the text is an ORF URI. */
export function isUri(text: string): text is Uri {
  const match = URI.exec(text);
  return match !== null && isNodeId(match[1] as string);
}

/** The parts of an ORF URI. @throws id/uri */
export function parseUri(text: string): UriParts & { readonly uri: Uri } {
  const match = URI.exec(text);
  if (match === null || !isNodeId(match[1] as string)) {
    throw invalid('id/uri', 'An address is written orf://<node id>/<kind>/<id>.');
  }
  return { uri: text as Uri, nodeId: match[1] as NodeId, kind: match[2] as string, id: match[3] as string };
}
