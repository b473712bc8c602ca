// Questions between nodes: a signed envelope in a POST, fresh for five minutes, counted once; the answer is the
// response body. The area that answers also authorises. See docs/protocol.md "Delivery".
import type { Clock, Random } from '#kernel/ports.ts';
import {
  AppError,
  assertFresh,
  formatTimestamp,
  newMessageId,
  parseEnvelope,
  signEnvelope,
  verifyEnvelope,
  type Json,
  type JsonObject,
  type NodeId,
} from '#protocol';
import { isMessageType, parsePayload, type MessageType, type Payload } from '#protocol/messages';
import assert from 'node:assert/strict';
import type { Absences } from './presence/absence.ts';
import { Buckets } from './budget.ts';
import { CONTACT_QUERY_BUDGET, QUERY_BUDGET, type RequestHandler, type VerifiedRequest } from './model.ts';
import type { Peers } from './peers.ts';
import type { Directory, Self, Transport, WireAnswer } from './ports.ts';

/** Ids remembered against replay; five minutes at the sum of all budgets do not reach it. */
const IDS_KEPT_MAX = 100_000;
const ASK_MS_DEFAULT = 10_000;

export interface QueryHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly self: Self;
  readonly peers: Peers;
  readonly directory: Directory;
  readonly transport: Transport;
  readonly absences: Absences;
  /** Called for each node that proved itself by a question, or answered one. */
  readonly heard: (nodeId: NodeId) => void;
}

export class Queries {
  readonly #host: QueryHost;
  readonly #budget: Buckets;
  readonly #contacts: Buckets;
  readonly #answers = new Map<string, RequestHandler<MessageType>>();
  readonly #seen = new Map<string, number>();

  constructor(host: QueryHost) {
    this.#host = host;
    this.#budget = new Buckets(QUERY_BUDGET, host.clock);
    this.#contacts = new Buckets(CONTACT_QUERY_BUDGET, host.clock);
  }

