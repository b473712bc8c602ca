// The live socket, /api/v1/live (RFC 6455): an owner's client receives what happens, in order, from a cursor on.
// It refuses foreign hosts and origins, anybody without a session, and what a client sends beyond pongs.
// Nothing queues here: events are read from the database when the last ones have left, so a slow client costs
// one batch, and a lost one resumes with the last seq that it saw. Ends with its session.
import type { Actor } from '#kernel/actor.ts';
import type { Event, Events } from '#kernel/events.ts';
import { keepConnection } from '#kernel/http/connections.ts';
import { refuseForeignHost, refuseForeignOrigin } from '#kernel/http/server.ts';
import { statusOf, unexpected } from '#kernel/http/problem.ts';
import type { Log } from '#kernel/log.ts';
import { AppError, invalid } from '#protocol/errors.ts';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Guard } from '../guard.ts';
import { nodeKind } from '../http/api.ts';
import {
  LIVE_BATCH_MAX,
  LIVE_CONNECTIONS_MAX,
  LIVE_MESSAGE_BYTES_MAX,
  LIVE_PING_MS,
  LIVE_STALL_MS_MAX,
} from '../limits.ts';

export const LIVE_PATH = '/api/v1/live';

/** Close codes of ours (RFC 6455 leaves 4000 to 4999 to applications). */
export const liveCloseCodes = { sessionEnded: 4401, readOnly: 1008, goingAway: 1001 } as const;

/** What a client receives: first where it stands, then every event. */
export type LiveMessage =
  { readonly kind: 'hello'; readonly cursor: number } | { readonly kind: 'event'; readonly event: Event };

export interface LiveOptions {
  readonly guard: Guard;
  readonly events: Events;
  readonly hosts: () => readonly string[];
  readonly log: Log;
}

/** Serves live connections on a server's upgrades; disposing closes them all. */
export function serveLive(server: Server, options: LiveOptions): Disposable {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LIVE_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: true,
  });
  const sessions = new Map<WebSocket, string | undefined>();
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Until ws takes over, a reset by the client must not reach the process.
    socket.on('error', () => socket.destroy());
    admit(request, options, sessions.size)
      .then(({ actor, after }) => {
        if (socket.destroyed) return;
        sockets.handleUpgrade(request, socket, head, (client) => {
          const session = actor.kind === 'account' ? actor.session_id : undefined;
          sessions.set(client, session);
          keepConnection(socket);
          // It may have ended while this was being decided.
          if (session !== undefined && !options.guard.sessionStands(session)) {
            end(client, liveCloseCodes.sessionEnded, 'session ended');
            return;
          }
          client.once('close', () => sessions.delete(client));
          follow(client, after, options);
        });
      })
      .catch((error: unknown) => refuse(socket, error, options.log));
  };
  server.on('upgrade', onUpgrade);
  const stopListening = options.guard.onSessionEnded((ended) => {
    for (const [client, session] of sessions) {
      if (session === ended) end(client, liveCloseCodes.sessionEnded, 'session ended');
    }
  });
  return {
    [Symbol.dispose]() {
      stopListening();
      server.off('upgrade', onUpgrade);
      for (const client of sessions.keys()) end(client, liveCloseCodes.goingAway, 'the node stops');
      sockets.close();
    },
  };
}

async function admit(
  request: IncomingMessage,
  options: LiveOptions,
  connected: number,
): Promise<{ actor: Actor; after: number | undefined }> {
  refuseForeignHost(request, options.hosts());
  refuseForeignOrigin(request);
  const url = new URL(request.url ?? '/', 'http://node');
  if (url.pathname !== LIVE_PATH) {
    throw new AppError({
      category: 'not-found',
      code: 'http/no-route',
      safe: 'There is nothing at this address.',
    });
  }
  const actor = await options.guard.authenticate(request);
  if (actor.kind !== 'account') {
    throw new AppError({
      category: 'unauthorized',
      code: 'access/sign-in',
      safe: { en: 'Sign in first.', fr: "Connectez-vous d'abord." },
    });
  }
  const { allow } = await options.guard.decide({ actor, action: 'follow', resource: { kind: nodeKind } });
  if (!allow) throw new AppError({ category: 'forbidden', code: 'access/denied', safe: 'Not allowed.' });
  if (connected >= LIVE_CONNECTIONS_MAX) {
    throw new AppError({
      category: 'limit',
      code: 'live/too-many',
      safe: 'Too many live connections are open.',
    });
  }
  const after = url.searchParams.get('after');
  if (after !== null && !/^\d{1,15}$/.test(after)) {
    throw invalid('http/invalid', '"after" must be the seq of an event.');
  }
  return { actor, after: after === null ? undefined : Number(after) };
}

/** Sends what comes after the cursor, one batch at a time, until the client goes. */
function follow(client: WebSocket, after: number | undefined, options: LiveOptions): void {
  const { events, log } = options;
  let cursor = after ?? 0;
  // Before the hello nothing may be sent.
  let running = true;
  let again = false;
  const pump = async (): Promise<void> => {
    do {
      again = false;
      const batch = await events.since(cursor, LIVE_BATCH_MAX);
      if (client.readyState !== client.OPEN) return;
      await sendAll(
        client,
        batch.map((event) => ({ kind: 'event', event })),
      );
      cursor = batch.at(-1)?.seq ?? cursor;
      again ||= batch.length === LIVE_BATCH_MAX;
    } while (again);
  };
  const wake = (): void => {
    again = true;
    if (running || client.readyState !== client.OPEN) return;
    running = true;
    pump()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'a live connection was cut');
        client.terminate();
      })
      .finally(() => {
        running = false;
        if (again) wake();
      });
  };
  const start = async (): Promise<void> => {
    if (after === undefined) cursor = await events.newest();
    await sendAll(client, [{ kind: 'hello', cursor }]);
    running = false;
    wake();
  };
  const unsubscribe = events.onAppended(wake);
  const stopPings = keepAlive(client);
  client.on('error', () => client.terminate());
  client.on('message', () => end(client, liveCloseCodes.readOnly, 'nothing is read here'));
  client.once('close', () => {
    unsubscribe();
    stopPings();
  });
  start().catch((error: unknown) => {
    log.warn({ err: error }, 'a live connection was cut');
    client.terminate();
  });
}

/** Resolves when the system took the bytes; fails when it does not in time: the client reads no more. */
function sendAll(client: WebSocket, messages: readonly LiveMessage[]): Promise<void> {
  const last = messages.at(-1);
  if (last === undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stalled = setTimeout(() => reject(new Error('the client does not read')), LIVE_STALL_MS_MAX);
    stalled.unref();
    const done = (error?: Error | null): void => {
      clearTimeout(stalled);
      if (error === undefined || error === null) resolve();
      else reject(error);
    };
    for (const message of messages) client.send(JSON.stringify(message), message === last ? done : undefined);
  });
}

function keepAlive(client: WebSocket): () => void {
  let answered = true;
  client.on('pong', () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) return client.terminate();
    answered = false;
    client.ping();
  }, LIVE_PING_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Says goodbye, and does not wait for a client that does not answer. */
function end(client: WebSocket, code: number, reason: string): void {
  client.close(code, reason);
  const cut = setTimeout(() => client.terminate(), 500);
  cut.unref();
}

function refuse(socket: Duplex, error: unknown, log: Log): void {
  const known = error instanceof AppError ? error : unexpected(error);
  const status = statusOf(known);
  if (status >= 500) log.error({ err: known.cause ?? known }, 'a live connection failed');
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
