// One entry of an identity log, byte for byte: docs/protocol.md "Identity", did:webvh 1.0 "The DID Log File".
// An entry is a function of few values; whatever holds anything else (another parameter, another member of the
// document, another spelling) is refused, so that nothing rides along unseen. Signatures are checked in log.ts.
import { base58btc } from 'multiformats/bases/base58';
import { concatBytes, fromUtf8, utf8 } from '../bytes.ts';
import type { Json, JsonObject } from '../canonical.ts';
import { canonicalize, parseCanonical } from '../canonical.ts';
import type { ErrorCode } from '../errors.ts';
import { AppError, invalid } from '../errors.ts';
import { isNodeId } from '../ids.ts';
import { multibaseToPublicKey, sha256 } from '../keys.ts';
import { LOG_ENTRY_CHARS_MAX } from '../limits.ts';
import { formatDid, parseDid, type DidLocation } from './did.ts';

/** The only version of the method that ORF 1.0 reads and writes. */
const METHOD = 'did:webvh:1.0';
/** Stands for the SCID while it is computed, and for the versionId of the first entry (did:webvh 1.0, "SCID Generation"). */
const SCID_PLACEHOLDER = '{SCID}';
const CONTEXT = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'];
const VERSION_ID = /^([1-9][0-9]{0,3})-(Qm[1-9A-HJ-NP-Za-km-z]{44})$/;
const PROOF_VALUE = /^z[1-9A-HJ-NP-Za-km-z]{64,88}$/;
const VERSION_TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;

/** All that an entry says. Keys are multikeys (`z6Mk...`), hashes base58btc multihashes (`Qm...`). */
export interface EntryFields {
  /** 1 for the first entry. */
  readonly number: number;
  readonly versionTime: string;
  readonly nodeId: string;
  readonly location: DidLocation;
  /** Signs this entry; the entry before has committed to it. */
  readonly updateKey: string;
  /** Signs the node's envelopes and records from this entry on. */
  readonly signingKey: string;
  /** The hash of the next signing key, then the hash of the recovery key. */
  readonly nextKeyHashes: readonly [string, string];
  /** The DIDs that earlier entries used and this one does not, in the order of their first use. */
  readonly formerDids: readonly string[];
  readonly deactivated: boolean;
}

/** An entry whose shape is that of ORF; hash, commitments, document and signature are not yet checked. */
export interface ParsedEntry {
  readonly versionId: string;
  readonly entryHash: string;
  /** As EntryFields, except `formerDids`, which only the whole log tells. */
  readonly fields: Omit<EntryFields, 'formerDids'>;
  /** The entry without its proof. */
  readonly body: JsonObject;
  readonly proof: JsonObject;
  readonly proofValue: string;
}

/** The entry that says `fields`, without proof, under a given versionId. */
export function entryBody(fields: EntryFields, versionId: string): JsonObject {
  const parameters: JsonObject = {
    updateKeys: [fields.updateKey],
    nextKeyHashes: [...fields.nextKeyHashes],
    ...(fields.number === 1 ? { method: METHOD, scid: fields.nodeId, portable: true } : {}),
    ...(fields.deactivated ? { deactivated: true } : {}),
  };
  return { versionId, versionTime: fields.versionTime, parameters, state: didState(fields) };
}

/** The proof without its value: what is hashed as the "proof configuration" of eddsa-jcs-2022. */
export function proofConfig(updateKey: string, versionTime: string): JsonObject {
  return {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created: versionTime,
    verificationMethod: `did:key:${updateKey}#${updateKey}`,
    proofPurpose: 'assertionMethod',
  };
}

/** The bytes that the update key signs: SHA-256 of the proof configuration, then SHA-256 of the entry (VC Data Integrity EdDSA, 3.3.4). */
export function signedMessage(body: JsonObject, config: JsonObject): Uint8Array {
  return concatBytes(sha256(canonicalize(config)), sha256(canonicalize(body)));
}

/** The hash in an entry's versionId: over the entry without proof, with the versionId of the entry before. */
export function hashEntry(body: JsonObject, previousVersionId: string): string {
  return multihash(canonicalize({ ...body, versionId: previousVersionId }));
}

