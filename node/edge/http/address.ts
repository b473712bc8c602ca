// The node's own address and the names it answers under. A name that is not ours is refused (DNS rebinding): the
// list is made of what was configured and of the loopback names, never of what a request claims.
import type { Config } from '#kernel/config.ts';
import { AppError } from '#protocol/errors.ts';
import type { Server } from 'node:http';
import { networkInterfaces } from 'node:os';

export const PORT_DEFAULT = 7701;

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** The port to listen on: edge.port (a flag or a setting), else the one in node.url, else PORT_DEFAULT. */
export function portOf(config: Config): number {
  if (config.edge.port !== undefined) return config.edge.port;
  const url = config.node.url === undefined ? undefined : new URL(config.node.url);
  // An https address is served by a proxy in front, which needs the default port itself.
  if (url?.protocol === 'http:' && url.port !== '') return Number(url.port);
  return PORT_DEFAULT;
}

/** node.url, else http://<host>:<port> with a host that others can reach where the node listens on every address. */
export function serverUrlOf(config: Config, port: number): string {
  if (config.node.url !== undefined) return config.node.url;
  const { host } = config.edge;
  const name = isWildcard(host) ? (lanAddress() ?? '127.0.0.1') : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Host names (without port) under which this node answers. */
export function hostNames(config: Config, serverUrl: string): string[] {
  const own = new URL(serverUrl).hostname.toLowerCase();
  return [...new Set([own, ...loopbackNames, ...config.edge.hosts.map((name) => name.toLowerCase())])];
}

/** Listens and returns the port. @throws http/port-busy, http/port-forbidden, http/host-unknown */
export function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, host, port)));
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function lanAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

function listenFailure(error: Error, host: string, port: number): Error {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new AppError({
      category: 'conflict',
      code: 'http/port-busy',
      safe: {
        en: `Port ${port} on ${host} is used by another program. Nothing was lost. Choose another with "ored start --port N", or for good with "ored config set edge.port N".`,
        fr: `Le port ${port} sur ${host} est pris par un autre programme. Rien n'est perdu. Choisissez-en un autre avec « ored start --port N », ou pour de bon avec « ored config set edge.port N ».`,
      },
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new AppError({
      category: 'forbidden',
      code: 'http/port-forbidden',
      safe: {
        en: `This user may not open port ${port}. Nothing was lost. Choose one above 1023 with "ored start --port N".`,
        fr: `Cet utilisateur ne peut pas ouvrir le port ${port}. Rien n'est perdu. Choisissez-en un au-dessus de 1023 avec « ored start --port N ».`,
      },
      cause: error,
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new AppError({
      category: 'invalid',
      code: 'http/host-unknown',
      safe: {
        en: `This machine has no address "${host}". Nothing was lost. Give one with "ored start --host H" (127.0.0.1, or 0.0.0.0 for the local network).`,
        fr: `Cette machine n'a pas d'adresse « ${host} ». Rien n'est perdu. Donnez-en une avec « ored start --host H » (127.0.0.1, ou 0.0.0.0 pour le réseau local).`,
      },
      cause: error,
    });
  }
  return error;
}
