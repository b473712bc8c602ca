// Verification of a whole identity log: docs/protocol.md "Identity", did:webvh 1.0 with ORF's profile and rules.
// A log that passes has exactly one reading. It refuses every other method, parameter, spelling or key, and decides
// nothing about two logs of one node (compare.ts). It never fetches, and keeps nothing between calls.
import { base58btc } from 'multiformats/bases/base58';
import { equalBytes, utf8 } from '../bytes.ts';
import { canonicalize } from '../canonical.ts';
import { AppError, invalid, type ErrorCode } from '../errors.ts';
import { parseNodeId, type NodeId } from '../ids.ts';
import { multibaseToPublicKey, publicKeyToMultibase, verify } from '../keys.ts';
import { LOG_BYTES_MAX, LOG_ENTRIES_MAX, LOG_FUTURE_MS_MAX } from '../limits.ts';
import type { DidLocation } from './did.ts';
import { formatDid } from './did.ts';
import {
  entryBody,
  hashEntry,
  multihash,
  parseEntry,
  scidOf,
  signedMessage,
  type EntryFields,
  type ParsedEntry,
} from './entry.ts';

/** Who signed an entry: the key that was next in line, or the recovery key. */
export type EntryAuthority = 'signing' | 'recovery';

export interface VerifiedIdentity {
  readonly nodeId: NodeId;
  readonly did: string;
  readonly location: DidLocation;
  /** Every DID that the node has had, the present one among them, in the order of their first use. */
  readonly dids: readonly string[];
  /** The versionId of the last entry; records name it as `log_head`. */
  readonly head: string;
  /** The 32-byte key that signs this node's envelopes and records now. */
  readonly signingPublicKey: Uint8Array;
  /** Every signing key with the entries (from 1) in which it was current; `toEntry` is null for the present one. */
  readonly keys: readonly SigningKeyPeriod[];
  /** The hash of the next signing key, then the hash of the recovery key. */
  readonly nextKeyHashes: readonly [string, string];
  readonly recoveryHash: string;
  readonly deactivated: boolean;
  /** How many entries the log has. */
  readonly entries: number;
  /** Each entry's versionId and by what right it was made, in order. */
  readonly history: readonly { readonly versionId: string; readonly by: EntryAuthority }[];
  readonly created: string;
  readonly updated: string;
}

export interface SigningKeyPeriod {
  readonly publicKey: Uint8Array;
  readonly fromEntry: number;
  readonly toEntry: number | null;
}

export interface VerifyLogOptions {
  /** The node whose log it must be. */
  readonly nodeId?: string;
  /** Milliseconds since 1970; where given, entries dated more than five minutes later are refused. */
  readonly nowMs?: number;
}

/** The hash by which an entry commits to a 32-byte key: of the text of its multikey (did:webvh 1.0, "Pre-Rotation Key Hash"). */
export function keyHash(publicKey: Uint8Array): string {
  return multihash(utf8(publicKeyToMultibase(publicKey)));
}

/** The lines of a log, each without its LF. @throws identity/log-too-large, identity/too-many-entries, identity/framing */
export function logEntries(log: string): string[] {
  // ASCII or not, no text has fewer bytes than UTF-16 code units; canonical entries are checked byte by byte later.
  if (log.length > LOG_BYTES_MAX) {
    throw tooLarge('identity/log-too-large', `An identity log has at most ${LOG_BYTES_MAX} bytes.`);
  }
  const lines = log.split('\n');
  if (lines.pop() !== '' || lines.length === 0) {
    throw invalid(
      'identity/framing',
      'An identity log has one line for each entry, each ended by a line feed.',
    );
  }
  if (lines.length > LOG_ENTRIES_MAX) {
    throw tooLarge('identity/too-many-entries', `An identity log has at most ${LOG_ENTRIES_MAX} entries.`);
  }
  return lines;
}

