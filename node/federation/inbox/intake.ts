// From bytes to a signed receipt, whatever carried the bytes: strict parse, sender, budget, signature, one group
// commit, one receipt. Verification never fetches: an unknown sender is told so and introduces itself.
// Nothing is stored of what is not authentic. See docs/protocol.md "Delivery"; docs/security.md F1 to F19, F27.
import type { Database } from '#kernel/db/database.ts';
import type { Clock } from '#kernel/ports.ts';
import { isoTime } from '#kernel/ports.ts';
import { addressPrefix } from '#kernel/rate-limit.ts';
import {
  AppError,
  FRESHNESS_MS,
  parseEnvelope,
  parseTimestamp,
  splitBatch,
  splitSeq,
  toBase64Url,
  toHex,
  verifyEnvelope,
  type NodeId,
  type ParsedEnvelope,
  type ReceiptLine,
  type SigningKey,
} from '#protocol';
import { isMessageType, messageSchemas, type Payload } from '#protocol/messages';
import { Buckets } from '../budget.ts';
import {
  CONTACT_BUDGET,
  FORGERY_BUDGET,
  FUTURE_MS_MAX,
  STRANGERS_LANE,
  STRANGER_BUDGET,
  UPDATE_BUDGET,
  refusals,
  type Refusal,
} from '../model.ts';
import type { Peers } from '../peers.ts';
import type { Applier } from './apply.ts';
import { Group } from './group.ts';
import type { Arrival, Line } from './order.ts';
import { writeReceipt } from './receipt-writer.ts';
import type { RefusalTally } from './refusals.ts';

/** What a sender's newest verified record says; undefined: unknown here. */
export interface Sender {
  readonly signingKey: Uint8Array;
  readonly serverUrls: readonly string[];
  readonly username: string;
  /** Frozen (two histories): nothing from it is taken. Closed: only what it asked for when it left. */
  readonly suspended: boolean;
  readonly closed: boolean;
}

export interface Answer {
  readonly status: number;
  readonly receipt: Uint8Array;
  readonly retryAfterS?: number;
}

export interface IntakeHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly self: NodeId;
  readonly signingKey: () => SigningKey;
  readonly peers: Peers;
  readonly applier: Applier;
  readonly refusals: RefusalTally;
  readonly isHandled: (type: string) => boolean;
  /** In memory, or undefined when it has to be loaded. */
  readonly senderNow: (nodeId: NodeId) => Sender | undefined;
  readonly loadSender: (nodeId: NodeId) => Promise<Sender | undefined>;
  /** Takes in the log and record that an `identity_update` carries, before its signature is judged. */
  readonly learnUpdate: (from: NodeId, payload: Payload<'identity_update'>) => Promise<void>;
  /** Called for each sender that proved itself. */
  readonly heard: (nodeId: NodeId) => void;
  /** Called with the time that a contact has signed, where it is ahead of ours. */
  readonly noteTime: (nodeId: NodeId, theirMs: number) => void;
}

/** One envelope of a request, and what is known of it so far. */
interface Item {
  readonly parsed: ParsedEnvelope;
  /** Not authentic, or not ours: nothing of it is stored. */
  problem: AppError | undefined;
  line: Line | undefined;
  arrival: Arrival | undefined;
}

export class Intake {
  readonly #host: IntakeHost;
  readonly #contacts: Buckets;
  readonly #strangers: Buckets;
  readonly #lane: Buckets;
  readonly #forgeries: Buckets;
  readonly #updates: Buckets;
  readonly #group: Group;

  constructor(host: IntakeHost) {
    this.#host = host;
    this.#group = new Group(host);
    this.#contacts = new Buckets(CONTACT_BUDGET, host.clock);
    this.#strangers = new Buckets(STRANGER_BUDGET, host.clock);
    this.#lane = new Buckets(STRANGERS_LANE, host.clock);
    this.#forgeries = new Buckets(FORGERY_BUDGET, host.clock);
    this.#updates = new Buckets(UPDATE_BUDGET, host.clock);
  }

