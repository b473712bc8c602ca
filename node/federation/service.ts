// Federation as its door offers it: areas register handlers and send; everything between is here put together.
// It decides only what belongs to no part: standing, introductions, and how the ledger is shown.
import type { Tx } from '#kernel/db/database.ts';
import type { Host } from '#kernel/feature.ts';
import type { Job } from '#kernel/jobs.ts';
import { isoTime } from '#kernel/ports.ts';
import { addressPrefix } from '#kernel/rate-limit.ts';
import { identityClosed } from '#node/identity/index.ts';
import { AppError, type MessageId, type NodeId } from '#protocol';
import type { MessageType } from '#protocol/messages';
import { Absences } from './presence/absence.ts';
import { Blobs } from './blobs.ts';
import { Buckets } from './budget.ts';
import { Handlers, type MessageHandler } from './handlers.ts';
import { Applier } from './inbox/apply.ts';
import { Intake } from './inbox/intake.ts';
import { RefusalTally } from './inbox/refusals.ts';
import { greet, registerUpkeep } from './upkeep.ts';
import { PeerClocks, watchClock } from './presence/peer-clocks.ts';
import { INTRODUCE_BUDGET, type Standing } from './model.ts';
import { registerCollector } from './outbox/collector.ts';
import { Delivery } from './outbox/delivery.ts';
import { Envelopes, type Sealer } from './outbox/envelopes.ts';
import { Items } from './outbox/items.ts';
import { Queue } from './outbox/queue.ts';
import { tellContacts } from './outbox/own-record.ts';
import { refill } from './outbox/ranges.ts';
import { Receipts, type Delivered } from './outbox/receipts.ts';
import { Tidings } from './outbox/tidings.ts';
import * as ledger from './store-outbox.ts';
import { Peers } from './peers.ts';
import type { Directory, Self, Transport } from './ports.ts';
import { Queries } from './query.ts';
import { registerRanges } from './inbox/missing.ts';
import * as store from './store.ts';

export type DeliveredListener = (tx: Tx, delivered: readonly Delivered[]) => Promise<void>;

export class Service {
  readonly intake: Intake;
  readonly queries: Queries;
  readonly blobs: Blobs;
  readonly queue: Queue;
  readonly items: Items;
  readonly delivery: Delivery;
  readonly peers: Peers;
  readonly handlers: Handlers;
  readonly absences = new Absences();
  readonly clocks: PeerClocks;
  readonly #noteTime: (nodeId: NodeId, theirMs: number) => void;
  readonly #host: Host;
  readonly #self: Self;
  readonly #directory: Directory;
  readonly #transport: Transport;
  readonly #applier: Applier;
  readonly #introductions: Buckets;
  readonly #tellJob: Job;
  readonly #sealers = new Map<string, Sealer>();
  readonly #tidings: Tidings;
  readonly #listeners = new Set<DeliveredListener>();