/** The SCID of a first entry, which may already hold one: every occurrence counts as the placeholder. */
export function scidOf(body: JsonObject, scid: string): string {
  const text = fromUtf8(canonicalize({ ...body, versionId: SCID_PLACEHOLDER }));
  return multihash(utf8(text.replaceAll(scid, SCID_PLACEHOLDER)));
}

/** The SCID that a first entry with these fields will have; `fields.nodeId` is ignored. */
export function newScid(fields: EntryFields): string {
  return scidOf(entryBody({ ...fields, nodeId: SCID_PLACEHOLDER }, SCID_PLACEHOLDER), SCID_PLACEHOLDER);
}

/** base58btc of the SHA-256 multihash: SCIDs, entry hashes and key hashes. */
export function multihash(bytes: Uint8Array): string {
  return base58btc.baseEncode(concatBytes(Uint8Array.of(0x12, 0x20), sha256(bytes)));
}

/**
 * The entry in a line (without its LF), which stands at `number` in the log of `nodeId` (for the first: of whatever node it names).
 * @throws identity/entry-too-large, identity/not-canonical, identity/entry-form, identity/version-id, identity/time-form,
 * identity/method, identity/parameters, identity/commitments, identity/key-form, identity/state, identity/proof-form,
 * identity/wrong-key, identity/did, identity/host, identity/path
 */
export function parseEntry(line: string, number: number, nodeId: string | undefined): ParsedEntry {
  const { proof, ...body } = members(
    parseLine(line),
    ['versionId', 'versionTime', 'parameters', 'state', 'proof'],
    'identity/entry-form',
    'An entry of an identity log holds versionId, versionTime, parameters, state and proof, and nothing else.',
  );
  const { versionId, entryHash } = parseVersionId(body['versionId'], number);
  const versionTime = parseVersionTime(body['versionTime']);
  const parameters = parseParameters(body['parameters'], number);
  const scid = nodeId ?? parameters.scid;
  const state = parseState(body['state'], scid);
  const { config, proofValue } = parseProof(proof, parameters.updateKey, versionTime);
  return {
    versionId,
    entryHash,
    fields: { number, versionTime, nodeId: scid, ...state, ...parameters },
    body,
    proof: config,
    proofValue,
  };
}

function didState(fields: EntryFields): JsonObject {
  const did = formatDid(fields.nodeId, fields.location);
  const method = `${did}#${fields.signingKey}`;
  return {
    '@context': CONTEXT,
    id: did,
    ...(fields.formerDids.length > 0 ? { alsoKnownAs: [...fields.formerDids] } : {}),
    verificationMethod: [
      { id: method, type: 'Multikey', controller: did, publicKeyMultibase: fields.signingKey },
    ],
    authentication: [method],
    assertionMethod: [method],
  };
}

function parseLine(line: string): Json {
  if (line.length > LOG_ENTRY_CHARS_MAX) {
    throw new AppError({
      category: 'limit',
      code: 'identity/entry-too-large',
      safe: `An entry of an identity log has at most ${LOG_ENTRY_CHARS_MAX} characters.`,
    });
  }
  try {
    return parseCanonical(utf8(line));
  } catch (cause) {
    throw invalid('identity/not-canonical', 'An entry of this identity log is not canonical JSON.', cause);
  }
}

function parseVersionId(value: Json | undefined, number: number): { versionId: string; entryHash: string } {
  const match = typeof value === 'string' ? VERSION_ID.exec(value) : null;
  if (match === null || Number(match[1]) !== number) {
    throw invalid('identity/version-id', `Entry ${number} of this identity log does not carry its number.`);
  }
  return { versionId: match[0], entryHash: match[2] as string };
}

function parseVersionTime(value: Json | undefined): string {
  const bad = invalid('identity/time-form', 'The time of an entry is written YYYY-MM-DDThh:mm:ssZ, in UTC.');
  if (typeof value !== 'string' || !VERSION_TIME.test(value)) throw bad;
  const ms = Date.parse(value);
  // Date.parse rolls some impossible dates over; a real one comes back as it was.
  if (Number.isNaN(ms) || ms < 0 || formatVersionTime(ms) !== value) throw bad;
  return value;
}