  /**
   * Takes one envelope or one batch and answers once it is durable.
   * @throws envelope/*, canonical/*, batch/* for malformed bytes; when nothing in it is authentic, the first problem:
   * envelope/misdirected, identity/unknown-key, envelope/signature, federation/blocked; db/* when it cannot be stored
   */
  async receive(body: Uint8Array, form: 'single' | 'batch', address: string): Promise<Answer> {
    const subnet = addressPrefix(address);
    if (!this.#forgeries.has(subnet)) throw this.#tooMany(this.#forgeries.retryAfterS(subnet));
    const items = (form === 'single' ? [body] : splitBatch(body)).map((bytes): Item => ({
      parsed: parseEnvelope(bytes),
      problem: undefined,
      line: undefined,
      arrival: undefined,
    }));
    await this.#loadSenders(items, subnet);
    const now = this.#host.clock.now();
    await Promise.all(items.map((item) => this.#authenticate(item, now, subnet)));
    const first = items[0]?.problem;
    if (first !== undefined && items.every(({ problem }) => problem !== undefined)) throw first;
    const arrivals = items.flatMap(({ arrival }) => arrival ?? []);
    if (arrivals.length > 0) await this.#commit(arrivals);
    return this.#answer(items, form);
  }

  /** An authentic envelope's bytes, as they were stored, on their way again. */
  revive(bytes: Uint8Array, receivedAt: number): Arrival {
    return this.#toArrival(parseEnvelope(bytes), receivedAt, true);
  }

  async #loadSenders(items: readonly Item[], subnet: string): Promise<void> {
    const { senderNow, loadSender, peers, learnUpdate } = this.#host;
    const missing: NodeId[] = [];
    const updated = new Set<NodeId>();
    for (const { parsed } of items) {
      const { from, type, payload } = parsed.envelope;
      // Unproven until the log has been verified, which costs far more than a line: once a sender, and bounded.
      if (type === 'identity_update' && !updated.has(from.node_id) && this.#updates.tryTake(subnet)) {
        updated.add(from.node_id);
        const update = messageSchemas.identity_update.safeParse(payload);
        if (update.success) await learnUpdate(from.node_id, update.data);
      }
      const known = senderNow(from.node_id) !== undefined || (await loadSender(from.node_id)) !== undefined;
      if (known && peers.get(from.node_id) === undefined) missing.push(from.node_id);
    }
    if (missing.length > 0) await peers.load(missing);
  }

  /** Sets the item's problem, its line, or its arrival. */
  async #authenticate(item: Item, now: number, subnet: string): Promise<void> {
    const { parsed } = item;
    const { from, to, timestamp } = parsed.envelope;
    const sender = this.#host.senderNow(from.node_id);
    const peer = this.#host.peers.get(from.node_id);
    item.problem = this.#problemOf(to.node_id, sender, from);
    const unproven = { claimed: from.node_id, network: subnet };
    if (item.problem !== undefined) this.#host.refusals.add(item.problem.code, unproven);
    if (item.problem !== undefined || sender === undefined) return;
    const contact = peer?.standing === 'contact';
    const budget = contact ? this.#contacts : this.#strangers;
    if (!budget.has(from.node_id) || (!contact && !this.#lane.has('all'))) {
      item.line = this.#later(refusals.budget, now);
      return;
    }
    if (!(await this.#group.expect(verifyEnvelope(parsed, sender.signingKey)))) {
      this.#forgeries.take(subnet);
      item.problem = notAuthentic(
        'envelope/signature',
        'The signature does not hold under the sender’s current key.',
      );
      this.#host.refusals.add('envelope/signature', unproven);
      return;
    }
    budget.take(from.node_id);
    // Only the blocked node itself learns that it is: whoever else writes its name does not get this far.
    if (peer?.standing === 'blocked') {
      item.problem = new AppError({
        category: 'forbidden',
        code: 'federation/blocked',
        safe: 'This node takes nothing from you.',
      });
      this.#host.refusals.add('federation/blocked', { proven: from.node_id });
      return;
    }
    if (!contact) this.#lane.take('all');
    this.#host.heard(from.node_id);
    const signedAt = parseTimestamp(timestamp);
    if (signedAt > now + FUTURE_MS_MAX) {
      item.line = this.#later(refusals.future, now);
      if (contact) this.#host.noteTime(from.node_id, signedAt);
    } else item.arrival = this.#toArrival(parsed, now, false, sender.closed);
  }

  #problemOf(
    to: NodeId,
    sender: Sender | undefined,
    from: ParsedEnvelope['envelope']['from'],
  ): AppError | undefined {
    let problem: AppError | undefined;
    if (to !== this.#host.self) {
      problem = new AppError({
        category: 'invalid',
        code: 'envelope/misdirected',
        safe: 'This envelope is addressed to another node.',
      });
    } else if (sender === undefined || (sender.suspended && !sender.closed)) {
      problem = notAuthentic(
        'identity/unknown-key',
        'This sender is not known here. Introduce it, then send again.',
      );
    } else if (
      (from.server_url !== '' && !sender.serverUrls.includes(from.server_url)) ||
      from.username !== sender.username
    ) {
      problem = notAuthentic(
        'identity/stale-record',
        'The sender’s address or name is not that of its known record.',
      );
    }
    return problem;
  }

  #toArrival(parsed: ParsedEnvelope, receivedAt: number, stored: boolean, closed = false): Arrival {
    const { id, seq, from, type, payload, timestamp } = parsed.envelope;
    const { generation, n } = splitSeq(seq);
    let refusal: Refusal | undefined;
    let checked: unknown;
    const passing = isPassing(type, payload);
    const taken = type === 'void' || passing || this.#host.isHandled(type);
    if (!isMessageType(type) || !taken) refusal = refusals.unknownType;
    // Left in a mailbox before it closed. Its old key may have leaked since: it can take away, not give.
    else if (closed && !farewells.has(type)) refusal = refusals.closed;
    else if ((seq === 0) !== passing) refusal = refusals.transientSeq;
    else if (seq === 0 && Math.abs(parseTimestamp(timestamp) - receivedAt) > FRESHNESS_MS)
      refusal = refusals.stale;
    else {
      const result = messageSchemas[type].safeParse(payload);
      if (result.success) checked = result.data;
      else refusal = refusals.payload;
    }
    return {
      parsed,
      from: from.node_id,
      generation,
      n,
      id: id.replaceAll('-', ''),
      hash: toHex(parsed.payloadHash.subarray(0, 16)),
      voids: type === 'void' && refusal === undefined ? (checked as Payload<'void'>).ranges : [],
      payload: checked,
      refusal,
      receivedAt,
      stored,
      line: undefined,
    };
  }

  /** Joins the group that commits next. @throws db/* */
  async #commit(arrivals: readonly Arrival[]): Promise<void> {
    if (this.#group.hasRoom(arrivals.length)) return this.#group.join(arrivals);
    for (const arrival of arrivals) arrival.line = this.#later(refusals.busy, arrival.receivedAt);
  }

  async #answer(items: readonly Item[], form: 'single' | 'batch'): Promise<Answer> {
    const { self, clock, peers } = this.#host;
    const now = clock.now();
    const lines = items.map(({ parsed, line, arrival, problem }) => {
      const told = arrival?.line ?? line ?? this.#problemLine(problem, now);
      return { told, line: toReceiptLine(parsed, told) };
    });
    const allBudget = lines.every(({ told }) => told.refusal?.status === 429 || told.refusal?.status === 503);
    const retryAfterS = lines.some(({ told }) => told.verdict === 'later')
      ? this.#retryAfterS(items)
      : undefined;
    const senders = [...new Set(items.flatMap(({ arrival }) => arrival?.from ?? []))];
    const receipt = await writeReceipt(
      {
        from: self,
        lines: lines.map(({ line }) => line),
        heads: senders.flatMap((from) => {
          const pair = peers.get(from)?.pair;
          if (pair === undefined) return [];
          const { generation, n, head } = pair;
          return [{ from, generation, seq: n === 0 ? 0 : generation * 2 ** 32 + n, head: toBase64Url(head) }];
        }),
        issued_at: timestampOf(now),
        now,
        ...(retryAfterS === undefined ? {} : { retry_after_s: retryAfterS }),
      },
      this.#host.signingKey(),
    );
    const [only] = lines;
    const status = form === 'single' && only !== undefined ? statusOf(only.told) : allBudget ? 429 : 200;
    return { status, receipt, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
  }

  #problemLine(problem: AppError | undefined, now: number): Line {
    const code = problem?.code ?? 'federation/busy';
    return { verdict: 'later', refusal: { code, status: 200 }, receivedAt: now };
  }

