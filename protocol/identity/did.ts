// The identifiers that an identity log may carry: `did:webvh:<node_id>:<host>[:<path>...]` (did:webvh 1.0, "Method-Specific Identifier").
// One spelling each: lower-case ASCII names of two labels or more, an optional port as %3A, a path of plain segments.
// Refuses addresses, single labels, internationalised names that are not punycode, and percent-encoding elsewhere.
import { invalid } from '../errors.ts';
import { DID_PATH_SEGMENTS_MAX, HOST_CHARS_MAX } from '../limits.ts';

/** Where a log is (or would be) served. ORF never resolves by it: identities travel with records. */
export interface DidLocation {
  /** A DNS name, with `:port` where it is not 443. */
  readonly host: string;
  readonly path: readonly string[];
}

/** RFC 6761 reserves `.invalid`: the host of a node without a domain name, which no resolver ever asks. */
export const NO_HOST = 'node.invalid';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?:${LABEL}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`);
const PORT = /^[1-9][0-9]{0,4}$/;
const SEGMENT = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;

/** The DID of a node at a location. @throws identity/host, identity/path */
export function formatDid(nodeId: string, location: DidLocation): string {
  const [name = '', port, ...rest] = location.host.split(':');
  if (rest.length > 0) throw badHost();
  assertHost(name, port);
  assertPath(location.path);
  const authority = port === undefined ? name : `${name}%3A${port}`;
  return ['did', 'webvh', nodeId, authority, ...location.path].join(':');
}

/** The location in the DID of this node. @throws identity/did, identity/host, identity/path */
export function parseDid(did: string, nodeId: string): DidLocation {
  const prefix = `did:webvh:${nodeId}:`;
  if (!did.startsWith(prefix)) {
    throw invalid('identity/did', 'The DID in this identity log does not name the node whose log it is.');
  }
  const [authority = '', ...path] = did.slice(prefix.length).split(':');
  const [name = '', port, ...rest] = authority.split('%3A');
  if (rest.length > 0) throw badHost();
  assertHost(name, port);
  assertPath(path);
  return { host: port === undefined ? name : `${name}:${port}`, path };
}

function assertHost(name: string, port: string | undefined): void {
  if (name.length > HOST_CHARS_MAX || !HOST.test(name)) throw badHost();
  if (port !== undefined && (!PORT.test(port) || Number(port) > 65_535 || port === '443')) throw badHost();
}

function assertPath(path: readonly string[]): void {
  if (path.length <= DID_PATH_SEGMENTS_MAX && path.every((segment) => SEGMENT.test(segment))) return;
  throw invalid('identity/path', 'The path of an identity has at most four plain lower-case segments.');
}

function badHost(): Error {
  return invalid('identity/host', {
    en: 'The host of an identity is a lower-case domain name, with a port if it is not 443; an IP address cannot be one. Use node.invalid where there is no domain name.',
    fr: "L'hôte d'une identité est un nom de domaine en minuscules, avec un port s'il n'est pas 443 ; une adresse IP ne convient pas. Sans nom de domaine, utilisez node.invalid.",
  });
}
