// A bound on open connections that lets nobody lock others out: when it is reached, the connection that has gone
// longest without giving a whole request (a slow-loris, or an idle kept-alive one) makes room for the new one.
// Connections whose request is being answered, and those of signed-in live clients, are never cut for this.
// One remote address has a share of its own: what it opens beyond that costs its own waiting connections, nobody else's.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ipaddr from 'ipaddr.js';

const kept = new WeakSet<Duplex>();

/** Marks a connection (an upgraded one) as one not to cut. */
export function keepConnection(socket: Duplex): void {
  kept.add(socket);
}

export interface ConnectionBounds {
  readonly connectionsMax: number;
  /** For one IPv4 address, or one /64 of IPv6, which one customer holds. */
  readonly perAddressMax: number;
  /** Addresses that speak for many, or for this machine: only `connectionsMax` holds for them. */
  readonly isExempt: (address: string) => boolean;
}

/** Tells loopback addresses and `proxies` (CIDR ranges) from all others. A local socket has no address. */
export function exemptAddresses(proxies: readonly string[]): (address: string) => boolean {
  const ranges = proxies.map((proxy) => ipaddr.parseCIDR(proxy));
  return (address) => {
    if (isIP(address) === 0) return true;
    const parsed = ipaddr.process(address);
    const isIn = ([range, bits]: (typeof ranges)[number]): boolean =>
      parsed.kind() === range.kind() && parsed.match(range, bits);
    return isLoopback(address) || ranges.some(isIn);
  };
}

/** Whether an address is this machine's own, also IPv4 written as IPv6. */
export function isLoopback(address: string): boolean {
  return isIP(address) !== 0 && ipaddr.process(address).range() === 'loopback';
}

/** What shares one bound: an IPv4 address, or the /64 of an IPv6 one, however it is written. What is none stands for itself. */
export function shareOf(address: string): string {
  if (isIP(address) === 0) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.');
}

/** Holds `server` within its bounds. */
export function boundConnections(server: Server, bounds: ConnectionBounds): void {
  const { connectionsMax, perAddressMax, isExempt } = bounds;
  // In the order in which each was opened or last finished a request.
  const open = new Set<Duplex>();
  const shares = new Map<string, Set<Duplex>>();
  const requests = new WeakMap<Duplex, IncomingMessage>();
  const shareBySocket = new WeakMap<Duplex, Set<Duplex>>();
  // A request that has arrived whole is being worked on; anything less is waiting.
  const longestWaiting = (among: ReadonlySet<Duplex> = open): Duplex | undefined => {
    for (const socket of among) {
      if (!kept.has(socket) && requests.get(socket)?.complete !== true) return socket;
    }
    return undefined;
  };
  /** False when the newcomer itself had to go. */
  const fitsItsShare = (socket: Socket): boolean => {
    const address = socket.remoteAddress ?? '';
    if (isExempt(address)) return true;
    const key = shareOf(address);
    const share = shares.get(key) ?? new Set();
    if (share.size >= perAddressMax) {
      const leaving = longestWaiting(share) ?? socket;
      share.delete(leaving);
      open.delete(leaving);
      leaving.destroy();
      if (leaving === socket) return false;
    }
    shares.set(key, share.add(socket));
    shareBySocket.set(socket, share);
    socket.once('close', () => {
      share.delete(socket);
      if (share.size === 0 && shares.get(key) === share) shares.delete(key);
    });
    return true;
  };
  server.on('connection', (socket) => {
    if (!fitsItsShare(socket)) return;
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
      const share = shareBySocket.get(socket);
      if (share?.delete(socket) === true) share.add(socket);
    });
  });
}