/**
 * What a log proves, after every entry has been checked: shape, SCID, hash chain, times, commitments, document, signature.
 * @throws identity/log-too-large, identity/too-many-entries, identity/framing, identity/foreign-node, identity/scid,
 * identity/hash-chain, identity/time-order, identity/time-future, identity/key-not-committed, identity/key-reused,
 * identity/recovery-hash-changed, identity/commitment-reused, identity/state, identity/signature,
 * identity/after-deactivation, and those of `parseEntry`
 */
export async function verifyIdentityLog(
  log: string,
  options: VerifyLogOptions = {},
): Promise<VerifiedIdentity> {
  const reader = new LogReader(options);
  const entries = logEntries(log).map((line) => reader.read(line));
  // Signatures last: hostile input is mostly refused by the cheap checks. In order, so that the first bad one decides.
  for (const entry of entries) await assertSigned(entry);
  return reader.identity();
}

async function assertSigned(entry: ParsedEntry): Promise<void> {
  const signature = base58btc.decode(entry.proofValue);
  const oneSpelling = base58btc.encode(signature) === entry.proofValue;
  const key = multibaseToPublicKey(entry.fields.updateKey);
  if (oneSpelling && (await verify(key, signedMessage(entry.body, entry.proof), signature))) return;
  throw invalid(
    'identity/signature',
    `Entry ${entry.fields.number} of this identity log is not signed by the key it names.`,
  );
}

/** Reads entries one after the other and holds each against those before; signatures excepted. */
class LogReader {
  readonly #options: VerifyLogOptions;
  readonly #history: { versionId: string; by: EntryAuthority }[] = [];
  readonly #keys: { publicKey: Uint8Array; fromEntry: number; toEntry: number | null }[] = [];
  readonly #usedKeys = new Set<string>();
  readonly #usedHashes = new Set<string>();
  readonly #dids: string[] = [];
  #first: ParsedEntry | undefined;
  #last: ParsedEntry | undefined;

  constructor(options: VerifyLogOptions) {
    this.#options = options;
  }

  read(line: string): ParsedEntry {
    const number = this.#history.length + 1;
    const last = this.#last;
    if (last?.fields.deactivated === true) {
      throw invalid('identity/after-deactivation', 'Nothing may follow the entry that closes an identity.');
    }
    const entry = parseEntry(line, number, this.#first?.fields.nodeId);
    if (last === undefined) this.#checkFirst(entry);
    const by = last === undefined ? 'signing' : this.#checkSuccession(entry, last);
    this.#checkTime(entry, last);
    this.#checkHash(entry, last);
    this.#keepKeys(entry, by);
    this.#checkState(entry);
    this.#first ??= entry;
    this.#last = entry;
    this.#history.push({ versionId: entry.versionId, by });
    return entry;
  }

  identity(): VerifiedIdentity {
    const [first, last] = [this.#first, this.#last];
    if (first === undefined || last === undefined) throw new Error('an identity log has at least one entry');
    const { nextKeyHashes, location, deactivated, signingKey, versionTime } = last.fields;
    const nodeId = parseNodeId(first.fields.nodeId);
    const did = formatDid(nodeId, location);
    return {
      nodeId,
      did,
      location,
      dids: this.#dids,
      head: last.versionId,
      signingPublicKey: multibaseToPublicKey(signingKey),
      keys: this.#keys,
      nextKeyHashes,
      recoveryHash: nextKeyHashes[1],
      deactivated,
      entries: this.#history.length,
      history: this.#history,
      created: first.fields.versionTime,
      updated: versionTime,
    };
  }

  #checkFirst({ body, fields }: ParsedEntry): void {
    if (this.#options.nodeId !== undefined && fields.nodeId !== this.#options.nodeId) {
      throw invalid('identity/foreign-node', 'This is the identity log of another node.');
    }
    if (scidOf(body, fields.nodeId) !== fields.nodeId) {
      throw invalid(
        'identity/scid',
        'The identifier in this identity log is not the one that its first entry gives.',
      );
    }
    if (fields.signingKey !== fields.updateKey) throw badState(fields.number);
  }

  /** Holds an entry against the commitments of the one before. */
  #checkSuccession({ fields }: ParsedEntry, last: ParsedEntry): EntryAuthority {
    const [next, recovery] = last.fields.nextKeyHashes;
    const hash = multihash(utf8(fields.updateKey));
    if (hash !== next && hash !== recovery) {
      throw invalid(
        'identity/key-not-committed',
        `Entry ${fields.number} is made by a key that the entry before did not announce.`,
      );
    }
    const by = hash === next ? 'signing' : 'recovery';
    if (by === 'signing' && fields.nextKeyHashes[1] !== recovery) {
      throw invalid('identity/recovery-hash-changed', 'Only the recovery key may replace the recovery key.');
    }
    // A rotation hands over to the very key that signs it; the recovery key stays on paper and never signs messages.
    if ((fields.signingKey === fields.updateKey) !== (by === 'signing')) throw badState(fields.number);
    return by;
  }

