// What a node knows of itself, and the rules of time of its record. Pure: no I/O.
// See docs/protocol.md "Identity", "Recovery" and "Node record".
import type { ChangeRules } from '#kernel/changes.ts';
import {
  AppError,
  type NodeId,
  type SealingKeyPair,
  type SigningKey,
  type Username,
  type WordLanguage,
} from '#protocol';

/** A record is signed anew at this age (docs/protocol.md "Node record": valid 48 h, republished each 12 h). */
export const RECORD_AGE_MS_MAX = 12 * 3_600_000;
export const RECORD_LIFETIME_MS = 48 * 3_600_000;
/** Words that the owner types back to show that the kit was written down: one guess in 4 million. */
export const KIT_CHECK_WORDS = 2;

/** Wrong answers after which the kit must be shown again, which asks for a proof: confirming erases the node's copy. */
export const KIT_TRIES_MAX = 5;

/** Names under which identity keeps its keys in the vault. */
export const secretNames = {
  signing: 'identity/signing',
  nextSigning: 'identity/next-signing',
  recovery: 'identity/recovery',
  transport: 'identity/transport',
  claim: 'identity/claim',
  secondFactor: 'identity/second-factor',
  sealing: (publicKey: string): string => `identity/sealing/${publicKey}`,
} as const;

export type RecoveryState = 'unconfirmed' | 'confirmed';

/** This node, as its own areas see it. Keys stay in memory: never log or store this object. */
export interface Self {
  readonly nodeId: NodeId;
  readonly did: string;
  readonly username: Username;
  readonly displayName: string;
  readonly language: WordLanguage;
  /** The identity log, JSON lines. */
  readonly log: string;
  /** versionId of its last entry. */
  readonly head: string;
  readonly signingKey: SigningKey;
  /** For proofs of signed objects: `<did>#<multikey>`. */
  readonly verificationMethod: string;
  /** X25519 pairs; older ones still open what was sealed before a change. */
  readonly sealingKeys: { readonly current: SealingKeyPair; readonly older: readonly SealingKeyPair[] };
  /** Ed25519, for the libp2p host. */
  readonly transportKey: SigningKey;
}

export function noIdentity(): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'identity/none',
    safe: {
      en: 'There is no node in this data folder yet. Make one with "ored init --username NAME".',
      fr: "Il n'y a pas encore de nœud dans ce dossier de données. Créez-en un avec « ored init --username NOM ».",
    },
  });
}

/** Chooses different positions (1 to 24) from random bytes, in order. */
export function choosePositions(random: Uint8Array, count: number, of: number): number[] {
  const chosen = new Set<number>();
  for (const byte of random) {
    // 240 = 10 x 24: the bytes above would favour the first positions.
    if (byte < 240 && chosen.size < count) chosen.add((byte % of) + 1);
  }
  for (let position = 1; chosen.size < count; position += 1) chosen.add(position);
  return [...chosen].sort((a, b) => a - b);
}

/** What everybody is told who wants something of a node whose owner has left: final, nothing is tried again. */
export function identityClosed(): AppError {
  return new AppError({
    category: 'forbidden',
    code: 'identity/closed',
    safe: {
      en: 'This node is closed: its owner has left. It takes and sends nothing more, and nothing was changed. What is here can still be read and exported.',
      fr: 'Ce nœud est fermé : son propriétaire est parti. Il ne reçoit et n’envoie plus rien, et rien n’a été modifié. Ce qui est ici peut encore être lu et exporté.',
    },
  });
}

/** What the owner's clients are told of, by ids; what was said stays in the answers of the routes. */
export const changes: ChangeRules = {
  'session.ended': { kind: 'session' },
  'session.passphrase_changed': { kind: 'session' },
  'session.started': { kind: 'session' },
  'identity.claimed': { kind: 'node' },
  'identity.closed': { kind: 'node' },
  'identity.kit_confirmed': { kind: 'node' },
  'identity.kit_shown': { kind: 'node' },
};
