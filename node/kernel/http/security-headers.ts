// The headers by which a browser holds what this server sends to the strictest: the same for every answer, so they are
// worked out once, by helmet (OWASP Secure Headers), and not for each request.
import helmet from 'helmet';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** Names in lower case, and values, in helmet's order. */
export const securityHeaders: readonly (readonly [name: string, value: string])[] = workOut();

function workOut(): (readonly [string, string])[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  const set = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Only meaningful over TLS, which ends in front of this server; on plain http in a LAN it would lock the owner out.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  set(request, response, (error) => {
    if (error !== undefined) throw error instanceof Error ? error : new Error('helmet refused its settings');
  });
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]);
}

/** Sets them; what has its own reasons may override one afterwards. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
}
