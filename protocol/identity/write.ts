// Writing identity logs: create, rotate (also by the recovery key), rename, deactivate.
// Every function verifies the log that it is given and the log that it returns, so that a node never publishes an
// identity which others refuse. Keys are used here and kept nowhere. docs/protocol.md "Identity", "Recovery".
import { base58btc } from 'multiformats/bases/base58';
import { fromUtf8 } from '../bytes.ts';
import { canonicalize } from '../canonical.ts';
import { AppError, invalid } from '../errors.ts';
import type { NodeId } from '../ids.ts';
import { publicKeyToMultibase, type SigningKey } from '../keys.ts';
import { LOG_ENTRY_CHARS_MAX } from '../limits.ts';
import { NO_HOST, formatDid, type DidLocation } from './did.ts';
import {
  entryBody,
  formatVersionTime,
  hashEntry,
  newScid,
  proofConfig,
  signedMessage,
  type EntryFields,
} from './entry.ts';
import { keyHash, verifyIdentityLog, type VerifiedIdentity } from './log.ts';

/** Kept free in an entry that changes the name, so that rotations and a deactivation after it always fit. */
const NAME_RESERVE_CHARS = 64;

export interface NewIdentity {
  /** A lower-case DNS name, with `:port` where it is not 443; without one `node.invalid`. */
  readonly host?: string;
  readonly path?: readonly string[];
  readonly signingKey: SigningKey;
  readonly nextSigningPublicKey: Uint8Array;
  readonly recoveryPublicKey: Uint8Array;
  /** RFC 3339 UTC; an entry keeps whole seconds. */
  readonly created: string;
}

/** An entry by the key that was next in line: it becomes the signing key. */
export interface RotationBySigningKey {
  readonly by: SigningKey;
  readonly nextSigningPublicKey: Uint8Array;
  readonly created: string;
}

/** An entry by the recovery key: it brings a new signing key, and a new recovery key, because this one has been typed in. */
export interface RotationByRecoveryKey extends RotationBySigningKey {
  readonly signingPublicKey: Uint8Array;
  readonly recoveryPublicKey: Uint8Array;
}

export type Rotation = RotationBySigningKey | RotationByRecoveryKey;

/** A new identity: its id, its DID and its log of one entry. @throws identity/host, identity/path, identity/commitments, identity/commitment-reused */
export async function createIdentity(
  options: NewIdentity,
): Promise<{ readonly nodeId: NodeId; readonly did: string; readonly log: string }> {
  const key = publicKeyToMultibase(options.signingKey.publicKey);
  const draft: EntryFields = {
    number: 1,
    versionTime: formatVersionTime(parseCreated(options.created)),
    nodeId: '',
    location: { host: options.host ?? NO_HOST, path: options.path ?? [] },
    updateKey: key,
    signingKey: key,
    nextKeyHashes: [keyHash(options.nextSigningPublicKey), keyHash(options.recoveryPublicKey)],
    formerDids: [],
    deactivated: false,
  };
  const nodeId = newScid(draft);
  const log = signEntry({ ...draft, nodeId }, nodeId, options.signingKey);
  const identity = await verifyIdentityLog(log, { nodeId });
  return { nodeId: identity.nodeId, did: identity.did, log };
}

/**
 * The log with one more entry: the next signing key takes over, or the recovery key installs a new one.
 * @throws identity/deactivated, identity/rotation, identity/key-not-committed, and those of `verifyIdentityLog`
 */
export function rotateIdentity(log: string, rotation: Rotation): Promise<string> {
  return appendEntry(log, rotation, {});
}

/** As `rotateIdentity`, and the identity moves to another host or path; the node id stays. @throws as there, identity/host, identity/path, identity/too-many-names */
export function renameIdentity(
  log: string,
  options: Rotation & { readonly host: string; readonly path?: readonly string[] },
): Promise<string> {
  return appendEntry(log, options, { location: { host: options.host, path: options.path ?? [] } });
}

