// The node record: everything about a node that changes often, signed by its signing key. docs/protocol.md "Node record".
// A record proves nothing by itself: `verifyRecord` holds it against the verified identity log that it names.
// Refuses another spelling, another key, another head, an expired or too long-lived record, and URLs that are not plain.
import { fromBase64Url, toBase64Url, utf8 } from './bytes.ts';
import { type Json, type JsonObject, canonicalize, parseScanned, scanCanonical } from './canonical.ts';
import { AppError, type ErrorCode, type Text, invalid } from './errors.ts';
import { type Cid, type NodeId, cidOf, isCid, isNodeId } from './ids.ts';
import type { VerifiedIdentity } from './identity.ts';
import { type SigningKey, signFor, verifyFor } from './keys.ts';
import {
  FRESHNESS_MS,
  LOG_BYTES_MAX,
  MULTIADDR_CHARS_MAX,
  RECORD_BYTES_MAX,
  RECORD_LIFETIME_MS_MAX,
  RECORD_MULTIADDRS_MAX,
  RECORD_URLS_MAX,
} from './limits.ts';
import { USERNAME_SYNTAX, isServerUrl } from './wire/party.ts';
import { withoutMember } from './wire/signed.ts';
import { isTimestamp, parseTimestamp } from './timestamp.ts';

export interface NodeRecord {
  readonly node_id: NodeId;
  /** max(last + 1, Unix milliseconds): the highest valid one wins. */
  readonly seq: number;
  /** The versionId of the identity log's last entry. */
  readonly log_head: string;
  /** The identity log itself, or its address where it does not fit: exactly one of the two. */
  readonly log?: string;
  readonly log_cid?: Cid;
  /** http(s), without credentials, query or fragment; the first is the one that envelopes name. Empty: mailbox only. */
  readonly server_urls: readonly string[];
  readonly multiaddrs: readonly string[];
  /** X25519 public key for sealed payloads, 32 bytes as base64url. */
  readonly sealing_key: string;
  /** Ed25519 public key of the libp2p peer id, 32 bytes as base64url. */
  readonly transport_key: string;
  /** Empty in the record that goes to the DHT. */
  readonly username: string;
  readonly expires: string;
  readonly signature: string;
}

export interface ParsedRecord {
  readonly record: NodeRecord;
  readonly bytes: Uint8Array;
  /** The wire bytes without the member `signature`. */
  readonly signedBytes: Uint8Array;
  readonly signatureBytes: Uint8Array;
}

/** What a record says; the log is written into it where it fits in 16 KiB, and by its CID otherwise. */
export type RecordFields = Omit<NodeRecord, 'log' | 'log_cid' | 'signature'> & { readonly log: string };

export interface VerifyRecordOptions {
  readonly nowMs: number;
  /** The seq of the record that is already known; a lower one is refused. */
  readonly lastSeq?: number;
}

