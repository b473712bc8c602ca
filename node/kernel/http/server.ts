// A hardened HTTP server that mounts contracts: host check, authentication, access, validation, errors.
// It refuses foreign hosts and origins, bodies over their limit, compressed bodies and unknown content types.
// Used by the node (over TCP and over its socket) and by the registry.
import { AppError, type Text } from '#protocol/errors.ts';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import type { z } from 'zod';
import { anonymousActor, type AccessRequest, type Actor, type Decision } from '../actor.ts';
import type { Log } from '../log.ts';
import { answerOnce } from './answer.ts';
import { readJson } from './body.ts';
import { boundConnections, exemptAddresses } from './connections.ts';
import type { BoundRoute, HandlerContext, RawRoute, RouteContract } from './contract.ts';
import { boundLeftovers } from './leftover.ts';
import * as limits from './limits.ts';
import type { Once } from './once.ts';
import { refuseWithoutProof, refuseWithoutSession } from './proof.ts';
import { sendProblem, statusOf, unexpected } from './problem.ts';
import { createRouteTable, type FoundRoute } from './route-table.ts';
import { setSecurityHeaders } from './security-headers.ts';

export interface ApiOptions {
  readonly routes: readonly BoundRoute[];
  readonly rawRoutes: readonly RawRoute[];
  readonly log: Log;
  /** Who is asking. @throws unauthorized codes for a broken credential; no credential is anonymous. */
  readonly authenticate: (request: IncomingMessage) => Promise<Actor>;
  readonly decide: (request: AccessRequest) => Promise<Decision>;
  /** Host names (without port) under which requests are answered; null accepts any (the local socket). */
  readonly hosts: (() => readonly string[]) | null;
  /** Who a request comes from, where proxies stand in front; default: the connection's own address. */
  readonly addressOf?: (request: IncomingMessage) => string;
  /** Remembers what was answered under an Idempotency-Key; absent where no route is idempotent. */
  readonly once?: Once;
  /** Extra handlers for paths that no contract covers (static files, documentation). */
  readonly mount?: (app: Express) => void;
}

/** Makes the request listener: raw routes first, then those with a contract, then express with what is mounted on it. */
export function createApi(options: ApiOptions): RequestListener {
  const app = createApp(options);
  const table = createRouteTable(options.routes);
  const rawByPath = Map.groupBy(options.rawRoutes, ({ path }) => path);
  const contractPaths = new Set(options.routes.map(({ contract }) => contract.path));
  return (request, response) => {
    try {
      if (options.hosts !== null) {
        const hosts = options.hosts();
        refuseSecondHost(request);
        refuseForeignHost(request, hosts);
        if (!request.url?.startsWith('/')) request.url = ownTarget(request, hosts);
      }
    } catch (error) {
      sendProblem(response, error, languageOf(request));
      return;
    }
    const path = pathOf(request);
    const here = rawByPath.get(path);
    // Node sends no body after HEAD, whatever is written.
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const raw = here?.find((route) => route.method === method);
    if (raw !== undefined) {
      void serveRaw(raw, options, request, response);
      return;
    }
    setSecurityHeaders(response);
    try {
      const found = table.find(request.method ?? '', path);
      if (found !== undefined) void serve(found, options, request, response);
      else if (here === undefined || contractPaths.has(path)) app(request as Request, response as Response);
      else refuseMethod(here, request, response);
    } catch (error) {
      fail(options.log, error, request, response);
    }
  };
}

/** The request's path: a query is no part of an address, and raw routes read none. */
function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** A name that stands twice becomes an array, which a schema for one value refuses. */
function queryOf({ url = '' }: IncomingMessage): unknown {
  const query = url.indexOf('?');
  return query < 0 ? {} : parseQuery(url.slice(query + 1));
}

/** RFC 9110 section 15.5.6: the answer names what the address does take. */
function refuseMethod(routes: readonly RawRoute[], request: IncomingMessage, response: ServerResponse): void {
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  response.setHeader('allow', methods.join(', '));
  const error = new AppError({
    category: 'invalid',
    code: 'http/method',
    safe: {
      en: `This address takes ${methods.join(' and ')}.`,
      fr: `Cette adresse accepte ${methods.join(' et ')}.`,
    },
  });
  sendProblem(response, error, languageOf(request));
}

