// How a request reached this node: from this machine itself, over TLS that a proxy ended, or in plain text.
// What a request says of itself counts only from this machine or from a proxy that the owner named (edge.proxies):
// anybody else could claim to have come over TLS.
import type { IncomingMessage } from 'node:http';
import { addressRanges } from '../network.ts';

/** `tls`: encrypted up to the last hop. `machine`: from this machine. `plain`: others on the way can read it. */
export type Transport = 'tls' | 'machine' | 'plain';

/** Judges requests. `serverUrl`: what the owner says this node's address is. */
export function createTransports(options: {
  readonly serverUrl: string;
  readonly proxies: readonly string[];
}): (request: IncomingMessage) => Transport {
  const isMachine = addressRanges(['127.0.0.0/8', '::1/128']);
  const isProxy = addressRanges(options.proxies);
  const own = new URL(options.serverUrl);
  return ({ headers, socket }) => {
    const address = socket.remoteAddress ?? '';
    const here = isMachine(address);
    if (!here && !isProxy(address)) return 'plain';
    // A chain of proxies adds at the end; the last one is the one that is trusted here.
    const proto = [headers['x-forwarded-proto']].flat().join(',').split(',').at(-1)?.trim().toLowerCase();
    if (proto === 'https') return 'tls';
    const name = hostName(headers.host);
    // A proxy that says nothing of TLS: the owner's own https address is only served over TLS.
    if (proto === '' && own.protocol === 'https:' && own.hostname === name) return 'tls';
    const forwarded = proto !== '' || headers['x-forwarded-for'] !== undefined;
    return here && !forwarded && isLoopbackName(name) ? 'machine' : 'plain';
  };
}

/** The name in a Host header, without its port, lower case; IPv6 in brackets. */
export function hostName(host: string | undefined): string {
  const name = (host ?? '').toLowerCase();
  return name.startsWith('[') ? name.slice(0, name.indexOf(']') + 1) : (name.split(':')[0] ?? '');
}

/** Names that browsers take for this machine, and therefore for a secure context (W3C Secure Contexts). */
export function isLoopbackName(name: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(name);
}