/** As `rotateIdentity`, and the identity is closed: nothing may follow but what the recovery key puts in this entry's place. @throws as there */
export function deactivateIdentity(log: string, rotation: Rotation): Promise<string> {
  return appendEntry(log, rotation, { deactivated: true });
}

async function appendEntry(
  log: string,
  rotation: Rotation,
  change: { readonly location?: DidLocation; readonly deactivated?: true },
): Promise<string> {
  const identity = await verifyIdentityLog(log);
  if (identity.deactivated) {
    throw new AppError({
      category: 'conflict',
      code: 'identity/deactivated',
      safe: {
        en: 'This identity is closed; it cannot change any more.',
        fr: 'Cette identité est fermée ; elle ne peut plus changer.',
      },
    });
  }
  const location = change.location ?? identity.location;
  const newDid = formatDid(identity.nodeId, location);
  const updateKey = publicKeyToMultibase(rotation.by.publicKey);
  const fields: EntryFields = {
    number: identity.entries + 1,
    versionTime: nextVersionTime(identity, rotation.created),
    nodeId: identity.nodeId,
    location,
    updateKey,
    ...successionOf(identity, rotation),
    formerDids: identity.dids.filter((did) => did !== newDid),
    deactivated: change.deactivated ?? false,
  };
  const line = signEntry(fields, identity.head, rotation.by);
  if (change.location !== undefined && line.length > LOG_ENTRY_CHARS_MAX - NAME_RESERVE_CHARS) {
    throw new AppError({
      category: 'limit',
      code: 'identity/too-many-names',
      safe: {
        en: 'This identity has had too many names to take another one: an entry lists them all. Nothing was changed.',
        fr: "Cette identité a eu trop de noms pour en prendre un autre : chaque entrée les énumère tous. Rien n'a été modifié.",
      },
    });
  }
  const extended = log + line;
  await verifyIdentityLog(extended, { nodeId: identity.nodeId });
  return extended;
}

/** The keys that an entry installs and announces, after the key that makes it has been recognised. */
function successionOf(
  identity: VerifiedIdentity,
  rotation: Rotation,
): Pick<EntryFields, 'signingKey' | 'nextKeyHashes'> {
  const hash = keyHash(rotation.by.publicKey);
  const nextHash = keyHash(rotation.nextSigningPublicKey);
  const byRecovery = 'recoveryPublicKey' in rotation;
  if (hash !== (byRecovery ? identity.recoveryHash : identity.nextKeyHashes[0])) {
    throw invalid('identity/key-not-committed', {
      en: 'This key may not change the identity: it is not the one that the identity announced. Nothing was changed.',
      fr: "Cette clé ne peut pas modifier l'identité : ce n'est pas celle que l'identité avait annoncée. Rien n'a été modifié.",
    });
  }
  if (!byRecovery) {
    return {
      signingKey: publicKeyToMultibase(rotation.by.publicKey),
      nextKeyHashes: [nextHash, identity.recoveryHash],
    };
  }
  return {
    signingKey: publicKeyToMultibase(rotation.signingPublicKey),
    nextKeyHashes: [nextHash, keyHash(rotation.recoveryPublicKey)],
  };
}

function signEntry(fields: EntryFields, previousVersionId: string, key: SigningKey): string {
  const draft = entryBody(fields, previousVersionId);
  const versionId = `${fields.number}-${hashEntry(draft, previousVersionId)}`;
  const body = { ...draft, versionId };
  const config = proofConfig(fields.updateKey, fields.versionTime);
  const proofValue = base58btc.encode(key.sign(signedMessage(body, config)));
  return `${fromUtf8(canonicalize({ ...body, proof: [{ ...config, proofValue }] }))}\n`;
}

function parseCreated(created: string): number {
  const ms = Date.parse(created);
  if (Number.isNaN(ms) || ms < 0) throw new Error(`not a time: ${created}`);
  return ms;
}

/** Whole seconds, and always later than the entry before, even if the clock went back. */
function nextVersionTime(identity: VerifiedIdentity, created: string): string {
  return formatVersionTime(Math.max(parseCreated(created), Date.parse(identity.updated) + 1000));
}
