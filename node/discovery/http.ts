// Binds discovery's contract. Only reads: comparing changes nothing by itself.
// What is shown comes from the verified log alone, never from what the other side says of itself.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { equalBytes, fingerprint, formatIdentityCode, parseIdentityCode } from '#protocol';
import { compareRoute } from './api.ts';
import type { Contact } from './model.ts';

export function discoveryRoutes(found: { resolve(query: string): Promise<Contact> }): BoundRoute[] {
  return [
    bind(compareRoute, async ({ params, query }) => {
      const { node_id, username, identity, held } = await found.resolve(params.who);
      const key = identity.signingPublicKey;
      const { words, hex } = fingerprint(node_id, key, query.language);
      const scanned = query.code === undefined ? undefined : parseIdentityCode(query.code);
      return {
        node_id,
        username,
        fingerprint: { words: [...words], hex: [...hex] },
        code: formatIdentityCode(node_id, key),
        held,
        closed: identity.deactivated,
        matches:
          scanned === undefined
            ? null
            : scanned.nodeId === node_id && equalBytes(scanned.signingPublicKey, key),
      };
    }),
  ];
}
