// Whose request it is, by address: what limits of guesses and budgets of strangers are counted for.
// A proxy speaks for many, so its own address would be everybody's. What X-Forwarded-For says counts only from this
// machine or from a proxy that the owner named (edge.proxies), and only the part that such a proxy wrote itself.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { exemptAddresses } from './connections.ts';

/** Finds the address of who asks; empty on the local socket. */
export function createClientAddresses(proxies: readonly string[]): (request: IncomingMessage) => string {
  const mayTell = exemptAddresses(proxies);
  return ({ headers, socket }) => {
    const peer = socket.remoteAddress ?? '';
    if (peer === '' || !mayTell(peer)) return peer;
    const hops = [headers['x-forwarded-for']].flat().join(',').split(',').reverse();
    for (const hop of hops.map((each) => bare(each.trim()))) {
      // Not an address: what stands before it may be anybody's.
      if (isIP(hop) === 0) return peer;
      // Each proxy adds whom it heard; the first that is none of ours is who asked.
      if (!mayTell(hop)) return hop;
    }
    return peer;
  };
}

/** Some proxies add the port, and put IPv6 in brackets. */
function bare(hop: string): string {
  const [, inBrackets] = /^\[([^\]]+)\](?::\d+)?$/.exec(hop) ?? [];
  return inBrackets ?? hop.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
}
