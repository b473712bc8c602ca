// Opens a signed request: its bytes are canonical, it is for this registry and this action, it is fresh, it was not
// seen before, and its signature holds under the key of the registered node that it names.
import type { RequestContext } from '#kernel/http/contract.ts';
import { readBytes } from '#kernel/http/body.ts';
import type { Clock } from '#kernel/ports.ts';
import {
  AppError,
  FRESHNESS_MS,
  REQUEST_BYTES_MAX,
  assertFresh,
  parseRequest,
  verifyRequest,
} from '#protocol';
import type { z } from 'zod';
import { SEEN_IDS_MAX } from './limits.ts';
import { createSeenIds } from './seen-ids.ts';
import type { RegistryStore, StoredNode } from './store/store.ts';

export interface OpenedRequest<Body> {
  readonly sender: StoredNode;
  readonly body: Body;
}

export interface RequestOpener {
  /** @throws registry/audience, request/stale, registry/unknown-node, registry/not-the-sender, registry/replayed, http/* */
  open<Schema extends z.ZodType>(
    context: RequestContext,
    action: string,
    schema: Schema,
  ): Promise<OpenedRequest<z.output<Schema>>>;
}

export function createRequestOpener(options: {
  readonly store: RegistryStore;
  readonly clock: Clock;
  readonly audience: () => string;
}): RequestOpener {
  const { store, clock, audience } = options;
  // A request stays fresh on both sides of now.
  const seen = createSeenIds(clock, 2 * FRESHNESS_MS, SEEN_IDS_MAX);
  return {
    async open(context, action, schema) {
      refuseOtherMedia(context);
      const parsed = parseRequest(new Uint8Array(await readBytes(context.request, REQUEST_BYTES_MAX)));
      const { request } = parsed;
      if (request.audience !== audience() || request.action !== action) {
        throw new AppError({
          category: 'invalid',
          code: 'registry/audience',
          safe: `This request is for "${request.action}" at ${request.audience}, not for "${action}" at ${audience()}.`,
        });
      }
      assertFresh(request.timestamp, clock.now());
      const sender = await store.node(request.from);
      if (sender === undefined || sender.deactivated) {
        throw new AppError({
          category: 'unauthorized',
          code: 'registry/unknown-node',
          safe: {
            en: 'This node is not registered here. Register it first.',
            fr: "Ce nœud n'est pas inscrit ici. Inscrivez-le d'abord.",
          },
        });
      }
      if (!(await verifyRequest(parsed, sender.signing_key))) {
        throw new AppError({
          category: 'forbidden',
          code: 'registry/not-the-sender',
          safe: 'The signature is not by the node that the request names.',
        });
      }
      if (seen.has(request.id)) {
        throw new AppError({
          category: 'unauthorized',
          code: 'registry/replayed',
          safe: 'This request was received before. Sign a new one.',
        });
      }
      seen.add(request.id);
      return { sender, body: parseBody(schema, request.body) };
    },
  };
}

function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new AppError({
    category: 'invalid',
    code: 'registry/body',
    safe: `The request's body is not valid: ${issues}`,
  });
}

function refuseOtherMedia(context: RequestContext): void {
  const [type = ''] = (context.request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() === 'application/json') return;
  throw new AppError({
    category: 'invalid',
    code: 'http/unsupported-media',
    safe: 'The body must be application/json.',
  });
}
