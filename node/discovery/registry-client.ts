// This node as a client of its registry. Everything that comes back is a hint until its signatures are checked:
// a registry can be slow, stale or hostile, and is never believed about a key.
import type { Network, NetworkAnswer, NetworkRequest } from '#kernel/network.ts';
import { isoTime, type Clock, type Random } from '#kernel/ports.ts';
import {
  AppError,
  canonicalize,
  cidOf,
  fromBase64Url,
  fromUtf8,
  newMessageId,
  signFor,
  signRequest,
  toBase64Url,
  utf8,
  type ErrorCategory,
  type JsonObject,
  type NodeId,
  type SigningKey,
} from '#protocol';
import { z } from 'zod';

/** A page of summaries, a mailbox of 32 boxes of 64 KiB. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
/** The registry waits at most 25 s; the line gets some seconds on top. */
const POLL_SLACK_MS = 10_000;

const summary = z.object({
  node_id: z.string().max(64),
  username: z.string().max(64),
  display_name: z.string().max(256),
  region: z.string().max(64),
  language: z.string().max(35),
  capabilities: z.array(z.string().max(64)).max(64),
  online: z.boolean(),
  last_seen: z.string().max(40),
  /** Registries of before gave names out for good. */
  name_since: z.string().max(40).optional(),
});
export type Listed = z.output<typeof summary>;
const page = z.object({ items: z.array(summary).max(100), next_cursor: z.string().max(256).nullable() });
const shown = z.object({ log: z.string().max(512 * 1024), record: z.string().max(16 * 1024) });
const collected = z.object({
  items: z.array(z.object({ item_id: z.string().max(64), box: z.string().max(128 * 1024) })).max(1_000),
});
const problem = z.object({
  code: z
    .string()
    .max(64)
    .regex(/^[a-z][a-z0-9-]*\/[a-z0-9-]+$/),
  detail: z.string().max(500),
});

export interface Listing {
  readonly display_name: string;
  readonly capabilities: readonly string[];
  readonly region: string;
  readonly language: string;
  readonly listed: boolean;
}

export interface RegistryClientHost {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly self: () => { readonly nodeId: NodeId; readonly signingKey: SigningKey };
}

export class RegistryClient {
  readonly url: string;
  readonly #host: RegistryClientHost;

  constructor(url: string, host: RegistryClientHost) {
    this.url = url;
    this.#host = host;
  }

