// A node's own hardened client with a gate before each request, so that a test decides who can be reached, and when.
import { createNetwork, type Network } from '#kernel/network.ts';
import { AppError } from '#protocol/errors.ts';

export interface GatedNetwork extends Network {
  /** Awaited before each request goes; what it throws is what the request fails with. Lets everything pass at first. */
  gate: (url: string) => Promise<void> | void;
}

export function gatedNetwork(): GatedNetwork {
  const open = createNetwork({ ownUrl: () => 'http://127.0.0.1:1', networks: [], userAgent: 'test' });
  const gated: GatedNetwork = {
    gate: () => undefined,
    async request(request) {
      await gated.gate(request.url);
      return open.request(request);
    },
    async stream(request) {
      await gated.gate(request.url);
      return open.stream(request);
    },
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
  return gated;
}

/** What a request fails with where nobody listens. */
export function unreachable(): AppError {
  return new AppError({ category: 'unavailable', code: 'network/unreachable', safe: 'Nobody is there.' });
}
