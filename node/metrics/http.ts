// Binds GET /metrics and the routes of its token.
// Decides nothing: the service says who may read.
import { bind, type BoundRoute, type RawRoute } from '#kernel/http/contract.ts';
import { sendProblem, statusOf, unexpected } from '#kernel/http/problem.ts';
import type { Log } from '#kernel/log.ts';
import { AppError } from '#protocol/errors.ts';
import { makeTokenRoute, removeTokenRoute } from './api.ts';
import type { Metrics } from './service.ts';

export function metricsRoute(metrics: Metrics, log: Log): RawRoute {
  return {
    method: 'GET',
    path: '/metrics',
    access: { kind: 'metrics', action: 'scrape' },
    handle: (request, response) => {
      const answer = async (): Promise<void> => {
        await metrics.requireReader(request);
        const exposition = await metrics.exposition();
        const text = await exposition.text();
        response.writeHead(200, { 'content-type': exposition.contentType, 'cache-control': 'no-store' });
        response.end(text);
      };
      answer().catch((error: unknown) => {
        const known = error instanceof AppError ? error : unexpected(error);
        if (statusOf(known) >= 500) log.error({ err: known.cause ?? known }, 'metrics failed');
        if (known.code === 'metrics/token') response.setHeader('www-authenticate', 'Bearer');
        sendProblem(response, known);
      });
    },
  };
}

export function metricsRoutes(metrics: Metrics): BoundRoute[] {
  return [
    bind(makeTokenRoute, async (_input, { actor }) => ({ token: await metrics.makeToken(actor) })),
    bind(removeTokenRoute, (_input, { actor }) => metrics.removeToken(actor)),
  ];
}
