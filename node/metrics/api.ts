// HTTP contract of the metrics' token. The metrics themselves, GET /metrics, are a raw route (http.ts): whoever reads
// them has a token of its own kind, and no session.
import { defineRoute } from '#kernel/http/contract.ts';
import { z } from 'zod';

export const makeTokenRoute = defineRoute({
  id: 'metrics.make-token',
  method: 'POST',
  path: '/api/v1/metrics/token',
  summary: 'Make the token for reading /metrics; the one before ends',
  audience: 'owner',
  access: { kind: 'metrics', action: 'update' },
  output: z.object({ token: z.string() }),
  status: 201,
});

export const removeTokenRoute = defineRoute({
  id: 'metrics.remove-token',
  method: 'DELETE',
  path: '/api/v1/metrics/token',
  summary: 'End the token for reading /metrics',
  audience: 'owner',
  access: { kind: 'metrics', action: 'update' },
  status: 204,
});