const MEMBERS = [
  'expires',
  'log_head',
  'multiaddrs',
  'node_id',
  'sealing_key',
  'seq',
  'server_urls',
  'signature',
  'transport_key',
  'username',
] as const;
const LOG_HEAD = /^[1-9][0-9]{0,3}-Qm[1-9A-HJ-NP-Za-km-z]{44}$/;
// Multiaddr text form: components begin with a slash and hold printable ASCII without quote, backslash or space.
const MULTIADDR = /^(?:\/[A-Za-z0-9._~:%@!$&'()*+,;=-]+)+$/;

/** The seq of a node's next record. */
export function nextRecordSeq(last: number | undefined, nowMs: number): number {
  return Math.max((last ?? 0) + 1, nowMs);
}

/** The canonical bytes of a signed record. @throws record/* as `parseRecord` would */
export function signRecord(fields: RecordFields, key: SigningKey): Uint8Array {
  const { log, ...rest } = fields;
  const inside = signMembers({ ...members(rest), log }, key);
  const bytes =
    inside.length <= RECORD_BYTES_MAX
      ? inside
      : signMembers({ ...members(rest), log_cid: cidOf(utf8(log)) }, key);
  parseRecord(bytes);
  return bytes;
}

/**
 * The record in canonical bytes: exact members, every one in its one spelling; nothing is verified yet.
 * @throws record/too-large, canonical/*, record/members, record/node-id, record/seq, record/log-head, record/log,
 * record/url, record/multiaddr, record/key, record/username, record/expires, record/signature
 */
export function parseRecord(bytes: Uint8Array): ParsedRecord {
  if (bytes.length > RECORD_BYTES_MAX) {
    throw new AppError({
      category: 'limit',
      code: 'record/too-large',
      safe: `A node record has at most ${RECORD_BYTES_MAX} bytes.`,
    });
  }
  const { spans } = scanCanonical(bytes);
  const record = checkMembers(parseScanned(bytes));
  return {
    record,
    bytes,
    signedBytes: withoutMember(bytes, spans, 'signature'),
    signatureBytes: keyBytes(record.signature, 64, 'record/signature'),
  };
}

/**
 * Checks that a record is the word of this identity at this time.
 * @throws record/foreign-node, record/closed, record/log-head, record/expired, record/expires-too-late,
 * record/stale-seq, record/wrong-key
 */
export async function verifyRecord(
  parsed: ParsedRecord,
  identity: VerifiedIdentity,
  options: VerifyRecordOptions,
): Promise<void> {
  const { record } = parsed;
  if (record.node_id !== identity.nodeId) {
    throw invalid('record/foreign-node', 'This record belongs to another node than the identity log.');
  }
  if (identity.deactivated) throw invalid('record/closed', 'The identity of this node is closed.');
  if (record.log_head !== identity.head) {
    throw invalid('record/log-head', 'This record was made under another state of the identity log.');
  }
  if (record.log !== undefined && !endsAt(record.log, record.log_head)) {
    throw invalid('record/log-head', 'The log in this record is not the one that it names.');
  }
  const remainingMs = parseTimestamp(record.expires) - options.nowMs;
  if (remainingMs <= 0) {
    throw invalid('record/expired', {
      en: 'The address record of this node has expired; it will be valid again once the node has published a new one.',
      fr: "La fiche d'adresse de ce nœud a expiré ; elle redeviendra valable dès que le nœud en aura publié une nouvelle.",
    });
  }
  if (remainingMs > RECORD_LIFETIME_MS_MAX + FRESHNESS_MS) {
    throw invalid('record/expires-too-late', 'A record is valid for at most 48 hours.');
  }
  if (options.lastSeq !== undefined && record.seq < options.lastSeq) {
    throw invalid('record/stale-seq', 'This record is older than the one that is known.');
  }
  if (!(await verifyFor('record', identity.signingPublicKey, parsed.signedBytes, parsed.signatureBytes))) {
    throw invalid('record/wrong-key', 'This record is not signed by the signing key of its node.');
  }
}

/** Whether the last entry of a log has this versionId; canonical entries end with it and their time. */
function endsAt(log: string, head: string): boolean {
  const last = log.slice(log.lastIndexOf('\n', log.length - 2) + 1);
  return new RegExp(`"versionId":"${head}","versionTime":"[^"]{20}"}\n$`).test(last);
}

function members(fields: Omit<RecordFields, 'log'>): JsonObject {
  const { node_id, seq, log_head, server_urls, multiaddrs, sealing_key, transport_key, username, expires } =
    fields;
  return {
    node_id,
    seq,
    log_head,
    server_urls: [...server_urls],
    multiaddrs: [...multiaddrs],
    sealing_key,
    transport_key,
    username,
    expires,
  };
}

function signMembers(unsigned: JsonObject, key: SigningKey): Uint8Array {
  return canonicalize({
    ...unsigned,
    signature: toBase64Url(signFor('record', key, canonicalize(unsigned))),
  });
}

function checkMembers(value: Json): NodeRecord {
  const found =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  const hasLog = Object.hasOwn(found, 'log');
  const names = [...MEMBERS, hasLog ? 'log' : 'log_cid'];
  if (Object.keys(found).length !== names.length || !names.every((name) => Object.hasOwn(found, name))) {
    throw invalid(
      'record/members',
      `A node record has exactly the members ${MEMBERS.join(', ')}, and log or log_cid.`,
    );
  }
  const { node_id, seq, log_head, log, log_cid, username, expires } = found;
  check(typeof node_id === 'string' && isNodeId(node_id), 'record/node-id', '`node_id` is a node id.');
  check(Number.isSafeInteger(seq) && (seq as number) > 0, 'record/seq', '`seq` is a positive integer.');
  check(
    typeof log_head === 'string' && LOG_HEAD.test(log_head),
    'record/log-head',
    '`log_head` is a versionId.',
  );
  if (hasLog) {
    check(
      typeof log === 'string' && log !== '' && log.length <= LOG_BYTES_MAX,
      'record/log',
      '`log` is a log.',
    );
  } else {
    check(typeof log_cid === 'string' && isCid(log_cid), 'record/log', '`log_cid` is a content address.');
  }
  checkAddresses(found);
  keyBytes(found['sealing_key'], 32, 'record/key');
  keyBytes(found['transport_key'], 32, 'record/key');
  check(
    typeof username === 'string' && (username === '' || USERNAME_SYNTAX.test(username)),
    'record/username',
    '`username` is a username, or empty.',
  );
  check(typeof expires === 'string' && isTimestamp(expires), 'record/expires', '`expires` is a moment.');
  return found as unknown as NodeRecord;
}

function checkAddresses({ server_urls, multiaddrs }: JsonObject): void {
  check(isListOf(server_urls, RECORD_URLS_MAX, isPlainUrl), 'record/url', {
    en: `A record has at most ${RECORD_URLS_MAX} addresses, http or https, without user name, query or fragment, each once.`,
    fr: `Une fiche contient au plus ${RECORD_URLS_MAX} adresses, http ou https, sans nom d'utilisateur, requête ni fragment, chacune une seule fois.`,
  });
  const isMultiaddr = (text: string) => text.length <= MULTIADDR_CHARS_MAX && MULTIADDR.test(text);
  check(
    isListOf(multiaddrs, RECORD_MULTIADDRS_MAX, isMultiaddr),
    'record/multiaddr',
    `A record has at most ${RECORD_MULTIADDRS_MAX} multiaddrs, each once.`,
  );
}

/** What a URL parser reads is what is written: no octal or hexadecimal address, no dot segment, no other spelling. */
function isPlainUrl(text: string): boolean {
  if (!isServerUrl(text) || !URL.canParse(text)) return false;
  const { href } = new URL(text);
  return href === text || href === `${text}/`;
}

function isListOf(value: Json | undefined, max: number, accepts: (text: string) => boolean): boolean {
  if (!Array.isArray(value) || value.length > max || new Set(value).size !== value.length) return false;
  return value.every((item) => typeof item === 'string' && accepts(item));
}

function check(holds: boolean, code: ErrorCode, safe: string | Text): void {
  if (!holds) throw invalid(code, safe);
}

function keyBytes(value: Json | undefined, length: number, code: ErrorCode): Uint8Array {
  const safe = `${length} bytes are expected, as base64url without padding.`;
  if (typeof value !== 'string') throw invalid(code, safe);
  try {
    return fromBase64Url(value, length);
  } catch (cause) {
    throw invalid(code, safe, cause);
  }
}
