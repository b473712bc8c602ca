// The documents by which other software finds a node: did.json (a did:web document made from the identity log and the
// record) and WebFinger (RFC 7033). docs/protocol.md "Discovery documents". Pure: shapes only, no I/O.
// They are hints: a node is believed by its log and its record, never by these.
import { base58btc } from 'multiformats/bases/base58';
import { concatBytes, fromBase64Url } from './bytes.ts';
import type { Json, JsonObject } from './canonical.ts';
import { invalid } from './errors.ts';
import { type NodeId, isNodeId } from './ids.ts';
import { NO_HOST, type VerifiedIdentity } from './identity.ts';
import { publicKeyToMultibase } from './keys.ts';
import { USERNAME_SYNTAX, isServerUrl } from './wire/party.ts';
import type { NodeRecord } from './record.ts';

/** Service type in did.json, and link relation in WebFinger: the base URL of a node that speaks ORF. */
export const ORF_SERVICE_TYPE = 'OrfNode';
export const ORF_RELATION = 'urn:orf:rel:node';
export const ORF_NODE_ID_PROPERTY = 'urn:orf:node-id';
/** Multicodec x25519-pub as an unsigned varint. */
const X25519_PREFIX = Uint8Array.of(0xec, 0x01);
const LINKS_READ_MAX = 32;

export interface WebfingerAnswer {
  readonly username: string;
  /** The host after the @, with its port where it is not 443. */
  readonly host: string;
  readonly identity: VerifiedIdentity;
  readonly record: NodeRecord;
}

export interface WebfingerHint {
  readonly nodeId: NodeId;
  readonly serverUrl: string;
}

/**
 * The node's did.json: keys from the log, service and key agreement from the record, which the caller has verified.
 * Its id is the did:web form of the DID; a node without a host keeps its did:webvh, because no did:web could find it.
 */
export function didDocument(identity: VerifiedIdentity, record?: NodeRecord): JsonObject {
  const withoutHost = identity.location.host === NO_HOST;
  const id = withoutHost ? identity.did : webDid(identity);
  const others = [
    ...identity.dids.filter((did) => did !== identity.did),
    ...(withoutHost ? [] : [identity.did]),
  ];
  const signing = publicKeyToMultibase(identity.signingPublicKey);
  const base: JsonObject = {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id,
    ...(others.length > 0 ? { alsoKnownAs: others } : {}),
  };
  if (identity.deactivated) return base;
  const method = (key: string): JsonObject => ({
    id: `${id}#${key}`,
    type: 'Multikey',
    controller: id,
    publicKeyMultibase: key,
  });
  const sealing = record === undefined ? [] : [sealingMultibase(record)];
  return {
    ...base,
    verificationMethod: [signing, ...sealing].map(method),
    authentication: [`${id}#${signing}`],
    assertionMethod: [`${id}#${signing}`],
    ...(sealing.length > 0 ? { keyAgreement: sealing.map((key) => `${id}#${key}`) } : {}),
    ...(record !== undefined && record.server_urls.length > 0
      ? { service: [{ id: `${id}#orf`, type: ORF_SERVICE_TYPE, serviceEndpoint: [...record.server_urls] }] }
      : {}),
  };
}

/** The answer to `/.well-known/webfinger?resource=acct:<username>@<host>` (RFC 7033 section 4.4). */
export function webfingerDocument(answer: WebfingerAnswer): JsonObject {
  const { username, host, identity, record } = answer;
  const [serverUrl] = record.server_urls;
  return {
    subject: `acct:${username}@${host}`,
    aliases: [identity.did, ...(serverUrl === undefined ? [] : [serverUrl])],
    properties: { [ORF_NODE_ID_PROPERTY]: identity.nodeId },
    links: serverUrl === undefined ? [] : webfingerLinks(serverUrl),
  };
}

/**
 * Node id and address in a WebFinger answer for `acct:<username>@<host>`, whatever else it holds.
 * @throws webfinger/subject, webfinger/no-node
 */
export function readWebfinger(document: Json, resource: string): WebfingerHint {
  const { subject, properties, links } = asObject(document);
  if (subject !== resource) throw invalid('webfinger/subject', 'The answer is about somebody else.');
  const nodeId = asObject(properties)[ORF_NODE_ID_PROPERTY];
  const serverUrl = (Array.isArray(links) ? (links as readonly Json[]) : [])
    .slice(0, LINKS_READ_MAX)
    .map(asObject)
    .find((link) => link['rel'] === ORF_RELATION)?.['href'];
  const complete = typeof nodeId === 'string' && typeof serverUrl === 'string';
  if (complete && isNodeId(nodeId) && isServerUrl(serverUrl)) return { nodeId, serverUrl };
  throw invalid('webfinger/no-node', {
    en: 'This address exists, but no O-Red node stands behind it.',
    fr: "Cette adresse existe, mais aucun nœud O-Red ne s'y trouve.",
  });
}

/** Username and host of `name@host`, `@name@host` or `acct:name@host`; null where the text is something else. */
export function parseHandle(text: string): { readonly username: string; readonly host: string } | null {
  const match = /^(?:acct:|@)?([^@\s]{1,64})@([a-z0-9.-]{1,253}(?::[1-9][0-9]{0,4})?)$/.exec(
    text.toLowerCase(),
  );
  const [, username = '', host = ''] = match ?? [];
  return USERNAME_SYNTAX.test(username) && isServerUrl(`https://${host.replace(/:443$/, '')}`)
    ? { username, host }
    : null;
}

function webfingerLinks(serverUrl: string): readonly JsonObject[] {
  return [
    { rel: ORF_RELATION, type: 'application/orf+json', href: serverUrl },
    { rel: 'self', type: 'application/did+json', href: `${serverUrl}/.well-known/did.json` },
    { rel: 'describedby', type: 'text/jsonl', href: `${serverUrl}/.well-known/did.jsonl` },
  ];
}

function webDid(identity: VerifiedIdentity): string {
  return identity.did.replace(`did:webvh:${identity.nodeId}:`, 'did:web:');
}

function sealingMultibase(record: NodeRecord): string {
  return base58btc.encode(concatBytes(X25519_PREFIX, fromBase64Url(record.sealing_key, 32)));
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
