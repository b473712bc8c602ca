// The directory: who may be listed, under which name, and what a search shows.
// It assigns nothing but usernames: a node's id, keys and addresses are proven by its own log and record, and who
// asks verifies them again. It never replaces a log by one that does not extend it.
import { mayContact } from '#kernel/network.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import {
  AppError,
  canonicalize,
  cidOf,
  compareLogs,
  fromBase64Url,
  invalid,
  parseNewUsername,
  parseNodeId,
  parseRecord,
  signFor,
  toBase64Url,
  usernameSkeleton,
  utf8,
  verifyFor,
  verifyIdentityLog,
  verifyRecord,
  type SigningKey,
  type VerifiedIdentity,
} from '#protocol';
import type { Listing, NodeSummary } from './api.ts';
import type { Challenges } from './challenges.ts';
import { CLOSED_NAME_KEPT_MS, EXPIRED_NAME_KEPT_MS, ONLINE_MS } from './limits.ts';
import type { Presence } from './presence.ts';
import type { DiscoverQuery, ListedNode, RegistryStore, StoredNode } from './store/store.ts';

export interface Registration {
  readonly log: string;
  readonly record: string;
  readonly challenge: string;
  readonly proof: string;
  readonly listing: Listing;
}

export interface DirectoryOptions {
  readonly store: RegistryStore;
  readonly clock: Clock;
  readonly challenges: Challenges;
  readonly presence: Presence;
  readonly key: SigningKey;
  readonly url: () => string;
  /** Further ranges (CIDR) whose addresses may be listed, beside public ones and the registry's own. */
  readonly networks: readonly string[];
}

export interface Directory {
  /** @throws registry/challenge, registry/proof, registry/foreign-record, registry/fork, registry/stale, registry/username-taken, registry/local-address, identity/*, record/*, names/* */
  register(registration: Registration): Promise<{ node_id: string; username: string; receipt: string }>;
  discover(query: Omit<DiscoverQuery, 'now'>): Promise<{ items: NodeSummary[]; next: string | undefined }>;
  /** @throws registry/unknown-node */
  node(nodeId: string): Promise<StoredNode>;
  summary(node: ListedNode): NodeSummary;
}

export function createDirectory(options: DirectoryOptions): Directory {
  const { store, clock, challenges, presence } = options;
  const summary = (node: ListedNode): NodeSummary => {
    const lastSeen = Math.max(node.last_seen_at, presence.lastSeen(node.node_id));
    const { node_id, username, display_name, region, language, capabilities } = node;
    return {
      node_id,
      username,
      display_name,
      region,
      language,
      capabilities: [...capabilities],
      online: lastSeen > clock.now() - ONLINE_MS,
      last_seen: isoTime(lastSeen),
      name_since: isoTime(node.named_at),
    };
  };
  return {
    summary,
    async register(registration) {
      const identity = await verifyIdentityLog(registration.log).catch(unprocessable);
      challenges.check(identity.nodeId, registration.challenge);
      await verifyProof(registration, identity, options.url());
      const known = await store.node(identity.nodeId);
      const node = identity.deactivated
        ? await close(registration, identity, known, options)
        : await judge(registration, identity, known, options);
      challenges.redeem(identity.nodeId, registration.challenge);
      const nowMs = clock.now();
      await store.putNode(node, known?.record_seq ?? 0, {
        closedBefore: nowMs - CLOSED_NAME_KEPT_MS,
        expiredBefore: nowMs - EXPIRED_NAME_KEPT_MS,
      });
      presence.seen(node.node_id);
      return { node_id: node.node_id, username: node.username, receipt: signReceipt(node, options) };
    },
    async discover(query) {
      const rows = await store.discover({ ...query, limit: query.limit + 1, now: clock.now() });
      const page = rows.slice(0, query.limit);
      return {
        items: page.map(summary),
        next: rows.length > page.length ? page.at(-1)?.username : undefined,
      };
    },
    async node(nodeId) {
      const node = await store.node(nodeId);
      if (node !== undefined) return node;
      throw noSuchNode();
    },
  };
}

function noSuchNode(): AppError {
  return new AppError({
    category: 'not-found',
    code: 'registry/no-such-node',
    safe: { en: 'No such node is registered here.', fr: "Aucun nœud de ce nom n'est inscrit ici." },
  });
}

/** The bytes that the node's current signing key signs, purpose "registration". */
export function registrationProofBytes(fields: {
  readonly challenge: string;
  readonly node_id: string;
  readonly record: string;
  readonly registry: string;
  readonly listing: Listing;
}): Uint8Array {
  const { challenge, node_id, record, registry, listing } = fields;
  return canonicalize({ challenge, node_id, record_cid: cidOf(utf8(record)), registry, listing });
}