  #later(refusal: Refusal, now: number): Line {
    return { verdict: 'later', refusal, receivedAt: now };
  }

  #retryAfterS(items: readonly Item[]): number {
    const waits = items.map(({ parsed, line }) => {
      if (line?.refusal?.code !== refusals.budget.code) return 1;
      const from = parsed.envelope.from.node_id;
      const contact = this.#host.peers.get(from)?.standing === 'contact';
      return (contact ? this.#contacts : this.#strangers).retryAfterS(from);
    });
    return Math.max(1, ...waits);
  }

  #tooMany(retryAfterS: number): AppError {
    return new AppError({
      category: 'limit',
      code: 'federation/budget',
      safe: 'Too many envelopes from this address did not hold. Try again later.',
      retryAfterS,
    });
  }
}

/** What a node sends when its owner leaves, and what fills the numbers between. */
const farewells: ReadonlySet<string> = new Set(['connection_end', 'post_delete', 'void']);

/** Online state passes by: seq 0, outside the chain, never kept. */
function isPassing(type: string, payload: { readonly kind?: unknown }): boolean {
  return type === 'activity_update' && payload.kind === 'presence';
}

function toReceiptLine({ envelope }: ParsedEnvelope, line: Line): ReceiptLine {
  const { id, seq } = envelope;
  const { verdict, refusal, receivedAt } = line;
  return {
    id,
    seq,
    verdict,
    ...(refusal === undefined ? {} : { code: refusal.code }),
    received_at: timestampOf(receivedAt),
  };
}

let lastMs = Number.NaN;
let lastText = '';
/** Most lines of a group carry the same moment; writing it anew for each costs as much as parsing an envelope. */
function timestampOf(ms: number): string {
  if (ms !== lastMs) [lastMs, lastText] = [ms, isoTime(ms)];
  return lastText;
}

function statusOf({ verdict, refusal }: Line): number {
  if (verdict === 'held') return 202;
  return refusal?.status ?? 200;
}

function notAuthentic(
  code: 'identity/unknown-key' | 'identity/stale-record' | 'envelope/signature',
  safe: string,
): AppError {
  return new AppError({ category: 'unauthorized', code, safe });
}
