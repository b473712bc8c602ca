// Whether passkeys can be used where a request comes from, and under which name. The name is one under which this node
// answers: the server has refused every other Host before.
import { hostName, isLoopbackName, type Transport } from '#kernel/http/transport.ts';
import type { IncomingMessage } from 'node:http';
import { refusals, type Place, type WhyNot } from './model.ts';

/** Null where passkeys work. */
export function whyNoPasskeys(request: IncomingMessage, transport: Transport): WhyNot {
  const name = hostName(request.headers.host);
  if (transport === 'plain') return 'plain-http';
  return isAddress(name) ? 'ip-address' : null;
}

/** @throws passkey/place */
export function placeOf(request: IncomingMessage, transport: Transport): Place {
  const why = whyNoPasskeys(request, transport);
  if (why !== null) throw refusals.place(why);
  const host = (request.headers.host ?? '').toLowerCase();
  const rpId = hostName(host);
  const scheme = transport === 'machine' && isLoopbackName(rpId) ? 'http' : 'https';
  return { rpId, origin: `${scheme}://${host}` };
}

function isAddress(name: string): boolean {
  return name.startsWith('[') || /^[\d.]+$/.test(name);
}
