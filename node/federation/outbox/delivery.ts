// Delivery: for each receiver one worker, in order, in batches; a slow receiver never delays another.
// Every envelope is signed when it goes (same id, seq and payload; new timestamp), so rotations and moves need
// nothing else. What cannot go directly goes through the receiver's mailbox, sealed. Nothing counts before a receipt.
import type { Database } from '#kernel/db/database.ts';
import type { Job, Jobs } from '#kernel/jobs.ts';
import type { Log } from '#kernel/log.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import {
  AppError,
  formatTimestamp,
  joinBatch,
  newMessageId,
  signEnvelope,
  type JsonObject,
  type NodeId,
  type Receipt,
} from '#protocol';
import {
  DELIVERIES_MAX,
  DELIVERY_ENVELOPES_MAX,
  RETRY_MS_MIN,
  RELAY_AGAIN_MS,
  SLOW_DELIVERIES_MAX,
  pendingStates,
  retryDelayMs,
} from '../model.ts';
import type { Directory, Route, Self, Transport, WireAnswer } from '../ports.ts';
import { readPeerByNode, writeReach, type PeerRow } from '../store.ts';
import { depositAll } from './deposit.ts';
import { partyOf, type Envelopes, type Signed } from './envelopes.ts';
import type { Receipts } from './receipts.ts';
import type { Tidings } from './tidings.ts';
import * as store from '../store-outbox.ts';

export interface DeliveryHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly self: Self;
  readonly directory: Directory;
  readonly transport: Transport;
  readonly receipts: Receipts;
  readonly envelopes: Envelopes;
  readonly tidings: Tidings;
  /** Called for each node whose receipt has come, with its time if the receipt was surely made just now. */
  readonly proven: (peer: Pick<PeerRow, 'node_id' | 'standing'>, theirMs: number | undefined) => void;
}

interface Target {
  readonly nodeId: NodeId;
  nextAt: number;
  failures: number;
  /** When it was last served, and whether it has shown itself since. */
  triedAt: number;
  heard: boolean;
  busy: boolean;
  /** Woken since it was last served: during a pause, what is new goes to the mailbox at once. */
  again: boolean;
}

export class Delivery {
  readonly #host: DeliveryHost;
  readonly #job: Job;
  readonly #targets = new Map<NodeId, Target>();
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #loaded = false;

  constructor(host: DeliveryHost) {
    this.#host = host;
    this.#job = host.jobs.register({ name: 'federation/deliver', firstAfterMs: 0, run: () => this.#pump() });
  }

  /** Something was queued for these nodes. */
  wake(nodeIds: readonly NodeId[]): void {
    for (const nodeId of nodeIds) {
      const target = this.#targets.get(nodeId);
      if (target === undefined) this.#add(nodeId, { nextAt: 0, failures: 0 });
      else target.again = true;
    }
    this.#job.wake();
  }