/** The spelling of a moment in an entry: whole seconds, UTC. */
export function formatVersionTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function parseParameters(value: Json | undefined, number: number) {
  const foreign = 'The parameters of this entry are not those that ORF knows.';
  const names = ['updateKeys', 'nextKeyHashes', ...(number === 1 ? ['method', 'scid', 'portable'] : [])];
  if (number === 1 && isObject(value) && value['method'] !== METHOD) {
    throw invalid('identity/method', `An identity log starts with method ${METHOD}.`);
  }
  const found = members(value, names, 'identity/parameters', foreign, ['deactivated']);
  const { updateKeys, nextKeyHashes, deactivated, scid } = found;
  if (deactivated !== undefined && deactivated !== true) throw invalid('identity/parameters', foreign);
  if (number === 1 && (found['portable'] !== true || deactivated === true)) {
    throw invalid('identity/parameters', foreign);
  }
  if (number === 1 && (typeof scid !== 'string' || !isNodeId(scid))) {
    throw invalid('identity/scid', 'The identifier in this identity log is not a SCID.');
  }
  return {
    updateKey: parseUpdateKey(updateKeys),
    nextKeyHashes: parseCommitments(nextKeyHashes),
    deactivated: deactivated === true,
    scid: scid as string,
  };
}

function parseUpdateKey(value: Json | undefined): string {
  const key: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  if (typeof key === 'string' && isMultikey(key)) return key;
  throw invalid('identity/key-form', 'An entry names exactly one update key, an Ed25519 multikey.');
}

function parseCommitments(value: Json | undefined): readonly [string, string] {
  if (Array.isArray(value) && value.length === 2) {
    const [next, recovery] = value as readonly Json[];
    if (typeof next === 'string' && typeof recovery === 'string' && next !== recovery) {
      if (isNodeId(next) && isNodeId(recovery)) return [next, recovery];
    }
  }
  throw invalid(
    'identity/commitments',
    'An entry commits to exactly two keys: the next signing key, then the recovery key.',
  );
}

function parseState(value: Json | undefined, nodeId: string) {
  const bad = 'The DID document of this entry is not the one that its keys and its name make.';
  if (!isObject(value) || typeof value['id'] !== 'string') throw invalid('identity/state', bad);
  const methods: unknown = value['verificationMethod'];
  const method: unknown = Array.isArray(methods) ? methods[0] : undefined;
  const signingKey = isObject(method) ? method['publicKeyMultibase'] : undefined;
  if (typeof signingKey !== 'string' || !isMultikey(signingKey)) throw invalid('identity/state', bad);
  return { location: parseDid(value['id'], nodeId), signingKey };
}

function parseProof(value: Json | undefined, updateKey: string, versionTime: string) {
  const bad = 'An entry carries exactly one eddsa-jcs-2022 proof, made at its versionTime.';
  const list = Array.isArray(value) ? (value as readonly Json[]) : [];
  if (list.length !== 1) throw invalid('identity/proof-form', bad);
  const expected = proofConfig(updateKey, versionTime);
  const names = [...Object.keys(expected), 'proofValue'];
  const { proofValue, ...config } = members(list[0], names, 'identity/proof-form', bad);
  if (typeof proofValue !== 'string' || !PROOF_VALUE.test(proofValue))
    throw invalid('identity/proof-form', bad);
  if (config['verificationMethod'] !== expected['verificationMethod']) {
    throw invalid('identity/wrong-key', 'This entry is signed by another key than the one it names.');
  }
  for (const [name, wanted] of Object.entries(expected)) {
    if (config[name] !== wanted) throw invalid('identity/proof-form', bad);
  }
  return { config: expected, proofValue };
}

function isMultikey(text: string): boolean {
  try {
    multibaseToPublicKey(text);
    return true;
  } catch {
    return false; // an answer, not a failure: the caller names what the key was for
  }
}

/** The members of an object that has all of `names`, perhaps some of `optional`, and no other. */
function members(
  value: Json | undefined,
  names: readonly string[],
  code: ErrorCode,
  safe: string,
  optional: readonly string[] = [],
): { [key: string]: Json } {
  if (!isObject(value)) throw invalid(code, safe);
  const keys = Object.keys(value);
  const known = keys.every((key) => names.includes(key) || optional.includes(key));
  if (!known || !names.every((name) => keys.includes(name))) throw invalid(code, safe);
  return value;
}

function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
