// Binds the registry's contracts to its directory and relay, with a rate limit before each.
// Everything here is public by design: access allows these two kinds and nothing else.
import { anonymousActor, type Decision } from '#kernel/actor.ts';
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import { mountApiDocs } from '#kernel/http/docs.ts';
import { openApiDocument } from '#kernel/http/openapi.ts';
import { isLoopback } from '#kernel/http/connections.ts';
import { createApi } from '#kernel/http/server.ts';
import type { Log } from '#kernel/log.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import { addressPrefix, createRateLimiter } from '#kernel/rate-limit.ts';
import {
  AppError,
  fromBase64Url,
  fromUtf8,
  invalid,
  publicKeyToMultibase,
  toBase64Url,
  utf8,
  type SigningKey,
} from '#protocol';
import type { IncomingMessage, RequestListener } from 'node:http';
import { isIP } from 'node:net';
import * as api from './api.ts';
import type { Challenges } from './challenges.ts';
import type { Directory } from './directory.ts';
import * as limits from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { Presence } from './presence.ts';
import type { Relay } from './relay.ts';
import type { RequestOpener } from './requests.ts';
import type { RegistryStore } from './store/store.ts';

export interface RegistryParts {
  readonly store: RegistryStore;
  readonly directory: Directory;
  readonly relay: Relay;
  readonly challenges: Challenges;
  readonly presence: Presence;
  readonly requests: RequestOpener;
  readonly metrics: Metrics;
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly log: Log;
  readonly name: string;
  readonly version: string;
  readonly url: () => string;
  readonly trustProxy: boolean;
  /** False: figures are for this machine alone. */
  readonly metricsPublic: boolean;
}

/** The listener that serves the whole registry. */
export function createRegistryListener(parts: RegistryParts): RequestListener {
  const listener = createApi({
    routes: [...directoryRoutes(parts), ...relayRoutes(parts)],
    rawRoutes: [],
    log: parts.log,
    authenticate: () => Promise.resolve(anonymousActor),
    decide: ({ resource }): Promise<Decision> => {
      const allow = resource.kind === 'directory' || resource.kind === 'mailbox';
      return Promise.resolve({ allow, why: 'registry/public' });
    },
    hosts: () => [new URL(parts.url()).hostname, 'localhost', '127.0.0.1', '[::1]'],
    mount: (app) => {
      app.get('/health/live', (_request, response) => void response.json({ status: 'ok' }));
      app.get('/health/ready', (_request, response, next) => {
        parts.store.ping().then(() => response.json({ status: 'ok' }), next);
      });
      app.get('/metrics', (request, response, next) => {
        if (!parts.metricsPublic && !isFromHere(request)) return next();
        parts.metrics.text().then((text) => response.type(parts.metrics.contentType).send(text), next);
      });
      mountApiDocs(app, {
        documentPath: '/api/v1/openapi.json',
        docsPath: '/api/docs',
        document: () =>
          openApiDocument({
            title: parts.name,
            version: parts.version,
            description: 'A directory and relay for O-Red nodes.',
            contracts: api.contracts,
          }),
      });
    },
  });
  return (request, response) => {
    const done = parts.metrics.began();
    response.once('close', () => done(request.method ?? '', response.statusCode));
    listener(request, response);
  };
}

