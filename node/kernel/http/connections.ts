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
  const open = new Set<Duplex>();
  // In the order in which they began to wait.
  const waiting = new Set<Duplex>();
  const forget = (socket: Duplex): void => {
    open.delete(socket);
    waiting.delete(socket);
  };
  const longestWaiting = (): Duplex | undefined => {
    for (const socket of waiting) if (!kept.has(socket)) return socket;
    return undefined;
  };
  server.on('connection', (socket) => {
    if (open.size >= connectionsMax) {
      const leaving = longestWaiting() ?? socket;
      forget(leaving);
      leaving.destroy();
      if (leaving === socket) return;
    }
    open.add(socket);
    waiting.add(socket);
    socket.once('close', () => forget(socket));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (request.complete) waiting.delete(socket);
    else request.once('end', () => waiting.delete(socket));
    response.once('close', () => {
      if (open.has(socket)) waiting.add(socket);
    });
  });
}
