// A bound on open connections that lets nobody lock others out: when it is reached, the connection that has gone
// longest without giving a whole request (a slow-loris, or an idle kept-alive one) makes room for the new one.
// Connections whose request is being answered, and those of signed-in live clients, are never cut for this.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const kept = new WeakSet<Duplex>();

/** Marks a connection (an upgraded one) as one not to cut. */
export function keepConnection(socket: Duplex): void {
  kept.add(socket);
}

/** Holds `server` at no more than `connectionsMax` connections. */
export function boundConnections(server: Server, connectionsMax: number): void {
  // In the order in which each was opened or last finished a request.
  const open = new Set<Duplex>();
  const requests = new WeakMap<Duplex, IncomingMessage>();
  // A request that has arrived whole is being worked on; anything less is waiting.
  const longestWaiting = (): Duplex | undefined => {
    for (const socket of open) {
      if (!kept.has(socket) && requests.get(socket)?.complete !== true) return socket;
    }
    return undefined;
  };
  server.on('connection', (socket) => {
    if (open.size >= connectionsMax) {
      const leaving = longestWaiting() ?? socket;
      open.delete(leaving);
      leaving.destroy();
      if (leaving === socket) return;
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    requests.set(socket, request);
    response.once('close', () => {
      if (requests.get(socket) === request) requests.delete(socket);
      if (open.delete(socket)) open.add(socket);
    });
  });
}
