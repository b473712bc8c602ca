// A change that names an Idempotency-Key happens once. Reads and uploads need no key; answers of public routes and of
// those that ask for a fresh proof may hold a secret (tokens, recovery codes, the kit), and are kept under none.
import type { Idempotency } from '../db/idempotency.ts';
import type { BoundRoute, HandlerContext } from './contract.ts';

/** Runs the route's handler, or answers what it answered before under the same key. @throws what the handler or `once` throws */
export async function handleOnce(
  route: BoundRoute,
  once: Idempotency['once'] | undefined,
  input: Parameters<BoundRoute['handle']>[0],
  contextWith: (settle: HandlerContext['settle']) => HandlerContext,
): Promise<unknown> {
  const { contract } = route;
  const context = contextWith(() => Promise.resolve());
  const key = context.request.headers['idempotency-key'];
  const { actor } = context;
  const keyed =
    contract.method !== 'GET' &&
    contract.rawBody === undefined &&
    contract.audience === 'owner' &&
    contract.stepUp !== true &&
    actor.kind === 'account';
  if (once === undefined || typeof key !== 'string' || !keyed) return route.handle(input, context);
  return once({ account: actor.account_id, key, route: contract.id, input }, (settle) =>
    route.handle(input, contextWith(settle)),
  );
}
