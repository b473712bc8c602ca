// The one hardened HTTP client: every request to an address that somebody gave us goes through it.
// It connects only to public addresses, to the loopback or private range that the node itself lives in, and to
// ranges the owner allowed. The check is made on the resolved address, at the moment of connecting, so neither
// redirects nor DNS rebinding pass it. Time, bytes and redirects are bounded. No proxy, no cookies.
import { AppError } from '#protocol/errors.ts';
import ipaddr from 'ipaddr.js';
import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

/** A peer on a bad line answers within this time or is tried again later. */
export const REQUEST_MS_MAX = 10_000;
/** Answers read into memory: a batch of 1,000 envelopes is 1 MiB. */
export const ANSWER_BYTES_MAX = 1024 * 1024;
const REDIRECTS_MAX = 3;
/** Connections to one peer at once: the delivery worker uses a few, media a few more. */
const SOCKETS_PER_HOST_MAX = 8;
const SOCKETS_MAX = 256;
/** Kept for the next request, in all: what peers leave open must not use up SOCKETS_MAX. */
const IDLE_SOCKETS_MAX = 64;
/** An idle connection is worth its descriptor for a conversation's pause; peers drop theirs after about this. */
const IDLE_MS_MAX = 60_000;
/** What another server may see when it is redirected to: tickets and whatever else names the asker stay at home. */
const REDIRECTED_HEADERS: readonly string[] = ['accept', 'range'];

export interface NetworkRequest {
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Whole exchange; default REQUEST_MS_MAX. */
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
  readonly signal?: AbortSignal;
}

export interface NetworkAnswer {
  readonly status: number;
  /** Lower-case names; repeated headers joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface NetworkStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends, or fails, with the connection; the reader bounds it. */
  readonly body: AsyncIterable<Uint8Array> & { destroy(): unknown };
}

export interface Network extends AsyncDisposable {
  /** @throws network/unreachable, network/timeout, network/too-large, network/forbidden-address, network/bad-url */
  request(request: NetworkRequest): Promise<NetworkAnswer>;
  /** As `request`, but the body is left to the caller. */
  stream(request: NetworkRequest): Promise<NetworkStream>;
}

export interface NetworkOptions {
  /** The node's own address: its loopback or private range is allowed. */
  readonly ownUrl: () => string;
  /** CIDR ranges that the owner allowed. @throws network/bad-range at construction */
  readonly networks: readonly string[];
  readonly userAgent: string;
  /** How names become addresses; the system's resolver unless a test brings its own. */
  readonly resolve?: Resolve;
}

export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

const localRanges = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
].map(parseRange);

const globalUnicast = parseRange('2000::/3');