/** Raw routes know nobody: access judges them as asked by anybody, before a byte of the body is read. */
async function serveRaw(
  { access: { kind, action }, handle }: RawRoute,
  options: ApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { allow } = await options.decide({ actor: anonymousActor, action, resource: { kind } });
    if (allow) handle(request, response, addressOf(options, request));
    else sendProblem(response, refused(false), languageOf(request));
  } catch (error) {
    options.log.error({ err: error, path: request.url }, 'a request failed');
    sendProblem(response, unexpected(error), languageOf(request));
  }
}

/** Makes a server with every limit set; the caller listens. */
export function createHardenedServer(
  listener: RequestListener,
  leftoverMsMax: number = limits.BODY_MS_MAX,
  /** Address ranges (CIDR) of proxies, who speak for many. */
  proxies: readonly string[] = [],
): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.HEADER_BYTES_MAX,
      headersTimeout: limits.HEADERS_TIMEOUT_MS,
      requestTimeout: limits.REQUEST_TIMEOUT_MS,
      keepAliveTimeout: limits.KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1_000,
    },
    boundLeftovers(listener, leftoverMsMax),
  );
  server.timeout = limits.SOCKET_IDLE_MS;
  boundConnections(server, {
    connectionsMax: limits.CONNECTIONS_MAX,
    perAddressMax: limits.CONNECTIONS_PER_ADDRESS_MAX,
    isExempt: exemptAddresses(proxies),
  });
  server.maxRequestsPerSocket = limits.REQUESTS_PER_SOCKET_MAX;
  return server;
}

/** Stops listening, lets requests in flight end within DRAIN_MS_MAX, then cuts what is left. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), limits.DRAIN_MS_MAX);
  await closed;
  clearTimeout(timer);
}

/** The language that a request asks for, by its first Accept-Language. */
export function languageOf(request: IncomingMessage): keyof Text {
  return /^\s*fr\b/i.test(request.headers['accept-language'] ?? '') ? 'fr' : 'en';
}

function createApp(options: ApiOptions): Express {
  const app = express();
  app.set('etag', false);
  app.set('x-powered-by', false);
  app.set('query parser', 'simple');
  options.mount?.(app);
  app.use((request: Request, response: Response) => {
    sendProblem(
      response,
      new AppError({
        category: 'not-found',
        code: 'http/no-route',
        safe: { en: 'There is nothing at this address.', fr: "Il n'y a rien à cette adresse." },
      }),
      languageOf(request),
    );
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    fail(options.log, error, request, response);
  });
  return app;
}

async function serve(
  { route, params }: FoundRoute,
  options: ApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { contract } = route;
  try {
    refuseForeignOrigin(request);
    const actor = await options.authenticate(request);
    refuseWithoutSession(contract, actor);
    const input = {
      params: parse(contract.params, params, 'params'),
      query: parse(contract.query, queryOf(request), 'query'),
      body:
        contract.body === undefined
          ? undefined
          : parse(contract.body, await readJson(contract, request), 'body'),
    };
    await authorize(contract, options, actor, params);
    refuseWithoutProof(contract, actor);
    const body = await answerOnce(route, options.once, input, (settle) =>
      contextOf(actor, { request, response, address: () => addressOf(options, request) }, settle),
    );
    if (body === null) {
      if (!response.writableEnded && contract.status === 204) {
        response.statusCode = 204;
        response.end();
      }
      return;
    }
    response.statusCode = contract.status ?? 200;
    response.setHeader('content-type', 'application/json');
    if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
    response.end(body);
  } catch (error) {
    fail(options.log, error, request, response);
  }
}

/** What only some handlers look at is found out when they do. */
function contextOf(
  actor: Actor,
  {
    request,
    response,
    address,
  }: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly address: () => string;
  },
  settle: HandlerContext['settle'],
): HandlerContext {
  let gone: AbortController | undefined;
  return {
    actor,
    request,
    response,
    settle,
    get address() {
      return address();
    },
    get language() {
      return languageOf(request);
    },
    get signal() {
      if (gone !== undefined) return gone.signal;
      const leaving = (gone = new AbortController());
      // Only for who went early: an abort makes an exception with its stack, which costs as much as reading a row.
      const abortIfEarly = (): void => {
        if (!response.writableFinished) leaving.abort();
      };
      if (response.closed) abortIfEarly();
      else response.once('close', abortIfEarly);
      return leaving.signal;
    },
  };
}

