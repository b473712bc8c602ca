// `content_sync` of kind `range`, both sides: a receiver that lacks messages of a pair asks their sender for them, and
// is answered with the envelopes, signed anew, or with a `void` for those that are not kept any more.
// Only the pair's own receiver is answered; what comes is judged by the inbox like everything else.
import type { Database } from '#kernel/db/database.ts';
import type { Jobs } from '#kernel/jobs.ts';
import type { Log } from '#kernel/log.ts';
import { isoTime, type Clock } from '#kernel/ports.ts';
import {
  AppError,
  ENVELOPE_BYTES_MAX,
  envelopeSeq,
  fromUtf8,
  joinBatch,
  splitSeq,
  SYNC_PAGE_MAX,
  utf8,
  VOID_SEQS_MAX,
  type Json,
  type NodeId,
} from '#protocol';
import type { Payload } from '#protocol/messages';
import { z } from 'zod';
import type { Intake } from './intake.ts';
import type { Absences } from '../presence/absence.ts';
import { Buckets } from '../budget.ts';
import { GAP_ASKED_AFTER_MS, VOID_BUDGET, type VerifiedRequest } from '../model.ts';
import type { Envelopes } from '../outbox/envelopes.ts';
import type { Queue } from '../outbox/queue.ts';
import { isKept, missingRanges } from '../outbox/ranges.ts';
import type { Directory } from '../ports.ts';
import type { Queries } from '../query.ts';
import { listContactPairs, listGaps, readPairByNode, readPeerByNode } from '../store.ts';
import * as outbox from '../store-outbox.ts';

/** Pages asked for in one go: 10,000 messages; the rest follows in the next look. */
const PAGES_MAX = 100;
const LOOK_INTERVAL_MS = 30_000;
/** Contacts asked at once after a start. */
const ASKED_AT_ONCE = 8;
/** Numbers that one answer goes over: so few that the `void`s for all of them fit beside a page of messages. */
const ANSWER_SEQS_MAX = 50 * VOID_SEQS_MAX;
/** A page of messages, the `void` of each stretch between two, and those of long stretches cut in pieces. */
const ANSWER_ENVELOPES_MAX = 2 * SYNC_PAGE_MAX + 1 + 50;

const answerSchema = z.object({
  envelopes: z.array(z.string().max(ENVELOPE_BYTES_MAX)).max(ANSWER_ENVELOPES_MAX),
  next_seq: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable(),
});

export interface RangesHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly queue: Queue;
  readonly envelopes: Envelopes;
  readonly intake: Intake;
  readonly queries: Queries;
  readonly directory: Directory;
  readonly absences: Absences;
}

/** Answers such questions, and asks them: after a start, and where a gap persists. */
export function registerRanges(host: RangesHost): void {
  const budget = new Buckets(VOID_BUDGET, host.clock);
  host.queries.register('content_sync', (request) => answer(host, budget, request), 'range');
  let started = false;
  const returned = new Set<NodeId>();
  const job = host.jobs.register({
    name: 'federation/ask-missing',
    firstAfterMs: 0,
    run: async (signal) => {
      const { db, clock } = host;
      const before = clock.now() - GAP_ASKED_AFTER_MS;
      const known = started ? await listGaps(db.read, before) : await listContactPairs(db.read);
      started = true;
      const nodes = new Set([...returned, ...known.map(({ node_id }) => node_id)]).values();
      returned.clear();
      const ask = async (): Promise<void> => {
        for (const node_id of nodes) if (!signal.aborted) await askMissing(host, node_id);
      };
      await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
      return LOOK_INTERVAL_MS;
    },
  });
  // The question of the start may have found nobody there.
  host.absences.onReturn((nodeId) => {
    returned.add(nodeId);
    job.wake();
  });
}

async function answer(
  host: RangesHost,
  budget: Buckets,
  { from, payload }: Pick<VerifiedRequest<'content_sync'>, 'from' | 'payload'>,
): Promise<Json> {
  const { db, queue, envelopes, directory } = host;
  const { from_seq, to_seq, limit } = payload as Extract<Payload<'content_sync'>, { kind: 'range' }>;
  const peer = await readPeerByNode(db.read, from);
  const route = await directory.route(from);
  const { generation, n } = splitSeq(from_seq);
  // Of an older generation nothing would be taken any more.
  if (peer === undefined || route === undefined || generation !== peer.out_generation || peer.out_n === 0)
    return nothing;
  const first = envelopeSeq(generation, Math.max(n, 1));
  const final = Math.min(to_seq, envelopeSeq(generation, peer.out_n));
  const last = Math.min(final, first + ANSWER_SEQS_MAX - 1);
  if (first > last) return nothing;
  const rows = await outbox.readRange(db.read, { peer: peer.id, from: first, to: last, limit });
  const kept = rows.filter(isKept);
  // What still waits comes by itself.
  const settled = kept.filter(({ state }) => state === 'accepted' || state === 'refused');
  const signed = await envelopes.sign(from, route, settled);
  const cut = signed.length < settled.length;
  const end = cut
    ? (signed.at(-1)?.row.seq ?? last)
    : rows.length < limit
      ? last
      : (rows.at(-1)?.seq ?? last);
  const ranges = missingRanges(
    first,
    end,
    kept.flatMap(({ seq }) => (seq <= end ? seq : [])),
  );
  if (!budget.tryTake(from, ranges.length)) {
    throw new AppError({
      category: 'limit',
      code: 'federation/budget',
      safe: 'Too many numbers were asked about that are not kept any more.',
      retryAfterS: budget.retryAfterS(from, ranges.length),
    });
  }
  const voids =
    ranges.length === 0
      ? []
      : await db.write(async (tx) => {
          const ids = await queue.cancelSeqs(tx, { to: from, peer: peer.id, ranges });
          return outbox.listByMessages(tx, ids);
        });
  const all = [...signed, ...(await envelopes.sign(from, route, voids))];
  return {
    envelopes: all.map(({ bytes }) => fromUtf8(bytes)),
    next_seq: end < final ? end + 1 : null,
  };
}

const nothing = { envelopes: [], next_seq: null };

/** Asks a node for what it has sent beyond what is known here. Never throws for a node that does not answer. */
async function askMissing(host: RangesHost, nodeId: NodeId): Promise<void> {
  const { db, clock, intake, queries, log } = host;
  const pair = await readPairByNode(db.read, nodeId);
  if (pair === undefined) return;
  const to_seq = envelopeSeq(pair.generation, 2 ** 32 - 1);
  let from_seq = envelopeSeq(pair.generation, pair.n + 1);
  try {
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const asked = { created_at: isoTime(clock.now()), from_seq, to_seq, limit: SYNC_PAGE_MAX };
      const answered = await queries.ask(nodeId, 'content_sync', { kind: 'range', ...asked });
      const { envelopes, next_seq } = answerSchema.parse(answered);
      if (envelopes.length > 0) {
        const { status } = await intake.receive(joinBatch(envelopes.map(utf8)), 'batch', `sync:${nodeId}`);
        if (status !== 200) return;
      }
      if (next_seq === null || next_seq <= from_seq) return;
      from_seq = next_seq;
    }
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof z.ZodError)) throw error;
    log.debug({ node: nodeId, err: error }, 'missing messages could not be had for now');
  }
}