function directoryRoutes(parts: RegistryParts): BoundRoute[] {
  const { challenges, clock, directory, presence, requests } = parts;
  const registerLimit = createRateLimiter(clock, limits.registerRate, 'registry/too-many');
  const lookupLimit = createRateLimiter(clock, limits.lookupRate, 'registry/too-many');
  const who = (context: RequestContext): string => addressPrefix(clientAddress(context, parts.trustProxy));
  return [
    bind(api.about, () =>
      Promise.resolve({
        name: parts.name,
        url: parts.url(),
        public_key: publicKeyToMultibase(parts.key.publicKey),
        version: parts.version,
      }),
    ),
    bind(api.challenge, ({ body }, context) => {
      registerLimit.require(who(context));
      const { challenge, expiresAt } = challenges.issue(body.node_id);
      return Promise.resolve({ challenge, expires_at: isoTime(expiresAt) });
    }),
    bind(api.register, async ({ body }, context) => {
      registerLimit.require(who(context));
      return directory.register(body);
    }),
    bind(api.discover, async ({ query }, context) => {
      lookupLimit.require(who(context));
      const { q, cursor, ...rest } = query;
      const { items, next } = await directory.discover({
        ...rest,
        ...(q === undefined ? {} : { text: q }),
        ...(cursor === undefined ? {} : { after: readCursor(cursor) }),
      });
      return { items, next_cursor: next === undefined ? null : toBase64Url(utf8(next)) };
    }),
    bind(api.show, async ({ params }, context) => {
      lookupLimit.require(who(context));
      const node = await directory.node(params.id);
      return {
        ...directory.summary(node),
        log: node.log,
        record: node.record,
        deactivated: node.deactivated,
      };
    }),
    bind(api.status, async ({ params }, context) => {
      lookupLimit.require(who(context));
      const node = await directory.node(params.id);
      const { online, last_seen } = directory.summary(node);
      return { node_id: node.node_id, online, last_seen, record: node.record };
    }),
    bind(api.heartbeat, async (_input, context) => {
      lookupLimit.require(who(context));
      const { sender } = await requests.open(context, 'heartbeat', api.emptyBodySchema);
      presence.seen(sender.node_id);
      return { now: isoTime(clock.now()) };
    }),
  ];
}

function relayRoutes(parts: RegistryParts): BoundRoute[] {
  const { clock, presence, relay, requests } = parts;
  const strangerLimit = createRateLimiter(clock, limits.lookupRate, 'relay/too-many');
  const depositLimit = createRateLimiter(clock, limits.depositRate, 'relay/too-many');
  const collectLimit = createRateLimiter(clock, limits.collectRate, 'relay/too-many');
  // Before the signature is checked, only the address is known: whoever sends rubbish pays with that.
  const open: RequestOpener['open'] = async (context, action, schema) => {
    strangerLimit.require(addressPrefix(clientAddress(context, parts.trustProxy)));
    return requests.open(context, action, schema);
  };
  return [
    bind(api.route, async (_input, context) => {
      const { sender, body } = await open(context, 'mailbox_route', api.routeBodySchema);
      depositLimit.require(sender.node_id);
      presence.seen(sender.node_id);
      return { item_id: await relay.deposit({ from: sender.node_id, to: body.to, box: body.box }) };
    }),
    bind(api.collect, async (_input, context) => {
      const { sender, body } = await open(context, 'mailbox_collect', api.collectBodySchema);
      collectLimit.require(sender.node_id);
      presence.seen(sender.node_id);
      const { wait_s: waitS, limit, contacts } = body;
      return {
        items: await relay.collect({
          nodeId: sender.node_id,
          limit,
          waitS,
          contacts,
          signal: context.signal,
        }),
      };
    }),
    bind(api.acknowledge, async (_input, context) => {
      const { sender, body } = await open(context, 'mailbox_ack', api.acknowledgeBodySchema);
      collectLimit.require(sender.node_id);
      return { deleted: await relay.acknowledge(sender.node_id, body.item_ids) };
    }),
  ];
}

/** Whether who asks sits on this machine. What a proxy on this machine brings says so, and comes from elsewhere. */
function isFromHere({ headers, socket }: IncomingMessage): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  return isLoopback(socket.remoteAddress ?? '');
}

/** The last hop of X-Forwarded-For is the one that our own proxy wrote; earlier ones anybody can write. */
function clientAddress(context: RequestContext, trustProxy: boolean): string {
  if (!trustProxy) return context.address;
  const forwarded = context.request.headers['x-forwarded-for'];
  const hops = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
  const last = hops.at(-1)?.trim() ?? '';
  // A caller that has come past the proxy counts by its own address, not together with all others like it.
  return isIP(last) === 0 ? context.address : last;
}

/** A cursor is the last username of the page before. @throws registry/cursor */
function readCursor(cursor: string): string {
  try {
    return fromUtf8(fromBase64Url(cursor));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw invalid(
      'registry/cursor',
      'The cursor is not one of this registry. Start again without it.',
      error,
    );
  }
}