  /** `kind`: only the questions whose payload is of this kind; the type's other answerer gets the rest. */
  register<T extends MessageType>(type: T, handler: RequestHandler<T>, kind?: string): void {
    const key = kind === undefined ? type : `${type} ${kind}`;
    assert(!this.#answers.has(key), `two answers for ${key}`);
    // The table gives a handler only requests of its own type, which is what makes this cast true.
    this.#answers.set(key, handler as unknown as RequestHandler<MessageType>);
  }

  /**
   * Answers another node's question.
   * @throws envelope/misdirected, identity/unknown-key, envelope/signature, request/stale, request/replayed,
   * federation/blocked, federation/budget, federation/type-unprocessable, message/payload, or what the area throws
   */
  async answer(bytes: Uint8Array): Promise<Json> {
    const { self, clock, directory, peers } = this.#host;
    const parsed = parseEnvelope(bytes);
    const { id, from, to, type, payload, seq, timestamp } = parsed.envelope;
    if (to.node_id !== self.nodeId)
      throw problem('invalid', 'envelope/misdirected', 'This question is for another node.');
    if (seq !== 0) throw problem('invalid', 'request/seq', 'A question has seq 0.');
    const sender = directory.senderNow(from.node_id) ?? (await directory.loadSender(from.node_id));
    if (sender === undefined || sender.suspended) {
      throw problem(
        'unauthorized',
        'identity/unknown-key',
        'This node is not known here. Introduce it, then ask again.',
      );
    }
    if (!(await verifyEnvelope(parsed, sender.signingKey))) {
      throw problem(
        'unauthorized',
        'envelope/signature',
        'The signature does not hold under the sender’s current key.',
      );
    }
    const now = clock.now();
    assertFresh(timestamp, now);
    this.#refuseReplay(id, now);
    this.#host.heard(from.node_id);
    await peers.load([from.node_id]);
    const standing = peers.get(from.node_id)?.standing ?? 'stranger';
    if (standing === 'blocked')
      throw problem('forbidden', 'federation/blocked', 'This node answers nothing to you.');
    const budget = standing === 'contact' ? this.#contacts : this.#budget;
    if (!budget.tryTake(from.node_id)) {
      throw new AppError({
        category: 'limit',
        code: 'federation/budget',
        safe: 'Too many questions at once.',
        retryAfterS: budget.retryAfterS(from.node_id),
      });
    }
    const kind = typeof payload['kind'] === 'string' ? payload['kind'] : '';
    const handler = this.#answers.get(`${type} ${kind}`) ?? this.#answers.get(type);
    if (handler === undefined || !isMessageType(type)) {
      throw problem(
        'invalid',
        'federation/type-unprocessable',
        'This node does not answer this type of question.',
      );
    }
    const request: VerifiedRequest = {
      id,
      type,
      from: from.node_id,
      sender: from,
      standing,
      payload: parsePayload(type, payload),
    };
    return handler(request);
  }

  /**
   * Asks another node and returns its answer, unjudged: the caller parses it.
   * @throws discovery/unknown, network/*, or the other node's refusal under its own code
   */
  async ask<T extends MessageType>(
    to: NodeId,
    type: T,
    payload: Payload<T>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<Json> {
    // Not final for who asks: nothing that is here may be dropped because this node has closed.
    if (this.#host.self.closed()) throw problem('unavailable', 'federation/closed', 'This node is closed.');
    const timeoutMs = options.timeoutMs ?? ASK_MS_DEFAULT;
    const answer = await this.#host.absences.watch(to, () => this.#askOnce(to, { type, payload }, timeoutMs));
    this.#host.heard(to);
    return answer;
  }

  async #askOnce<T extends MessageType>(
    to: NodeId,
    { type, payload }: { readonly type: T; readonly payload: Payload<T> },
    timeoutMs: number,
  ): Promise<Json> {
    const { self, clock, random, directory, transport } = this.#host;
    let route = await directory.route(to);
    if (route === undefined && (await directory.refresh(to))) route = await directory.route(to);
    if (route === undefined || route.suspended) throw unknownNode();
    // The schema's output is JSON by construction.
    const json = payload as unknown as JsonObject;
    const now = clock.now();
    const sign = (): Uint8Array =>
      signEnvelope(
        {
          id: newMessageId(now, random.bytes(10)),
          type,
          from: self.party(route.serverUrls[0]),
          to: { node_id: to, server_url: route.serverUrls[0] ?? '', username: route.username },
          seq: 0,
          timestamp: formatTimestamp(clock.now()),
          payload: json,
        },
        self.signingKey(),
      );
    let failure: unknown = problem(
      'unavailable',
      'federation/no-address',
      'This node has no address that can be reached from here.',
    );
    for (const url of route.serverUrls) {
      try {
        let answer = await transport.query(url, sign(), timeoutMs);
        if (answer.status === 401) {
          await transport.introduce(url, await self.introduction(url));
          answer = await transport.query(url, sign(), timeoutMs);
        }
        if (answer.status < 300) return JSON.parse(Buffer.from(answer.body).toString('utf8')) as Json;
        failure = refusedBy(answer);
        break;
      } catch (error) {
        failure =
          error instanceof SyntaxError
            ? problem('unavailable', 'federation/bad-answer', 'The other node answered nonsense.')
            : error;
      }
    }
    throw failure;
  }

  #refuseReplay(id: string, now: number): void {
    for (const [seen, until] of this.#seen) {
      if (until > now && this.#seen.size < IDS_KEPT_MAX) break;
      this.#seen.delete(seen);
    }
    if (this.#seen.has(id))
      throw problem('conflict', 'request/replayed', 'This question has been answered already.');
    // Twice the freshness: a timestamp may be that far ahead.
    this.#seen.set(id, now + 600_000);
  }
}

function refusedBy({ status, code, retryAfterS }: WireAnswer): AppError {
  const known = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not-found',
    409: 'conflict',
    429: 'limit',
  } as const;
  const category =
    status in known ? known[status as keyof typeof known] : status >= 500 ? 'unavailable' : 'invalid';
  return new AppError({
    category,
    code: /^[a-z][a-z0-9-]*\/[a-z0-9-]+$/.test(code ?? '')
      ? (code as `${string}/${string}`)
      : 'federation/refused',
    safe: { en: 'The other node refused this.', fr: "L'autre nœud a refusé." },
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}

export function unknownNode(): AppError {
  return new AppError({
    category: 'not-found',
    code: 'discovery/unknown',
    safe: {
      en: 'This node is not known here, and no directory knows it.',
      fr: "Ce nœud n'est pas connu ici, et aucun annuaire ne le connaît.",
    },
  });
}

function problem(category: AppError['category'], code: AppError['code'], safe: string): AppError {
  return new AppError({ category, code, safe });
}
