// The answer of one request: by its handler, or for a repetition under the same Idempotency-Key the first answer again.
// What leaves is parsed by the contract's own output: nothing that it does not name gets out.
import type { BoundRoute, HandlerContext } from './contract.ts';
import { fingerprintOf, keyIn, type Once } from './once.ts';

/** The answer's body: of the handler, or of the same request under the same key before; null for none. */
export async function answerOnce(
  { contract, handle }: BoundRoute,
  once: Once | undefined,
  input: Parameters<BoundRoute['handle']>[0],
  contextWith: (settle: HandlerContext['settle']) => HandlerContext,
): Promise<string | null> {
  const bodyOf = (output: unknown): string | null =>
    contract.output === undefined ? null : JSON.stringify(contract.output.parse(output));
  const context = contextWith(() => Promise.resolve());
  const { actor, request, response } = context;
  const key = contract.idempotent === true && once !== undefined ? keyIn(request) : undefined;
  if (key === undefined || once === undefined || actor.kind !== 'account') {
    return bodyOf(await handle(input, context));
  }
  const fingerprint = fingerprintOf(contract.method, request.url ?? '', input.body);
  const { body, replayed } = await once.run({ account: actor.account_id, key, fingerprint }, async (keep) =>
    bodyOf(
      await handle(
        input,
        contextWith((tx, output) => keep(tx, bodyOf(output))),
      ),
    ),
  );
  if (replayed) response.setHeader('idempotency-replayed', 'true');
  return body;
}