async function verifyProof(
  registration: Registration,
  identity: VerifiedIdentity,
  url: string,
): Promise<void> {
  const { challenge, record, listing } = registration;
  const bytes = registrationProofBytes({
    challenge,
    node_id: identity.nodeId,
    record,
    registry: url,
    listing,
  });
  const proof = decodeProof(registration.proof);
  if (proof !== undefined && (await verifyFor('registration', identity.signingPublicKey, bytes, proof)))
    return;
  throw new AppError({
    category: 'unauthorized',
    code: 'registry/proof',
    safe: {
      en: 'The proof is not a signature of this challenge and listing by the node’s current key. Nothing was registered.',
      fr: "La preuve n'est pas une signature de ce défi et de cette fiche par la clé actuelle du nœud. Rien n'a été inscrit.",
    },
  });
}

function decodeProof(proof: string): Uint8Array | undefined {
  try {
    return fromBase64Url(proof, 64);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

async function judge(
  registration: Registration,
  identity: VerifiedIdentity,
  known: StoredNode | undefined,
  options: DirectoryOptions,
): Promise<StoredNode> {
  const nowMs = options.clock.now();
  const parsed = parseRecord(utf8(registration.record));
  const { record } = parsed;
  if (record.node_id !== identity.nodeId) {
    throw invalid(
      'registry/foreign-record-unprocessable',
      'The record is of another node than the identity log.',
    );
  }
  await verifyRecord(parsed, identity, { nowMs });
  if (known !== undefined) await refuseOlder(known, registration, record.seq);
  for (const url of record.server_urls) {
    if (!mayContact(url, options.url(), options.networks)) throw localAddress(url);
  }
  const { display_name, capabilities, region, language, listed } = registration.listing;
  return {
    node_id: parseNodeId(identity.nodeId),
    username: parseNewUsername(record.username),
    username_skeleton: usernameSkeleton(record.username),
    display_name,
    region,
    language,
    capabilities,
    listed,
    log: registration.log,
    log_head: identity.head,
    record: registration.record,
    record_seq: record.seq,
    record_expires_at: Date.parse(record.expires),
    signing_key: identity.signingPublicKey,
    deactivated: identity.deactivated,
    registered_at: known?.registered_at ?? nowMs,
    named_at: known !== undefined && known.username === record.username ? known.named_at : nowMs,
    updated_at: nowMs,
    last_seen_at: nowMs,
  };
}

/** The closing of an identity: its log alone. Who was never here has nothing to close. */
async function close(
  registration: Registration,
  identity: VerifiedIdentity,
  known: StoredNode | undefined,
  options: DirectoryOptions,
): Promise<StoredNode> {
  if (known === undefined) throw noSuchNode();
  if (registration.record !== '')
    throw invalid('record/closed', 'A closed identity is registered without a record.');
  await refuseOlder(known, registration);
  const { log } = registration;
  const { head, signingPublicKey } = identity;
  const changed = { log, log_head: head, signing_key: signingPublicKey, deactivated: true, listed: false };
  return { ...known, ...changed, updated_at: options.clock.now() };
}

/** `seq`: that of the new record, where there is one. */
async function refuseOlder(known: StoredNode, registration: Registration, seq?: number): Promise<void> {
  const verdict = await compareLogs(known.log, registration.log);
  if (verdict === 'fork') {
    throw new AppError({
      category: 'conflict',
      code: 'registry/fork',
      safe: {
        en: 'This identity log contradicts the one registered here. The registered one was kept.',
        fr: "Ce journal d'identité contredit celui qui est inscrit ici. L'ancien a été gardé.",
      },
    });
  }
  const sameAgain = seq === undefined || (seq === known.record_seq && registration.record === known.record);
  if (verdict !== 'stale' && (sameAgain || seq > known.record_seq)) return;
  throw new AppError({
    category: 'conflict',
    code: 'registry/stale',
    safe: {
      en: 'This registry has a newer record of this node. Nothing was changed.',
      fr: "Ce registre a une fiche plus récente de ce nœud. Rien n'a été modifié.",
    },
  });
}

function signReceipt(node: StoredNode, options: DirectoryOptions): string {
  const fields = {
    version: '1.0',
    registry: options.url(),
    node_id: node.node_id,
    username: node.username,
    log_head: node.log_head,
    record_cid: cidOf(utf8(node.record)),
    registered_at: isoTime(node.updated_at),
  };
  const signature = toBase64Url(signFor('registration', options.key, canonicalize(fields)));
  return new TextDecoder().decode(canonicalize({ ...fields, signature }));
}

/** A log that does not prove its id is well-formed JSON of no node: 422, as docs/security.md says (R1). */
function unprocessable(error: unknown): never {
  if (error instanceof AppError && error.code.startsWith('identity/')) {
    throw new AppError({
      category: 'invalid',
      code: 'registry/identity-unprocessable',
      safe: {
        en: `The identity log proves no node id (${error.code}). Nothing was registered.`,
        fr: `Le journal d'identité ne prouve aucun identifiant (${error.code}). Rien n'a été inscrit.`,
      },
      cause: error,
    });
  }
  throw error;
}

function localAddress(url: string): AppError {
  return new AppError({
    category: 'invalid',
    code: 'registry/local-address-unprocessable',
    safe: {
      en: `${url} is an address of a private network, which this registry does not list. Register without it.`,
      fr: `${url} est une adresse de réseau privé, que ce registre ne publie pas. Inscrivez-vous sans elle.`,
    },
  });
}