  constructor(
    host: Host,
    parts: { readonly self: Self; readonly directory: Directory; readonly transport: Transport },
  ) {
    const { self, directory, transport } = parts;
    const { db, clock, random, jobs, log } = host;
    this.#host = host;
    this.#self = self;
    this.#directory = directory;
    this.#transport = transport;
    this.#introductions = new Buckets(INTRODUCE_BUDGET, clock);
    this.peers = new Peers(db);
    this.handlers = new Handlers(db, log);
    this.#applier = new Applier({
      self: self.nodeId,
      peers: this.peers,
      handlers: this.handlers,
      revive: (bytes, receivedAt) => this.intake.revive(bytes, receivedAt),
    });
    this.intake = this.#makeIntake();
    const onDelivered: DeliveredListener = async (tx, delivered) => {
      for (const listener of this.#listeners) await listener(tx, delivered);
    };
    const { events } = host;
    const tidings = new Tidings({ db, clock, jobs, events, self: self.nodeId });
    this.#tidings = tidings;
    const receipts = new Receipts({
      db,
      clock,
      log,
      events,
      tidings,
      self: self.nodeId,
      onDelivered,
      refill: async (tx, lost) => {
        tx.afterCommit(() => this.delivery.wake([lost.to]));
        return refill(tx, this.queue, lost);
      },
    });
    const envelopes = new Envelopes({ db, clock, self, sealerOf: (type) => this.#sealers.get(type) });
    this.delivery = new Delivery({
      db,
      clock,
      random,
      jobs,
      log,
      self,
      directory,
      transport,
      receipts,
      envelopes,
      tidings,
      proven: ({ node_id, standing }, theirMs) => {
        this.absences.heard(node_id);
        if (standing === 'contact' && theirMs !== undefined) this.#noteTime(node_id, theirMs);
      },
    });
    this.clocks = new PeerClocks(clock);
    this.#noteTime = watchClock({
      clocks: this.clocks,
      jobs,
      log,
      greet: (nodeId) => greet(this.delivery, clock, nodeId),
    });
    this.queue = new Queue({
      self: () => self.nodeId,
      generation: () => self.generation(),
      closed: () => self.closed(),
      clock,
      random,
      events,
      tidings,
      wake: (nodeIds) => this.delivery.wake(nodeIds),
      hurry: (nodeId) => this.delivery.heard(nodeId),
    });
    this.items = new Items({
      db,
      clock,
      self: () => self.nodeId,
      queue: this.queue,
      names: (nodeIds) => this.#names(nodeIds),
    });
    this.queries = new Queries({
      clock,
      random,
      self,
      peers: this.peers,
      directory,
      transport,
      absences: this.absences,
      heard: (nodeId) => this.#heard(nodeId),
    });
    this.blobs = new Blobs({ clock, network: host.network, self, peers: this.peers, directory });
    registerCollector({ db, jobs, log, self, directory, intake: this.intake, receipts });
    const { intake, queue, queries } = this;
    const { absences } = this;
    registerRanges({ db, clock, jobs, log, queue, envelopes, intake, queries, directory, absences });
    this.#tellJob = jobs.register({
      name: 'federation/tell-contacts',
      // Also after a start: the record may have changed just before the last end.
      firstAfterMs: 0,
      run: async () => {
        await tellContacts({ db, clock, self, directory, queue });
        return null;
      },
    });
    registerUpkeep({ host, queue: this.queue, delivery: this.delivery, closed: () => self.closed() });
    // Taken in before the signature is judged (intake); here it only counts as received.
    this.handle('identity_update', { from: 'anyone', apply: () => Promise.resolve() });
  }

  /** This node's record was signed anew: contacts are told what is new in it. */
  recordChanged(): void {
    this.#tellJob.wake();
  }

  /** A node has shown itself: what waits for it goes, and what waits for its answers is asked. */
  #heard(nodeId: NodeId): void {
    this.delivery.heard(nodeId);
    this.absences.heard(nodeId);
  }

  #makeIntake(): Intake {
    const { db, clock } = this.#host;
    const self = this.#self;
    const directory = this.#directory;
    return new Intake({
      db,
      clock,
      self: self.nodeId,
      signingKey: () => self.signingKey(),
      peers: this.peers,
      applier: this.#applier,
      refusals: new RefusalTally(this.#host),
      isHandled: (type) => this.handlers.get(type) !== undefined,
      senderNow: (nodeId) => directory.senderNow(nodeId),
      loadSender: (nodeId) => directory.loadSender(nodeId),
      learnUpdate: (from, payload) => directory.learnUpdate(from, payload),
      heard: (nodeId) => this.#heard(nodeId),
      noteTime: (nodeId, theirMs) => this.#noteTime(nodeId, theirMs),
    });
  }

  handle<T extends MessageType>(type: T, handler: MessageHandler<T>): void {
    this.handlers.register(type, handler);
  }

  registerSealer(type: MessageType, sealer: Sealer): void {
    this.#sealers.set(type, sealer);
  }

  onDelivered(listener: DeliveredListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** People decides; from the commit on the lanes follow. */
  async setStanding(tx: Tx, nodeId: NodeId, standing: Standing): Promise<void> {
    await store.writeStanding(tx, nodeId, standing);
    this.#applier.noteStanding(tx, nodeId, standing);
    tx.afterCommit(() => {
      this.peers.install([{ nodeId, standing }]);
      if (standing === 'blocked') this.blobs.cut(nodeId);
    });
  }

  /** @throws identity/closed once the owner has left */
  refuseClosed(): void {
    if (this.#self.closed()) throw identityClosed();
  }

  /** Ends what never reached anybody, when the owner has left; what lies in mailboxes is left there. */
  async abandon(): Promise<void> {
    const at = this.#host.clock.now();
    await this.#host.db.write(async (tx) => {
      await ledger.cancelPending(tx, { states: ['queued', 'sent', 'held'], at });
      this.#tidings.allMoved(tx);
    });
  }

  /** A node shows who it is. @throws federation/budget, identity/*, record/* */
  async introduce(
    shown: { record: Uint8Array; log: string },
    address: string,
  ): Promise<{ node_id: string; verdict: string }> {
    const subnet = addressPrefix(address);
    if (!this.#introductions.tryTake(subnet)) {
      throw new AppError({
        category: 'limit',
        code: 'federation/budget',
        safe: 'Too many introductions from this address.',
        retryAfterS: this.#introductions.retryAfterS(subnet),
      });
    }
    const { nodeId, verdict } = await this.#directory.learn(shown);
    return { node_id: nodeId, verdict };
  }

  /** Shows this node's identity to others at once; how many took it in. Never throws for the network. */
  async showSelf(nodeIds: readonly NodeId[]): Promise<number> {
    const taken = await Promise.all(
      nodeIds.map(async (nodeId) => {
        for (const url of (await this.#directory.route(nodeId))?.serverUrls ?? []) {
          try {
            const shown = await this.#self.introduction(url);
            if ((await this.#transport.introduce(url, shown)).status < 300) return 1;
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
            this.#host.log.debug({ to: nodeId, code: error.code }, 'this node could not be shown');
          }
        }
        return 0;
      }),
    );
    return taken.reduce<number>((sum, one) => sum + one, 0);
  }

  async listPeers(query: { readonly cursor?: string | undefined; readonly limit: number }): Promise<{
    items: {
      node_id: string;
      username: string;
      standing: Standing;
      failures: number;
      last_ok_at: string | null;
      parted: { seq: number; at: string } | null;
    }[];
    next_cursor: string | null;
  }> {
    const after = query.cursor === undefined ? 0 : Number(query.cursor);
    const rows = await store.listPeers(this.#host.db.read, { after, limit: query.limit });
    const names = await this.#names(rows.map(({ node_id }) => node_id));
    const items = rows.map(({ node_id, standing, failures, last_ok_at, parted_seq, parted_at }) => ({
      node_id,
      username: names.get(node_id) ?? '',
      standing,
      failures,
      last_ok_at: last_ok_at === 0 ? null : isoTime(last_ok_at),
      parted: parted_seq === null ? null : { seq: parted_seq, at: isoTime(parted_at ?? 0) },
    }));
    return { items, next_cursor: rows.length < query.limit ? null : String(rows.at(-1)?.id ?? '') };
  }

  /** @throws federation/not-found, federation/already-sent */
  async cancelNow(id: MessageId): Promise<void> {
    await this.#host.db.write((tx) => this.queue.cancel(tx, id));
  }

  /** @throws federation/not-found, federation/not-again */
  async retry(id: MessageId): Promise<void> {
    await this.#host.db.write((tx) => this.queue.again(tx, id));
  }

  async status(): Promise<{
    peers: number;
    outbox: Record<string, number> & { queued: number };
    clock: { agrees: boolean; off_by_s?: number; peers?: number };
  }> {
    const { db } = this.#host;
    const alarm = this.clocks.alarm();
    const clock =
      alarm === undefined
        ? { agrees: true }
        : { agrees: false, off_by_s: Math.round(alarm.offsetMs / 1000), peers: alarm.peers };
    const counts = await ledger.countByState(db.read);
    return {
      peers: await store.countPeers(db.read),
      outbox: { ...counts, queued: counts['queued'] ?? 0 },
      clock,
    };
  }

  async #names(nodeIds: readonly NodeId[]): Promise<Map<NodeId, string>> {
    const names = new Map<NodeId, string>();
    for (const nodeId of new Set(nodeIds))
      names.set(nodeId, (await this.#directory.usernameOf(nodeId)) ?? '');
    return names;
  }

  self(): NodeId {
    return this.#self.nodeId;
  }
}