  #checkTime({ fields }: ParsedEntry, last: ParsedEntry | undefined): void {
    // The spelling has a fixed width, so that text order is time order.
    if (last !== undefined && fields.versionTime <= last.fields.versionTime) {
      throw invalid('identity/time-order', 'Each entry of an identity log is later than the one before.');
    }
    const { nowMs } = this.#options;
    if (nowMs !== undefined && Date.parse(fields.versionTime) > nowMs + LOG_FUTURE_MS_MAX) {
      throw invalid('identity/time-future', 'An entry of this identity log is dated in the future.');
    }
  }

  #checkHash({ body, entryHash, fields }: ParsedEntry, last: ParsedEntry | undefined): void {
    const previous = last === undefined ? fields.nodeId : last.versionId;
    if (hashEntry(body, previous) !== entryHash) {
      throw invalid(
        'identity/hash-chain',
        `Entry ${fields.number} of this identity log does not continue the one before.`,
      );
    }
  }

  /** Every key signs for one period only, and is announced once: a key that comes back may have been stolen meanwhile. */
  #keepKeys({ fields }: ParsedEntry, by: EntryAuthority): void {
    const first = this.#history.length === 0;
    const signingHash = multihash(utf8(fields.signingKey));
    for (const key of new Set([fields.updateKey, fields.signingKey])) {
      if (this.#usedKeys.has(key)) {
        throw invalid(
          'identity/key-reused',
          'A key that an earlier entry used comes back in this identity log.',
        );
      }
      this.#usedKeys.add(key);
    }
    // The first entry's key was never announced, and a recovery must not bring one that was: it lay in the same vault.
    if (first || by === 'recovery') {
      if (this.#usedHashes.has(signingHash)) throw reusedCommitment();
      this.#usedHashes.add(signingHash);
    }
    const fresh = first || by === 'recovery' ? fields.nextKeyHashes : [fields.nextKeyHashes[0]];
    for (const hash of fresh) {
      if (this.#usedHashes.has(hash)) throw reusedCommitment();
      this.#usedHashes.add(hash);
    }
    const previous = this.#keys.at(-1);
    if (previous !== undefined) previous.toEntry = fields.number - 1;
    const publicKey = multibaseToPublicKey(fields.signingKey);
    this.#keys.push({ publicKey, fromEntry: fields.number, toEntry: null });
  }

  /** Builds the entry anew from what it says: whatever else it holds makes a difference. */
  #checkState({ body, fields, versionId }: ParsedEntry): void {
    const did = formatDid(fields.nodeId, fields.location);
    const formerDids = this.#dids.filter((former) => former !== did);
    const rebuilt: EntryFields = { ...fields, formerDids };
    if (!equalBytes(canonicalize(entryBody(rebuilt, versionId)), canonicalize(body)))
      throw badState(fields.number);
    if (!this.#dids.includes(did)) this.#dids.push(did);
  }
}

function badState(number: number): AppError {
  return invalid(
    'identity/state',
    `The DID document of entry ${number} is not the one that its keys and its name make.`,
  );
}

function reusedCommitment(): AppError {
  return invalid('identity/commitment-reused', 'An entry brings a key that was announced or used before.');
}

function tooLarge(code: ErrorCode, safe: string): AppError {
  return new AppError({ category: 'limit', code, safe });
}