  /** This node has just shown that it is there: what waits for it goes at once. */
  heard(nodeId: NodeId): void {
    const target = this.#targets.get(nodeId);
    if (target === undefined) return;
    target.heard = true;
    if (target.nextAt <= this.#host.clock.now()) return;
    target.failures = 0;
    // Who talks much and takes nothing must not be tried as often as it talks.
    target.nextAt = Math.min(target.nextAt, target.triedAt + RETRY_MS_MIN);
    this.#job.wake();
  }

  /** Ends deliveries in flight; what was not acknowledged goes again after the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }

  /** Sends one passing message (seq 0) without queueing it; whether it was taken. Never throws for the network. */
  async pass(nodeId: NodeId, type: 'activity_update', payload: JsonObject): Promise<boolean> {
    const route = await this.#host.directory.route(nodeId);
    if (route === undefined || route.suspended) return false;
    const { self, clock, random } = this.#host;
    const now = clock.now();
    const id = newMessageId(now, random.bytes(10));
    const bytes = signEnvelope(
      {
        id,
        type,
        from: self.party(route.serverUrls[0]),
        to: partyOf(nodeId, route),
        seq: 0,
        timestamp: formatTimestamp(now),
        payload,
      },
      self.signingKey(),
    );
    try {
      const answer = await this.#direct(nodeId, route, bytes, 'single');
      const peer = await readPeerByNode(this.#host.db.read, nodeId);
      if (answer.receipt !== undefined && peer !== undefined) {
        const receipt = await this.#host.receipts.open(answer.receipt, nodeId, route.signingKey);
        this.#host.proven(peer, isFresh(receipt, [{ id, attempts: 0 }]) ? receipt.now : undefined);
      }
      return answer.status < 400;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }

  async #pump(): Promise<number | null> {
    // The key of a closed identity proves nothing any more.
    if (this.#host.self.closed()) return null;
    if (!this.#loaded) {
      this.#loaded = true;
      for (const { node_id } of await store.listPendingPeers(this.#host.db.read)) {
        // A fresh start tries everybody at once, whatever the back-off was before.
        if (!this.#targets.has(node_id)) this.#add(node_id, { nextAt: 0, failures: 0 });
      }
    }
    const now = this.#host.clock.now();
    let busy = 0;
    let slow = 0;
    for (const target of this.#targets.values()) {
      busy += target.busy ? 1 : 0;
      slow += target.busy && target.failures > 0 ? 1 : 0;
    }
    let next = Number.POSITIVE_INFINITY;
    for (const target of this.#targets.values()) {
      if (target.busy) continue;
      if (target.nextAt > now) next = Math.min(next, target.nextAt);
      if (target.nextAt > now && !target.again) continue;
      if (busy >= DELIVERIES_MAX) break;
      if (target.failures > 0 && slow >= SLOW_DELIVERIES_MAX) continue;
      busy += 1;
      slow += target.failures > 0 ? 1 : 0;
      this.#begin(target);
    }
    return next === Number.POSITIVE_INFINITY ? null : Math.max(1, next - now);
  }

  #add(nodeId: NodeId, state: { nextAt: number; failures: number }): void {
    this.#targets.set(nodeId, { nodeId, ...state, triedAt: 0, heard: false, busy: false, again: false });
  }

  #begin(target: Target): void {
    if (this.#abort.signal.aborted) return;
    target.busy = true;
    target.again = false;
    const now = this.#host.clock.now();
    const paused = target.nextAt > now;
    if (!paused) {
      target.triedAt = now;
      target.heard = false;
    }
    const run = (paused ? this.#relayNew(target) : this.#serve(target))
      .catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        this.#host.log.error({ err: error, to: target.nodeId }, 'a delivery failed unexpectedly');
        this.#backOff(target, 0, undefined);
      })
      .finally(() => {
        target.busy = false;
        this.#running.delete(run);
        if (target.again && target.failures === 0) target.nextAt = 0;
        this.#job.wake();
      });
    this.#running.add(run);
  }

  /** During a pause: what has been queued since goes to the mailbox, so that it waits for nobody's back-off. */
  async #relayNew(target: Target): Promise<void> {
    const { db, directory } = this.#host;
    const peer = await readPeerByNode(db.read, target.nodeId);
    const route = await directory.route(target.nodeId);
    if (peer === undefined || route === undefined || route.suspended || !route.mailbox) return;
    let afterSeq = 0;
    for (;;) {
      const limit = DELIVERY_ENVELOPES_MAX;
      const rows = await store.readPending(db.read, { peer: peer.id, afterSeq, limit });
      const last = rows.at(-1);
      if (last === undefined) return;
      const fresh = rows.filter(({ state }) => state === 'queued');
      const batch = await this.#host.envelopes.sign(target.nodeId, route, fresh);
      if ((await this.#relay(target, route, batch)) < batch.length) return;
      afterSeq = batch.length < fresh.length ? (batch.at(-1)?.row.seq ?? last.seq) : last.seq;
    }
  }

  /** Everything that waits for one node, each row once; then either done, or a pause. */
  async #serve(target: Target): Promise<void> {
    const { db, directory } = this.#host;
    const peer = await readPeerByNode(db.read, target.nodeId);
    if (peer === undefined) return void this.#targets.delete(target.nodeId);
    let afterSeq = 0;
    let waiting = false;
    for (;;) {
      const rows = await store.readPending(db.read, {
        peer: peer.id,
        afterSeq,
        limit: DELIVERY_ENVELOPES_MAX,
      });
      if (rows.length === 0) break;
      const route = (await directory.route(target.nodeId)) ?? (await this.#lookUp(target.nodeId));
      if (route?.closed === true) {
        const at = this.#host.clock.now();
        await db.write(async (tx) => {
          await store.cancelPending(tx, { peer: peer.id, states: pendingStates, at });
          this.#host.tidings.allMoved(tx);
        });
        return void this.#targets.delete(target.nodeId);
      }
      if (route === undefined || route.suspended) {
        const code = route === undefined ? 'discovery/unknown' : 'identity/suspended';
        return this.#failed(target, peer, rows, code, undefined);
      }
      const batch = await this.#host.envelopes.sign(target.nodeId, route, rows);
      const answer = await this.#attempt(target, peer, route, batch);
      if (answer === undefined) return;
      waiting ||= answer.waiting;
      if (answer.retryAfterS !== undefined) {
        this.#backOff(target, peer.last_ok_at, answer.retryAfterS);
        return;
      }
      afterSeq = batch.at(-1)?.row.seq ?? Number.MAX_SAFE_INTEGER;
    }
    if (waiting) this.#backOff(target, peer.last_ok_at, undefined);
    else if (!target.again) this.#targets.delete(target.nodeId);
  }

  /** One batch: directly, or into the mailbox. Undefined: this round has ended with a pause. */
  async #attempt(
    target: Target,
    peer: PeerRow,
    route: Route,
    batch: readonly Signed[],
  ): Promise<{ waiting: boolean; retryAfterS?: number } | undefined> {
    const { receipts, db, clock } = this.#host;
    const rows = batch.map(({ row }) => row);
    try {
      const [only] = batch;
      const single = batch.length === 1 && only !== undefined;
      const body = single ? only.bytes : joinBatch(batch.map(({ bytes }) => bytes));
      const answer = await this.#direct(target.nodeId, route, body, single ? 'single' : 'batch');
      if (answer.receipt === undefined) {
        await this.#failed(target, peer, rows, answer.code ?? 'federation/no-receipt', answer.retryAfterS);
        // Anybody could say so: only its log proves that a node is closed.
        if (answer.code === 'identity/closed') await this.#host.directory.refresh(target.nodeId);
        return undefined;
      }
      const receipt = await receipts.open(answer.receipt, target.nodeId, route.signingKey);
      await receipts.settle({ nodeId: target.nodeId, peer: peer.id }, receipt, rows, true);
      target.failures = 0;
      this.#host.proven(peer, isFresh(receipt, rows) ? receipt.now : undefined);
      const now = clock.now();
      await db.write((tx) => writeReach(tx, peer.id, { failures: 0, next_try_at: 0, last_ok_at: now }));
      const waiting = receipt.lines.some(({ verdict }) => verdict === 'later' || verdict === 'held');
      const later = receipt.lines.some(({ verdict }) => verdict === 'later');
      return later ? { waiting, retryAfterS: receipt.retry_after_s ?? 1 } : { waiting };
    } catch (error) {
      if (!(error instanceof AppError) || this.#abort.signal.aborted) throw error;
      await this.#relay(target, route, batch);
      await this.#failed(target, peer, rows, error.code, undefined);
      return undefined;
    }
  }

  /** To the first address that answers; introduces this node once where it is not known. @throws network/* */
  async #direct(
    nodeId: NodeId,
    route: Route,
    body: Uint8Array,
    form: 'single' | 'batch',
  ): Promise<WireAnswer> {
    const { transport, self } = this.#host;
    let failure: unknown = new AppError({
      category: 'unavailable',
      code: 'federation/no-address',
      safe: {
        en: 'This node has no address that can be reached from here.',
        fr: "Ce nœud n'a pas d'adresse joignable d'ici.",
      },
    });
    for (const url of route.serverUrls) {
      try {
        const answer = await transport.inbox(url, body, form, this.#abort.signal);
        if (answer.status !== 401) return answer;
        const introduced = await transport.introduce(url, await self.introduction(url));
        if (introduced.status >= 300) return answer;
        return await transport.inbox(url, body, form, this.#abort.signal);
      } catch (error) {
        failure = error;
      }
    }
    this.#host.log.debug({ to: nodeId, err: failure }, 'no address of this node answered');
    throw failure;
  }

  async #lookUp(nodeId: NodeId): Promise<Route | undefined> {
    return (await this.#host.directory.refresh(nodeId)) ? this.#host.directory.route(nodeId) : undefined;
  }

  /** Deposits what was not deposited lately; returns how many the mailbox took. */
  async #relay(target: Target, route: Route, batch: readonly Signed[]): Promise<number> {
    if (!route.mailbox) return 0;
    const { db, clock, directory, log } = this.#host;
    const lostBefore = clock.now() - RELAY_AGAIN_MS;
    const fresh = batch.filter(
      ({ row }) => row.state === 'queued' || row.state === 'sent' || (row.relayed_at ?? 0) < lostBefore,
    );
    const deposited = await depositAll(
      directory.mailbox,
      { nodeId: target.nodeId, sealingKey: route.sealingKey },
      fresh.map(({ row, bytes }) => ({ key: row.row, content: { kind: 'envelope', bytes } })),
      log,
    );
    if (deposited.length === 0) return 0;
    const changes = deposited.map((row) => ({ row, state: 'relayed', code: null }) as const);
    const taken = new Set(deposited);
    await db.write(async (tx) => {
      await store.moveStates(tx, changes, { at: clock.now(), attempted: false });
      this.#host.tidings.moved(
        tx,
        fresh.flatMap(({ row }) => (taken.has(row.row) ? row : [])),
      );
    });
    return deposited.length;
  }

  async #failed(
    target: Target,
    peer: PeerRow,
    rows: readonly store.OutboxRow[],
    code: string,
    retryAfterS: number | undefined,
  ): Promise<void> {
    const { db, clock, directory } = this.#host;
    this.#backOff(target, peer.last_ok_at, retryAfterS);
    const { failures, nextAt } = target;
    await db.write(async (tx) => {
      await store.noteAttempts(
        tx,
        rows.map(({ row }) => row),
        { at: clock.now(), code },
      );
      // One more try that failed like the last is no news.
      this.#host.tidings.moved(
        tx,
        rows.filter((row) => row.code !== code),
      );
      await writeReach(tx, peer.id, { failures, next_try_at: nextAt });
    });
    // It may have moved: the registry may know a newer address. The answer serves the next try.
    if (failures % 4 === 2) await directory.refresh(target.nodeId);
  }

  #backOff(target: Target, lastOkAt: number, retryAfterS: number | undefined): void {
    const { clock, random } = this.#host;
    const now = clock.now();
    // It came back while this attempt waited for what it was before: the pause begins small again.
    target.failures = target.heard ? 1 : target.failures + 1;
    const delayMs = retryDelayMs(target.failures, now - lastOkAt, random.unit());
    target.nextAt = now + Math.max(delayMs, (retryAfterS ?? 0) * 1000);
  }
}

/** Whether a receipt was made just now: an old one cannot name what was never sent before. */
function isFresh(receipt: Receipt, sent: readonly Pick<store.OutboxRow, 'id' | 'attempts'>[]): boolean {
  const first = new Set<string>(sent.flatMap(({ id, attempts }) => (attempts === 0 ? id : [])));
  return receipt.lines.some(({ id }) => first.has(id));
}
