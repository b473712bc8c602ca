// Binds identity's routes. The public ones hold only what the node publishes anyway, and may be cached shortly.
// The kit alone is secret here, and goes to the owner only, never cached.
import {
  AppError,
  didDocument,
  fingerprint,
  formatIdentityCode,
  fromUtf8,
  parseRecord,
  webfingerDocument,
  type NodeRecord,
} from '#protocol';
import type { Host } from '#kernel/feature.ts';
import { bind, type BoundRoute, type RequestContext } from '#kernel/http/contract.ts';
import * as api from './api.ts';
import type { OwnIdentity } from './service.ts';
import { accountOf } from './sessions/granting.ts';

const PUBLIC_CACHE = 'public, max-age=60';

export function identityRoutes(host: Host, identity: OwnIdentity): BoundRoute[] {
  const currentRecord = async (): Promise<NodeRecord> => parseRecord(await identity.record()).record;
  return [
    bind(api.didLogRoute, async (_input, context) => {
      write(context, 'text/jsonl', identity.self().log);
    }),
    bind(api.didDocumentRoute, async (_input, context) => {
      const document = didDocument(identity.verified(), await currentRecord());
      write(context, 'application/did+json', JSON.stringify(document));
    }),
    bind(api.webfingerRoute, async ({ query }, context) => {
      const { username } = identity.self();
      const subject = namesThisNode(query.resource, identity, host.serverUrl);
      if (subject === undefined) throw nobody();
      const document = webfingerDocument({
        username,
        host: subject,
        identity: identity.verified(),
        record: await currentRecord(),
      });
      context.response.setHeader('access-control-allow-origin', '*');
      write(context, 'application/jrd+json', JSON.stringify(document));
    }),
    bind(api.nodeRoute, async (_input, { response }) => {
      response.setHeader('cache-control', PUBLIC_CACHE);
      return { record: fromUtf8(await identity.record()), log: identity.self().log };
    }),
    bind(api.showIdentityRoute, async ({ query }, { actor }) => {
      const self = identity.self();
      const key = self.signingKey.publicKey;
      return {
        account_id: accountOf(actor).account_id,
        node_id: self.nodeId,
        did: self.did,
        username: self.username,
        server_url: host.serverUrl,
        fingerprint: copy(fingerprint(self.nodeId, key, query.language ?? self.language)),
        code: formatIdentityCode(self.nodeId, key),
        recovery: identity.recoveryState(),
        generation: identity.generation(),
        log_head: self.head,
        record_expires: (await currentRecord()).expires,
      };
    }),
    bind(api.showKitRoute, async ({ body }, { actor }) => {
      const kit = await identity.kit().show(actor, body.language ?? identity.self().language);
      return { words: [...kit.words], code: kit.code, check: [...kit.check] };
    }),
    bind(api.confirmKitRoute, async ({ body }, { actor }) => {
      await identity.kit().confirm(actor, body.words);
      return { recovery: identity.recoveryState() };
    }),
  ];
}

/** The host of `acct:<username>@<host>` if it names this node; its URL and DID name it too. */
function namesThisNode(resource: string, identity: OwnIdentity, serverUrl: string): string | undefined {
  const { host } = new URL(serverUrl);
  const { username, did } = identity.self();
  const wanted = resource.toLowerCase();
  const known = [`acct:${username}@${host}`, serverUrl.toLowerCase(), `${serverUrl.toLowerCase()}/`];
  return known.includes(wanted) || resource === did ? host : undefined;
}

function nobody(): AppError {
  return new AppError({
    category: 'not-found',
    code: 'identity/unknown-resource',
    safe: { en: 'This node is not who you look for.', fr: "Ce nœud n'est pas celui que vous cherchez." },
  });
}

function write({ response }: RequestContext, contentType: string, text: string): void {
  response.writeHead(200, { 'content-type': contentType, 'cache-control': PUBLIC_CACHE });
  response.end(text);
}

function copy(value: { readonly words: readonly string[]; readonly hex: readonly string[] }): {
  words: string[];
  hex: string[];
} {
  return { words: [...value.words], hex: [...value.hex] };
}