export function createNetwork(options: NetworkOptions): Network {
  const allowed = options.networks.map(parseRange);
  const mayConnect = (address: string): boolean => isAllowed(address, options.ownUrl(), allowed);
  const resolve = options.resolve ?? systemLookup;
  const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
    resolve(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const fit = addresses.filter(({ address }) => mayConnect(address));
      const first = fit[0];
      if (first === undefined) return callback(forbiddenAddress(hostname), '', 0);
      if (lookupOptions.all === true) return callback(null, fit);
      return callback(null, first.address, first.family);
    });
  };
  const agentOptions = {
    keepAlive: true,
    maxSockets: SOCKETS_PER_HOST_MAX,
    maxTotalSockets: SOCKETS_MAX,
    timeout: IDLE_MS_MAX,
    scheduling: 'lifo' as const,
    lookup,
  };
  const http = boundIdleSockets(new HttpAgent(agentOptions));
  const https = boundIdleSockets(new HttpsAgent({ ...agentOptions, minVersion: 'TLSv1.2' }));

  const open = async (request: NetworkRequest, signal: AbortSignal): Promise<IncomingMessage> => {
    let url = parseHttpUrl(request.url);
    let headers = request.headers ?? {};
    for (let hop = 0; hop <= REDIRECTS_MAX; hop += 1) {
      if (isIP(bareHost(url)) !== 0 && !mayConnect(bareHost(url))) throw forbiddenAddress(url.host);
      const agent = url.protocol === 'https:' ? https : http;
      const answer = await exchange(
        url,
        { ...request, headers },
        { agent, signal, userAgent: options.userAgent },
      );
      const location = answer.headers.location;
      const redirected = [301, 302, 307, 308].includes(answer.statusCode ?? 0) && location !== undefined;
      // A POST is not repeated elsewhere: its signature names the receiver.
      if (!redirected || request.method === 'POST') return answer;
      answer.destroy();
      const next = parseHttpUrl(new URL(location, url).href);
      if (next.origin !== url.origin) headers = headersForElsewhere(headers);
      url = next;
    }
    throw unreachable(request.url, new Error('too many redirects'));
  };

  const begin = async (
    request: NetworkRequest,
    timeout: AbortSignal,
  ): Promise<NetworkStream & { body: IncomingMessage }> => {
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    try {
      const answer = await open(request, signal);
      return { status: answer.statusCode ?? 0, headers: flatHeaders(answer), body: answer };
    } catch (error) {
      throw toNetworkError(request.url, error, timeout);
    }
  };

  return {
    stream: (request) => begin(request, AbortSignal.timeout(request.timeoutMs ?? REQUEST_MS_MAX)),
    async request(request) {
      const timeout = AbortSignal.timeout(request.timeoutMs ?? REQUEST_MS_MAX);
      const { status, headers, body } = await begin(request, timeout);
      const bytesMax = request.bytesMax ?? ANSWER_BYTES_MAX;
      const chunks: Uint8Array[] = [];
      let length = 0;
      try {
        for await (const chunk of body as AsyncIterable<Uint8Array>) {
          length += chunk.length;
          if (length > bytesMax) {
            throw new AppError({
              category: 'unavailable',
              code: 'network/too-large',
              safe: `The answer of ${hostOf(request.url)} is over ${bytesMax} bytes.`,
            });
          }
          chunks.push(chunk);
        }
      } catch (error) {
        throw toNetworkError(request.url, error, timeout);
      }
      return { status, headers, body: new Uint8Array(Buffer.concat(chunks)) };
    },
    [Symbol.asyncDispose]: () => {
      http.destroy();
      https.destroy();
      return Promise.resolve();
    },
  };
}

/** From where a URL's host can be opened, judged as written: its own machine only, its own network, or everywhere. */
export function reachOf(url: string): 'machine' | 'network' | 'everywhere' {
  if (!isLocalUrl(url)) return 'everywhere';
  const host = bareHost(new URL(url));
  if (host === 'localhost' || host.endsWith('.localhost')) return 'machine';
  return isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback' ? 'machine' : 'network';
}

/** True when an address of the URL's host is loopback or private as written: then it must not be published elsewhere. */
export function isLocalUrl(url: string): boolean {
  const host = bareHost(new URL(url));
  if (host === 'localhost' || host.endsWith('.localhost') || host.endsWith('.local')) return true;
  if (isIP(host) === 0) return false;
  return ipaddr.process(host).range() !== 'unicast';
}

/**
 * True when a URL's host may be contacted by a server that lives at `ownUrl`: judged as written, without asking DNS.
 * Names are judged when they are connected to; only names that are local by their form are refused here.
 */
export function mayContact(url: string, ownUrl: string, networks: readonly string[]): boolean {
  const host = bareHost(new URL(url));
  const literal = host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host;
  if (isIP(literal) === 0) return !isLocalUrl(url);
  return isAllowed(literal, ownUrl, networks.map(parseRange));
}

function isAllowed(address: string, ownUrl: string, allowed: readonly Range[]): boolean {
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'unicast' && isAssigned(parsed)) return true;
  const ownHost = bareHost(new URL(ownUrl));
  const own = ownHost === 'localhost' ? '127.0.0.1' : ownHost;
  const ownAddress = isIP(own) === 0 ? undefined : ipaddr.process(own);
  const sameLoopback = ownAddress?.range() === 'loopback' && parsed.range() === 'loopback';
  const shared = localRanges.some(
    (range) => ownAddress !== undefined && inRange(ownAddress, range) && inRange(parsed, range),
  );
  return sameLoopback || shared || allowed.some((range) => inRange(parsed, range));
}