function addressOf(options: ApiOptions, request: IncomingMessage): string {
  return options.addressOf?.(request) ?? request.socket.remoteAddress ?? '';
}

function fail(log: Log, error: unknown, request: IncomingMessage, response: ServerResponse): void {
  const known = error instanceof AppError ? error : expressError(error);
  if (statusOf(known) >= 500)
    log.error({ err: known.cause ?? known, code: known.code, path: pathOf(request) }, 'a request failed');
  sendProblem(response, known, languageOf(request));
}

/** Express reports malformed paths (bad percent-encoding) as errors with a 4xx status. */
function expressError(error: unknown): AppError {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (typeof status !== 'number' || status < 400 || status >= 500) return unexpected(error);
  return malformed(error);
}

function parse(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return {};
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, 5)
    .map((issue) => `${[where, ...issue.path].join('.')}: ${issue.message}`)
    .join('; ');
  const tooLong = result.error.issues.some((issue) => issue.code === 'too_big');
  throw new AppError({
    category: 'invalid',
    code: tooLong ? 'http/unprocessable' : 'http/invalid',
    safe: { en: `The request is not valid: ${issues}`, fr: `La requête n'est pas valable : ${issues}` },
  });
}

/** Two Host headers: who stands in front may have judged the other one (RFC 9112 section 3.2). @throws http/malformed */
function refuseSecondHost({ rawHeaders }: IncomingMessage): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) throw malformed();
}

/** A target in absolute form names the host itself, above the header (RFC 9112 section 3.2.2). @throws http/host, http/malformed */
function ownTarget(request: IncomingMessage, hosts: readonly string[]): string {
  if (request.url === '*') return '*';
  const url = URL.parse(request.url ?? '');
  if (url === null || !/^https?:$/.test(url.protocol)) throw malformed();
  if (!hosts.includes(url.hostname)) throw foreignHost();
  return `${url.pathname}${url.search}`;
}

function malformed(cause?: unknown): AppError {
  return new AppError({
    category: 'invalid',
    code: 'http/malformed',
    safe: 'The request is malformed.',
    cause,
  });
}

/** @throws http/host */
export function refuseForeignHost(request: IncomingMessage, hosts: readonly string[]): void {
  const host = (request.headers.host ?? '').toLowerCase();
  const name = host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.split(':')[0];
  if (name !== undefined && hosts.includes(name)) return;
  throw foreignHost();
}

function foreignHost(): AppError {
  return new AppError({
    category: 'invalid',
    code: 'http/host',
    safe: {
      en: 'This server does not answer under that name. Add it to edge.hosts if it is yours.',
      fr: "Ce serveur ne répond pas sous ce nom. Ajoutez-le à edge.hosts s'il est à vous.",
    },
  });
}

/** A browser page of another site may not call this server, whatever cookies it has. @throws http/origin */
export function refuseForeignOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  if (origin === `http://${host ?? ''}` || origin === `https://${host ?? ''}`) return;
  throw new AppError({
    category: 'forbidden',
    code: 'http/origin',
    safe: {
      en: 'Another site may not call this server.',
      fr: 'Un autre site ne peut pas appeler ce serveur.',
    },
  });
}

async function authorize(
  contract: RouteContract,
  options: ApiOptions,
  actor: Actor,
  params: FoundRoute['params'],
): Promise<void> {
  const { kind, action, idFrom } = contract.access;
  const id = idFrom === undefined ? undefined : params[idFrom];
  const resource = id === undefined ? { kind } : { kind, id };
  const decision = await options.decide({ actor, action, resource });
  if (decision.allow) return;
  options.log.info({ action, kind, why: decision.why }, 'access was refused');
  if (decision.refusal !== undefined) throw decision.refusal;
  // A stranger must not learn whether the thing exists.
  const hidden = actor.kind !== 'account' && idFrom !== undefined;
  throw refused(hidden);
}

function refused(hidden: boolean): AppError {
  return new AppError({
    category: hidden ? 'not-found' : 'forbidden',
    code: hidden ? 'access/not-found' : 'access/denied',
    safe: hidden
      ? { en: 'There is nothing at this address for you.', fr: "Il n'y a rien pour vous à cette adresse." }
      : { en: 'This is not allowed.', fr: "Ce n'est pas permis." },
  });
}

export type { Server, ServerResponse };
