// An HTTP server over a rig's routes, with a client that keeps nothing between requests.
import { fakeClock, type FakeClock } from '#kit';
import { access } from '#node/access/index.ts';
import { createNode, identity } from '#node/identity/index.ts';
import { vault } from '#node/vault/index.ts';
import type { AnyFeature, Host } from '#kernel/feature.ts';
import { closeServer, createApi, createHardenedServer } from '#kernel/http/server.ts';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { makeRig, type Rig } from './rig.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface HttpRig extends AsyncDisposable {
  readonly rig: Rig;
  readonly clock: FakeClock;
  readonly url: string;
  /** The token of the claim link. */
  readonly claimToken: () => string;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const passphrase = 'un cheval très correct';

export async function makeHttpRig(
  dataDir: string,
  options: {
    readonly features?: readonly AnyFeature[];
    readonly init?: boolean;
    readonly clock?: FakeClock;
  } = {},
): Promise<HttpRig> {
  const clock = options.clock ?? fakeClock();
  const before = async (host: Host): Promise<void> => {
    await createNode(host, { username: 'alice', serverUrl: host.serverUrl, language: 'en' });
  };
  const rig = await makeRig([vault, identity, access, ...(options.features ?? [])], {
    dataDir,
    clock,
    ...(options.init === false ? {} : { before }),
  });
  const door = rig.booted.door(identity);
  const api = createApi({
    routes: rig.booted.routes,
    rawRoutes: rig.booted.rawRoutes,
    log: rig.host.log,
    authenticate: (request) => door.authenticate(request),
    decide: (request) => rig.booted.door(access).decide(request),
    hosts: () => ['127.0.0.1'],
  });
  const server = createHardenedServer(api).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    rig,
    clock,
    url,
    claimToken: () => door.claimUrl()?.split('#claim=')[1] ?? '',
    async call(method, path, { body, headers } = {}) {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { ...json, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = (answer.headers.get('content-type') ?? '').endsWith('json');
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
      };
    },
    async [Symbol.asyncDispose]() {
      await closeServer(server);
      await rig[Symbol.asyncDispose]();
    },
  };
}

export interface BearerGrant {
  readonly session_id: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Claims the node and returns the tokens. */
export async function claim(http: HttpRig): Promise<BearerGrant> {
  const answer = await http.call('POST', '/api/v1/claim', {
    body: { token: http.claimToken(), passphrase, mode: 'bearer' },
  });
  return answer.json as unknown as BearerGrant;
}

export const bearer = (token: string): CallOptions => ({ headers: { authorization: `Bearer ${token}` } });