/** Global IPv6 unicast is 2000::/3 (RFC 4291); outside it lie the IPv4-compatible ::127.0.0.1 and whatever comes later. */
function isAssigned(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.kind() === 'ipv4' || inRange(address, globalUnicast);
}

function inRange(address: ipaddr.IPv4 | ipaddr.IPv6, range: Range): boolean {
  return address.kind() === range[0].kind() && address.match(range as [ipaddr.IPv4, number]);
}

/** True for CIDR notation, IPv4 or IPv6. */
export function isAddressRange(cidr: string): boolean {
  return ipaddr.isValidCIDR(cidr);
}

function parseRange(cidr: string): Range {
  if (!isAddressRange(cidr)) {
    throw new AppError({
      category: 'invalid',
      code: 'network/bad-range',
      safe: {
        en: `"${cidr}" is not an address range. Write it like 192.168.1.0/24 in federation.networks.`,
        fr: `« ${cidr} » n'est pas une plage d'adresses. Écrivez-la comme 192.168.1.0/24 dans federation.networks.`,
      },
    });
  }
  return ipaddr.parseCIDR(cidr);
}

/** Node bounds idle connections for each host only: many hosts that never close would leave none for the others. */
function boundIdleSockets<Kind extends HttpAgent>(agent: Kind): Kind {
  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    const idle = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
    if (idle.length >= IDLE_SOCKETS_MAX) idle[0]?.destroy();
    return keep(socket);
  };
  return agent;
}

function headersForElsewhere(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => REDIRECTED_HEADERS.includes(name.toLowerCase())),
  );
}

function exchange(
  url: URL,
  request: NetworkRequest,
  options: { agent: HttpAgent; signal: AbortSignal; userAgent: string },
): Promise<IncomingMessage> {
  const settings: RequestOptions = {
    method: request.method,
    agent: options.agent,
    signal: options.signal,
    headers: {
      'user-agent': options.userAgent,
      ...request.headers,
      ...(request.body === undefined ? {} : { 'content-length': String(request.body.length) }),
    },
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(url, settings, resolve);
    outgoing.once('error', reject);
    // A request that waits for a connection learns of its abort only when it gets one.
    options.signal.addEventListener('abort', () => reject(options.signal.reason as Error), { once: true });
    outgoing.end(request.body);
  });
}

function parseHttpUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new AppError({
      category: 'invalid',
      code: 'network/bad-url',
      safe: {
        en: `"${text}" is not an http or https address.`,
        fr: `« ${text} » n'est pas une adresse http ou https.`,
      },
    });
  }
  return url;
}

/** Without the brackets of IPv6 and without the dot that ends a full name: "localhost." is localhost. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$|\.$/g, '');
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

function flatHeaders(answer: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function forbiddenAddress(host: string): AppError {
  return new AppError({
    category: 'invalid',
    code: 'network/forbidden-address',
    safe: {
      en: `${host} is not an address this node may contact. If it is on your own network, add its range to federation.networks.`,
      fr: `${host} n'est pas une adresse que ce nœud peut contacter. Si elle est sur votre réseau, ajoutez sa plage à federation.networks.`,
    },
  });
}

function toNetworkError(url: string, error: unknown, timeout?: AbortSignal): AppError {
  if (error instanceof AppError) return error;
  if (timeout?.aborted === true) {
    return new AppError({
      category: 'unavailable',
      code: 'network/timeout',
      safe: {
        en: `${hostOf(url)} did not answer in time. Nothing was lost. Try again in a moment.`,
        fr: `${hostOf(url)} n'a pas répondu à temps. Rien n'est perdu. Réessayez dans un instant.`,
      },
      cause: error,
    });
  }
  return unreachable(url, error);
}

function unreachable(url: string, cause: unknown): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'network/unreachable',
    safe: {
      en: `${hostOf(url)} cannot be reached. Nothing was lost. Check the address and the connection, then try again.`,
      fr: `${hostOf(url)} est injoignable. Rien n'est perdu. Vérifiez l'adresse et la connexion, puis réessayez.`,
    },
    cause,
  });
}
