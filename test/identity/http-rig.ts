// An HTTP server over a rig's routes, with a client that keeps nothing between requests.
import { fakeClock, type FakeClock } from '#kit';
import { hostNames } from '#node/edge/http/address.ts';
import { access } from '#node/access/index.ts';
import { createNode, identity } from '#node/identity/index.ts';
import { vault } from '#node/vault/index.ts';
import type { AnyFeature, Host } from '#kernel/feature.ts';
import { createClientAddresses } from '#kernel/http/client-address.ts';
import { closeServer, createApi, createHardenedServer } from '#kernel/http/server.ts';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
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
    readonly serverUrl?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<HttpRig> {
  const clock = options.clock ?? fakeClock();
  const before = async (host: Host): Promise<void> => {
    await createNode(host, { username: 'alice', serverUrl: host.serverUrl, language: 'en' });
  };
  const rig = await makeRig([vault, identity, access, ...(options.features ?? [])], {
    dataDir,
    clock,
    ...(options.serverUrl === undefined ? {} : { serverUrl: options.serverUrl }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.init === false ? {} : { before }),
  });
  const door = rig.booted.door(identity);
  const api = createApi({
    routes: rig.booted.routes,
    rawRoutes: rig.booted.rawRoutes,
    log: rig.host.log,
    authenticate: (request) => door.authenticate(request),
    decide: (request) => rig.booted.door(access).decide(request),
    addressOf: createClientAddresses(rig.host.config.edge.proxies),
    hosts: () => hostNames(rig.host.config, rig.host.serverUrl),
  });
  const server = createHardenedServer(api).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    rig,
    clock,
    url,
    claimToken: () => door.claimUrl()?.split('#claim=')[1] ?? '',
    call: (method, path, options = {}) => send(url, { method, path, ...options }),
    async [Symbol.asyncDispose]() {
      await closeServer(server);
      await rig[Symbol.asyncDispose]();
    },
  };
}

/** One request and its whole answer. Not by fetch, which lets nobody choose the Host header. */
export async function send(
  url: string,
  { method, path, body, headers }: { readonly method: string; readonly path: string } & CallOptions,
): Promise<Answer> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const asked = request(`${url}${path}`, { method, headers: { ...json, ...headers } });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const all = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) all.append(name, value);
  }
  const whole = await text(answer);
  const isJson = (all.get('content-type') ?? '').endsWith('json');
  return {
    status: answer.statusCode ?? 0,
    headers: all,
    text: whole,
    json: isJson ? (JSON.parse(whole) as Record<string, unknown>) : {},
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
