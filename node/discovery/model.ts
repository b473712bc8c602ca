// What is known of another node, and what may be asked for. Pure: no I/O.
// A query is read here into one of four kinds; what cannot be read is refused with a sentence.
import {
  AppError,
  fromBase64Url,
  isNodeId,
  parseHandle,
  parseRecord,
  USERNAME_SYNTAX,
  type NodeId,
  type VerifiedIdentity,
} from '#protocol';

/** Who confirmed that a username is this node's; without it the name is only what the node says of itself. */
export type NameVerifier = 'registry' | 'webfinger';

export interface Contact {
  readonly node_id: NodeId;
  readonly username: string;
  readonly server_urls: readonly string[];
  /** Canonical bytes of the newest signed record. */
  readonly record: Uint8Array;
  readonly log: string;
  readonly identity: VerifiedIdentity;
  /** The registry through whose mailbox the node can be reached, or null. */
  readonly mailbox: string | null;
  readonly usernameVerifiedBy: NameVerifier | null;
  readonly pinned: boolean;
  /** Two histories exist: nothing of it is followed until the owners have compared fingerprints. */
  readonly held: boolean;
}

/** `held`: the offered log is another history than the pinned one. */
export type LearnVerdict = 'new' | 'updated' | 'same' | 'stale' | 'held';

/** What a signature and an address are checked with on the message path. */
export interface Known {
  readonly signingKey: Uint8Array;
  readonly sealingKey: Uint8Array;
  readonly serverUrls: readonly string[];
  readonly username: string;
  /** Two histories, or closed: nothing is sent there. */
  readonly suspended: boolean;
  /** Its owner has left for good. */
  readonly closed: boolean;
}

/** Nodes in memory, about 600 bytes each. */
export const KNOWN_KEPT_MAX = 10_000;
/** Nodes that only introduced themselves; beyond this the longest unseen is forgotten, and introduces itself again. */
export const PASSING_MAX = 5_000;

export type Query =
  | { readonly kind: 'node'; readonly nodeId: NodeId }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'handle'; readonly username: string; readonly host: string }
  | { readonly kind: 'username'; readonly username: string };

/** Reads what a person typed. @throws discovery/query */
export function parseQuery(text: string): Query {
  const query = text.trim();
  if (isNodeId(query)) return { kind: 'node', nodeId: query };
  const did = /^did:webvh:([^:]+):/.exec(query)?.[1];
  if (did !== undefined && isNodeId(did)) return { kind: 'node', nodeId: did };
  if (/^https?:\/\//i.test(query) && URL.canParse(query)) return { kind: 'url', url: new URL(query).origin };
  const handle = parseHandle(query);
  if (handle !== null) return { kind: 'handle', ...handle };
  const username = query.replace(/^@/, '').toLowerCase();
  if (USERNAME_SYNTAX.test(username)) return { kind: 'username', username };
  throw new AppError({
    category: 'invalid',
    code: 'discovery/query',
    safe: {
      en: 'This is neither a username, a name@host, a node id, a DID nor an address.',
      fr: "Ce n'est ni un nom, ni un nom@hôte, ni un identifiant de nœud, ni un DID, ni une adresse.",
    },
  });
}

/** The parts of a stored record that the message path uses. */
export function knownOf(row: {
  readonly record: Uint8Array;
  readonly signing_key: Uint8Array;
  readonly held_log: string | null;
  readonly deactivated: number;
}): Known {
  const { record } = parseRecord(row.record);
  return {
    signingKey: row.signing_key,
    sealingKey: fromBase64Url(record.sealing_key, 32),
    serverUrls: record.server_urls,
    username: record.username,
    suspended: row.held_log !== null || row.deactivated === 1,
    closed: row.held_log === null && row.deactivated === 1,
  };
}

export function unknownPerson(query: string): AppError {
  return new AppError({
    category: 'not-found',
    code: 'discovery/unknown',
    safe: {
      en: `Nobody is known as "${query}", here or in the directory. Nothing was changed. Check the spelling, or use their full address.`,
      fr: `Personne n'est connu sous « ${query} », ni ici ni dans l'annuaire. Rien n'a été modifié. Vérifiez l'orthographe, ou utilisez son adresse complète.`,
    },
  });
}
