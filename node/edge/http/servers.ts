// The node's two servers: TCP for the world, a Unix socket for the machine's own user. Both mount the same routes.
// The TCP port listens before the areas start and answers 503 until they have.
import type { Once } from '#kernel/http/once.ts';
import type { BoundRoute, RawRoute } from '#kernel/http/contract.ts';
import { createClientAddresses } from '#kernel/http/client-address.ts';
import { mountApiDocs } from '#kernel/http/docs.ts';
import { BODY_MS_MAX } from '#kernel/http/limits.ts';
import { openApiDocument } from '#kernel/http/openapi.ts';
import { languageOf, closeServer, createApi, createHardenedServer } from '#kernel/http/server.ts';
import { sendProblem } from '#kernel/http/problem.ts';
import type { Log } from '#kernel/log.ts';
import { AppError } from '#protocol/errors.ts';
import { chmodSync, rmSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import type { Guard } from '../guard.ts';
import { listenOn } from './address.ts';
import { socketAnswers } from './readiness.ts';
import type { WebApp } from './web-app.ts';

export interface ApiParts {
  readonly routes: readonly BoundRoute[];
  readonly rawRoutes: readonly RawRoute[];
  readonly guard: Guard;
  readonly log: Log;
  readonly version: string;
  readonly once: Once;
  /** Address ranges (CIDR) of proxies in front. */
  readonly proxies: readonly string[];
  /** Absent: everything else is served all the same. */
  readonly webApp: WebApp | undefined;
}

/** `local`: the socket, on which every caller is the owner, since only the owner's user may open it. */
export type Place =
  { readonly local: true } | { readonly local: false; readonly hosts: () => readonly string[] };

/** The request listener of one place. */
export function nodeApi(parts: ApiParts, place: Place): RequestListener {
  const { routes, rawRoutes, guard, log, version, webApp, once } = parts;
  return createApi({
    routes,
    rawRoutes,
    once,
    log,
    authenticate: place.local ? () => Promise.resolve(guard.owner) : (request) => guard.authenticate(request),
    decide: (request) => guard.decide(request),
    hosts: place.local ? null : place.hosts,
    addressOf: createClientAddresses(parts.proxies),
    mount: (app) => {
      mountApiDocs(app, {
        documentPath: '/api/v1/openapi.json',
        docsPath: '/api/docs',
        document: () =>
          openApiDocument({
            title: 'O-Red node',
            version,
            description: 'The API of a personal node. Its owner signs in; the local socket needs no session.',
            contracts: routes.map(({ contract }) => contract),
          }),
      });
      if (webApp === undefined || place.local) return;
      app.use((request, response, next) => {
        if (!webApp.answer(request, response)) next();
      });
    },
  });
}

export interface EarlyServer {
  readonly server: Server;
  readonly port: number;
  /** From now on requests go to this listener. */
  open(listener: RequestListener): void;
  close(): Promise<void>;
}

/** Listens on TCP at once. @throws http/port-busy, http/port-forbidden, http/host-unknown */
export async function listenEarly(
  host: string,
  port: number,
  proxies: readonly string[],
): Promise<EarlyServer> {
  let current: RequestListener = (request, response) =>
    sendProblem(response, starting(), languageOf(request));
  const server = createHardenedServer(
    (request, response) => current(request, response),
    BODY_MS_MAX,
    proxies,
  );
  const bound = await listenOn(server, host, port);
  return {
    server,
    port: bound,
    open: (listener) => (current = listener),
    close: () => closeServer(server),
  };
}

/**
 * Listens on the Unix socket, readable by this user alone. A socket left by a crash is replaced.
 * @throws lock/held when another process answers on it
 */
export async function listenOnSocket(path: string, listener: RequestListener): Promise<AsyncDisposable> {
  if (await socketAnswers(path)) {
    throw new AppError({
      category: 'conflict',
      code: 'lock/held',
      safe: {
        en: 'This node runs already: its socket answers. Nothing was changed. "ored stop" ends it.',
        fr: "Ce nœud tourne déjà : son socket répond. Rien n'a été modifié. « ored stop » l'arrête.",
      },
    });
  }
  rmSync(path, { force: true });
  const server = createHardenedServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return { [Symbol.asyncDispose]: () => closeServer(server) };
}

function starting(): AppError {
  return new AppError({
    category: 'unavailable',
    code: 'node/starting',
    safe: { en: 'The node is starting.', fr: 'Le nœud démarre.' },
    retryAfterS: 1,
  });
}