  /** Registers or updates this node. @throws network/*, or what the registry answered */
  async register(own: {
    readonly record: Uint8Array;
    readonly log: string;
    readonly listing: Listing;
  }): Promise<void> {
    const { nodeId, signingKey } = this.#host.self();
    const { challenge } = await this.#post(
      '/api/v1/nodes/challenge',
      { node_id: nodeId },
      z.object({ challenge: z.string().max(256) }),
    );
    const listing = { ...own.listing, capabilities: [...own.listing.capabilities] };
    const proven = canonicalize({
      challenge,
      node_id: nodeId,
      record_cid: cidOf(own.record),
      registry: this.url,
      listing,
    });
    const proof = toBase64Url(signFor('registration', signingKey, proven));
    const body = { log: own.log, record: fromUtf8(own.record), challenge, proof, listing };
    await this.#post('/api/v1/nodes/register', body, z.object({ node_id: z.literal(nodeId) }));
  }

  /** A page of listed nodes. @throws network/*, or what the registry answered */
  async discover(
    query: Readonly<Record<string, string>>,
  ): Promise<{ items: Listed[]; next_cursor: string | null }> {
    return this.#get(`/api/v1/nodes/discover?${new URLSearchParams(query).toString()}`, page);
  }

  /** A node's log and record, unverified. @throws registry/unknown-node, network/* */
  async show(nodeId: NodeId): Promise<{ record: Uint8Array; log: string }> {
    const { record, log } = await this.#get(`/api/v1/nodes/${nodeId}`, shown);
    return { record: utf8(record), log };
  }

  /** Leaves a sealed box. @throws network/*, relay/* */
  async route(to: NodeId, box: Uint8Array): Promise<void> {
    await this.#signed(
      '/api/v1/messages/route',
      'mailbox_route',
      { to, box: toBase64Url(box) },
      z.object({ item_id: z.string() }),
    );
  }

  /** The oldest boxes; waits for one. @throws network/*, registry/unknown-node */
  async collect(options: {
    waitS: number;
    limit: number;
    signal: AbortSignal;
  }): Promise<{ itemId: string; box: Uint8Array }[]> {
    const { waitS, limit, signal } = options;
    const { items } = await this.#signed(
      '/api/v1/messages/collect',
      'mailbox_collect',
      { wait_s: waitS, limit },
      collected,
      {
        timeoutMs: waitS * 1000 + POLL_SLACK_MS,
        signal,
      },
    );
    return items.map(({ item_id, box }) => ({ itemId: item_id, box: fromBase64Url(box) }));
  }

  async ack(itemIds: readonly string[]): Promise<void> {
    await this.#signed(
      '/api/v1/messages/ack',
      'mailbox_ack',
      { item_ids: [...itemIds] },
      z.object({ deleted: z.number() }),
    );
  }

  #signed<Output>(
    path: string,
    action: string,
    body: JsonObject,
    output: z.ZodType<Output>,
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Output> {
    const { clock, random, self } = this.#host;
    const { nodeId, signingKey } = self();
    const now = clock.now();
    const bytes = signRequest(
      {
        id: newMessageId(now, random.bytes(10)),
        action,
        from: nodeId,
        audience: this.url,
        timestamp: isoTime(now),
        body,
      },
      signingKey,
    );
    return this.#request({ method: 'POST', path, body: bytes, ...options }, output);
  }

  #post<Output>(path: string, body: unknown, output: z.ZodType<Output>): Promise<Output> {
    return this.#request({ method: 'POST', path, body: utf8(JSON.stringify(body)) }, output);
  }

  #get<Output>(path: string, output: z.ZodType<Output>): Promise<Output> {
    return this.#request({ method: 'GET', path }, output);
  }

  async #request<Output>(
    request: {
      method: 'GET' | 'POST';
      path: string;
      body?: Uint8Array;
      timeoutMs?: number;
      signal?: AbortSignal;
    },
    output: z.ZodType<Output>,
  ): Promise<Output> {
    const { path, body, ...rest } = request;
    const answer = await this.#carry({
      ...rest,
      url: `${this.url}${path}`,
      bytesMax: ANSWER_BYTES_MAX,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    const json = parseJson(answer.body);
    if (answer.status >= 300) throw refusedBy(answer.status, json);
    const result = output.safeParse(json);
    if (result.success) return result.data;
    throw new AppError({
      category: 'unavailable',
      code: 'registry/nonsense',
      safe: {
        en: `The directory ${this.url} answered nonsense. Nothing was changed; this node tries again later. Until then, name the person by the address of their node.`,
        fr: `L'annuaire ${this.url} a répondu de façon incohérente. Rien n'a été modifié ; ce nœud réessaiera plus tard. D'ici là, nommez la personne par l'adresse de son nœud.`,
      },
      cause: result.error,
    });
  }

  /** The same codes as the network's own, in words that say whose absence it is and what still works. */
  async #carry(request: NetworkRequest): Promise<NetworkAnswer> {
    try {
      return await this.#host.network.request(request);
    } catch (error) {
      if (!(error instanceof AppError) || !absent.has(error.code)) throw error;
      throw new AppError({
        category: 'unavailable',
        code: error.code,
        safe: {
          en: `The directory ${this.url} cannot be reached. Nothing was lost, and the people you know stay reachable. Try again later, or name the person by the address of their node.`,
          fr: `L'annuaire ${this.url} est injoignable. Rien n'est perdu, et les personnes que vous connaissez restent joignables. Réessayez plus tard, ou nommez la personne par l'adresse de son nœud.`,
        },
        cause: error,
      });
    }
  }
}

const absent: ReadonlySet<string> = new Set(['network/unreachable', 'network/timeout']);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined; // the schema that follows refuses it with a sentence
  }
}

function refusedBy(status: number, body: unknown): AppError {
  const byStatus: Readonly<Record<number, ErrorCategory>> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not-found',
    409: 'conflict',
    429: 'limit',
  };
  const known = problem.safeParse(body);
  return new AppError({
    category: byStatus[status] ?? (status >= 500 ? 'unavailable' : 'invalid'),
    code: known.success ? (known.data.code as `${string}/${string}`) : 'registry/refused',
    safe: known.success
      ? known.data.detail
      : { en: `The directory refused (${status}).`, fr: `L'annuaire a refusé (${status}).` },
  });
}
