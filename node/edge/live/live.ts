// The live socket, /api/v1/live (RFC 6455): an owner's client is told what changes, from a cursor on (stream.ts).
// It refuses foreign hosts and origins, anybody without a session, and what a client sends beyond pongs.
// It ends with its session at once; a client that reads too slowly is told to come back.
import type { Actor } from '#kernel/actor.ts';
import type { Events } from '#kernel/events.ts';
import { keepConnection } from '#kernel/http/connections.ts';
import { refuseForeignHost, refuseForeignOrigin } from '#kernel/http/server.ts';
import { statusOf, unexpected } from '#kernel/http/problem.ts';
import type { Log } from '#kernel/log.ts';
import type { Clock } from '#kernel/ports.ts';
import { AppError, invalid } from '#protocol/errors.ts';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Guard } from '../guard.ts';
import { nodeKind } from '../http/api.ts';
import {
  LIVE_BEAT_MS,
  LIVE_CONNECTIONS_MAX,
  LIVE_GOODBYE_MS,
  LIVE_MESSAGE_BYTES_MAX,
  LIVE_SLOW_GOODBYE_MS,
} from '../limits.ts';
import { cursorSchema, LIVE_PATH, liveCloseCodes } from './api.ts';
import type { ReadChanges } from './changes.ts';
import { openStream, type Sink } from './stream.ts';

export interface LiveOptions {
  readonly guard: Guard;
  readonly events: Pick<Events, 'onAppended'>;
  readonly read: ReadChanges;
  readonly clock: Clock;
  readonly hosts: () => readonly string[];
  readonly log: Log;
}

export interface Live extends Disposable {
  /** Open connections. */
  count(): number;
}

/** Serves live connections on a server's upgrades; disposing closes them all. */
export function serveLive(server: Server, options: LiveOptions): Live {
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
            end(client, liveCloseCodes.sessionEnded, 'session ended', options.clock);
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
      if (session === ended) end(client, liveCloseCodes.sessionEnded, 'session ended', options.clock);
    }
  });
  return {
    count: () => sessions.size,
    [Symbol.dispose]() {
      stopListening();
      server.off('upgrade', onUpgrade);
      for (const client of sessions.keys())
        end(client, liveCloseCodes.goingAway, 'the node stops', options.clock);
      sockets.close();
    },
  };
}

async function admit(
  request: IncomingMessage,
  options: LiveOptions,
  connected: number,
): Promise<{ actor: Actor; after: string | undefined }> {
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
  if (after !== null && !cursorSchema.safeParse(after).success) {
    throw invalid('http/invalid', '"after" must be a cursor that this node gave.');
  }
  return { actor, after: after ?? undefined };
}

/** Ties a socket to its stream. */
function follow(client: WebSocket, after: string | undefined, options: LiveOptions): void {
  const { clock, events, log, read } = options;
  const sink: Sink = {
    isOpen: () => client.readyState === client.OPEN,
    close: (code, reason) => end(client, code, reason, clock),
    send: (text) =>
      new Promise((resolve, reject) => {
        client.send(text, (error) => (error ? reject(error) : resolve()));
      }),
  };
  const onFailure = (error: unknown): void => {
    log.warn({ err: error }, 'a live connection was cut');
    client.terminate();
  };
  const stream = openStream(sink, { clock, read, after, onFailure });
  const unsubscribe = events.onAppended(() => stream.wake());
  const stopPings = keepAlive(client, clock);
  client.on('error', () => client.terminate());
  client.on('message', () => end(client, liveCloseCodes.readOnly, 'nothing is read here', clock));
  client.once('close', () => {
    unsubscribe();
    stopPings();
    stream[Symbol.dispose]();
  });
}

/** Pings beside the beats: only they are answered, by the browser itself, and so find the dead. */
function keepAlive(client: WebSocket, clock: Clock): () => void {
  let answered = true;
  let cancel = (): void => undefined;
  client.on('pong', () => (answered = true));
  const next = (): void => {
    cancel = clock.after(LIVE_BEAT_MS, () => {
      if (!answered) return client.terminate();
      answered = false;
      client.ping();
      next();
    });
  };
  next();
  return () => cancel();
}

/** Says goodbye, and does not wait for a client that does not answer. */
function end(client: WebSocket, code: number, reason: string, clock: Clock): void {
  client.close(code, reason);
  const slow = code === liveCloseCodes.comeBack;
  const cancel = clock.after(slow ? LIVE_SLOW_GOODBYE_MS : LIVE_GOODBYE_MS, () => client.terminate());
  client.once('close', cancel);
}

function refuse(socket: Duplex, error: unknown, log: Log): void {
  const known = error instanceof AppError ? error : unexpected(error);
  const status = statusOf(known);
  if (status >= 500) log.error({ err: known.cause ?? known }, 'a live connection failed');
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
