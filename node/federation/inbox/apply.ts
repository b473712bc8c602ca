// One transaction for everything that has arrived: order, effects, chain heads, and the memory of it, together.
// A line is only set here and only told after the commit. Messages are handed to their area in batches by type,
// never out of a pair's order. See docs/protocol.md "Delivery".
import type { Tx } from '#kernel/db/database.ts';
import { headZero, nextHead, toHex, voidHead, type NodeId } from '#protocol';
import assert from 'node:assert/strict';
import type { Handlers } from '../handlers.ts';
import { HELD_MAX, refusals, type Refusal, type Standing, type Verified } from '../model.ts';
import type { Pair, Peer, Peers } from '../peers.ts';
import { ensurePeers, writePairs } from '../store.ts';
import { sequence, type Arrival, type Line, type Link, type Sequenced } from './order.ts';
import * as store from '../store-inbox.ts';

/** What a commit changes in memory. */
export type PeerChange = { readonly nodeId: NodeId } & Partial<Peer>;

interface Work {
  readonly peer: Peer;
  readonly id: number;
  readonly sequenced: Sequenced;
  /** How many of this pair lay behind a gap before, and how many of those still do without having been read. */
  readonly heldBefore: number;
  readonly heldKept: number;
}

export interface ApplierHost {
  readonly self: NodeId;
  readonly peers: Peers;
  readonly handlers: Handlers;
  /** A held message's bytes as an arrival again. */
  readonly revive: (envelope: Uint8Array, receivedAt: number) => Arrival;
}

export class Applier {
  readonly #host: ApplierHost;
  #tx: Tx | undefined;
  #standings = new Map<NodeId, Standing>();

  constructor(host: ApplierHost) {
    this.#host = host;
  }

  /** A handler's change of standing counts for the rest of its group. */
  noteStanding(tx: Tx, nodeId: NodeId, standing: Standing): void {
    if (this.#tx === tx) this.#standings.set(nodeId, standing);
  }

  /** Applies a group and sets the line of each arrival; what it returns is installed once the commit is durable. */
  async apply(tx: Tx, arrivals: readonly Arrival[]): Promise<PeerChange[]> {
    this.#tx = tx;
    this.#standings.clear();
    try {
      const works = await this.#plan(
        tx,
        arrivals.filter(({ n }) => n > 0),
      );
      const links = works.map(({ sequenced }) => sequenced.ready);
      await this.#remember(tx, works);
      const passing = arrivals.filter(({ n }) => n === 0);
      await this.#takeEffect(tx, [...links, ...passing.map((arrival) => [{ seq: 0, arrival }])], works);
      await this.#answerReplays(tx, works);
      const changes = await this.#advance(tx, works);
      for (const { sequenced } of works) {
        for (const { copy, of } of sequenced.copies) copy.line = of.line;
      }
      return [...changes, ...[...this.#standings].map(([nodeId, standing]) => ({ nodeId, standing }))];
    } finally {
      this.#tx = undefined;
    }
  }

  async #plan(tx: Tx, arrivals: readonly Arrival[]): Promise<Work[]> {
    const byNode = Map.groupBy(arrivals, ({ from }) => from);
    // Nearly always there already; a sender may have been forgotten while it waited.
    await this.#host.peers.load([...byNode.keys()]);
    const peers = [...byNode.keys()].map((nodeId) => {
      const peer = this.#host.peers.get(nodeId);
      assert(peer !== undefined, 'senders are loaded before their messages are applied');
      return peer;
    });
    const fresh = peers.filter(({ id }) => id === 0).map(({ nodeId }) => nodeId);
    const made = fresh.length === 0 ? undefined : await ensurePeers(tx, fresh);
    const works: Work[] = [];
    for (const peer of peers) {
      const id = peer.id === 0 ? made?.get(peer.nodeId) : peer.id;
      assert(id !== undefined);
      const wire = byNode.get(peer.nodeId) ?? [];
      const { generation, n, held } = peer.pair ?? { generation: 0, n: 0, held: 0 };
      // What waits is only read when something here can release it.
      const moves = wire.some((a) => a.n === n + 1 || a.voids.length > 0 || a.generation > generation);
      const stored = held > 0 && moves ? await store.readHeld(tx, id) : [];
      const revived = stored.map((row) => this.#host.revive(row.envelope, row.received_at));
      const sequenced = sequence({ generation, n }, [...revived, ...wire]);
      works.push({ peer, id, sequenced, heldBefore: held, heldKept: moves ? 0 : held });
    }
    return works;
  }

  /** Writes what is consumed now, as accepted; refusals are written over it. An id used twice is refused. */
  async #remember(tx: Tx, works: readonly Work[]): Promise<void> {
    const rows: store.ReceivedRow[] = [];
    for (const { id: peer, sequenced } of works) {
      for (const { arrival } of sequenced.ready) {
        if (arrival === undefined) continue;
        const { id, hash, receivedAt } = arrival;
        rows.push({ peer, seq: arrival.parsed.envelope.seq, id, hash, at: receivedAt });
      }
    }
    if (rows.length === 0 || (await store.insertReceived(tx, rows)) === rows.length) return;
    const known = await store.findReceived(tx, rows);
    const seqByKey = new Map(known.map((row) => [`${row.peer} ${row.id}`, row.seq]));
    for (const { id: peer, sequenced } of works) {
      for (const { arrival } of sequenced.ready) {
        if (arrival === undefined || seqByKey.get(`${peer} ${arrival.id}`) === arrival.parsed.envelope.seq)
          continue;
        arrival.line = { verdict: 'refused', refusal: refusals.idUsed, receivedAt: arrival.receivedAt };
      }
    }
  }

  /** Hands the messages to their areas: by type, as many at once as keep every pair's order. */
  async #takeEffect(tx: Tx, queues: readonly (readonly Link[])[], works: readonly Work[]): Promise<void> {
    const peerByNode = new Map(works.map(({ peer, id }) => [peer.nodeId, id]));
    const refused: { id: string; peer: number; code: string; status: number }[] = [];
    const settle = (arrival: Arrival, refusal: Refusal | undefined): void => {
      arrival.line = lineOf(arrival, refusal);
      const peer = peerByNode.get(arrival.from);
      if (refusal !== undefined && peer !== undefined && arrival.n > 0)
        refused.push({ id: arrival.id, peer, ...refusal });
    };
    const positions = queues.map(() => 0);
    for (;;) {
      const run: Arrival[] = [];
      let type: string | undefined;
      queues.forEach((queue, i) => {
        let at = positions[i] ?? 0;
        for (; at < queue.length; at += 1) {
          const arrival = queue[at]?.arrival;
          if (arrival === undefined || arrival.line !== undefined) continue;
          type ??= arrival.parsed.envelope.type;
          if (arrival.parsed.envelope.type !== type) break;
          run.push(arrival);
        }
        positions[i] = at;
      });
      if (type === undefined) break;
      await this.#applyRun(tx, type, run, settle);
    }
    if (refused.length > 0) await store.markRefused(tx, refused);
  }

  async #applyRun(
    tx: Tx,
    type: string,
    run: readonly Arrival[],
    settle: (arrival: Arrival, refusal: Refusal | undefined) => void,
  ): Promise<void> {
    const handler = this.#host.handlers.get(type);
    const batch: Arrival[] = [];
    for (const arrival of run) {
      const standing = this.#standings.get(arrival.from) ?? this.#host.peers.get(arrival.from)?.standing;
      if (arrival.refusal !== undefined) settle(arrival, arrival.refusal);
      else if (standing === 'blocked') settle(arrival, refusals.blocked);
      else if (handler?.from === 'contacts' && standing !== 'contact') settle(arrival, refusals.notContact);
      else if (handler === undefined) settle(arrival, undefined);
      else batch.push(arrival);
    }
    if (handler === undefined || batch.length === 0) return;
    let before = new Map(this.#standings);
    const undo = (): void => void (this.#standings = new Map(before));
    const refusalById = await this.#host.handlers.apply(tx, handler, batch.map(toVerified), undo, () => {
      before = new Map(this.#standings);
    });
    for (const arrival of batch) settle(arrival, refusalById.get(arrival.parsed.envelope.id));
  }

  async #answerReplays(tx: Tx, works: readonly Work[]): Promise<void> {
    const replays = works.flatMap(({ id: peer, sequenced }) =>
      sequenced.replays.map((arrival) => ({ arrival, peer })),
    );
    if (replays.length === 0) return;
    const known = await store.findReceived(
      tx,
      replays.map(({ arrival, peer }) => ({ id: arrival.id, peer })),
    );
    const byKey = new Map(known.map((row) => [`${row.peer} ${row.id}`, row]));
    for (const { arrival, peer } of replays)
      arrival.line = replayLine(arrival, byKey.get(`${peer} ${arrival.id}`));
  }

  /** Moves the chains, and stores or releases what waits behind gaps. */
  async #advance(tx: Tx, works: readonly Work[]): Promise<PeerChange[]> {
    const changes: (PeerChange & { readonly pair: Pair; readonly id: number })[] = [];
    for (const work of works) {
      const { peer, id, sequenced, heldBefore } = work;
      const { generation, n, restarted, ready, hold } = sequenced;
      if (heldBefore > 0) {
        // After a restart of the generation nothing of the old one may be released.
        const below = hold[0]?.parsed.envelope.seq ?? Number.MAX_SAFE_INTEGER;
        if (ready.length > 0 || restarted) await store.deleteHeld(tx, id, below - 1);
      }
      const held = await this.#hold(tx, work);
      if (ready.length === 0 && !restarted && held === heldBefore) continue;
      let head = restarted ? undefined : peer.pair?.head;
      head ??= headZero(peer.nodeId, this.#host.self, generation);
      for (const { seq, arrival } of ready) {
        head =
          arrival === undefined
            ? voidHead(head, seq)
            : nextHead(head, seq, arrival.parsed.envelope.id, arrival.parsed.payloadHash);
      }
      changes.push({ nodeId: peer.nodeId, id, pair: { generation, n, head, held } });
    }
    if (changes.length > 0) {
      await writePairs(
        tx,
        changes.map(({ id, pair }) => ({ peer: id, ...pair, head: toHex(pair.head) })),
      );
    }
    return changes;
  }

  /** Stores what waits behind a gap, within the limit, and returns how many there are now. */
  async #hold(tx: Tx, { id: peer, sequenced, heldKept }: Work): Promise<number> {
    let held = heldKept + sequenced.hold.filter(({ stored }) => stored).length;
    const rows: (store.HeldRow & { peer: number })[] = [];
    for (const arrival of sequenced.hold) {
      arrival.line = { verdict: 'held', receivedAt: arrival.receivedAt };
      if (arrival.stored) continue;
      if (held + rows.length >= HELD_MAX) {
        arrival.line = { verdict: 'later', refusal: refusals.heldFull, receivedAt: arrival.receivedAt };
        continue;
      }
      const { parsed, id, receivedAt } = arrival;
      rows.push({ peer, seq: parsed.envelope.seq, id, envelope: parsed.bytes, received_at: receivedAt });
    }
    if (rows.length > 0) held += await store.insertHeld(tx, rows);
    return held;
  }
}

function lineOf(arrival: Arrival, refusal: Refusal | undefined): Line {
  const { receivedAt } = arrival;
  return refusal === undefined
    ? { verdict: 'accepted', receivedAt }
    : { verdict: 'refused', refusal, receivedAt };
}

/** A retry gets its first line; the same id with another payload, or another id at a used seq, is refused. */
function replayLine(arrival: Arrival, row: store.KnownRow | undefined): Line {
  const refuse = (refusal: Refusal): Line => lineOf(arrival, refusal);
  if (row === undefined) return refuse(refusals.seqUsed);
  if (row.hash !== arrival.hash || row.seq !== arrival.parsed.envelope.seq) return refuse(refusals.idUsed);
  if (row.code === null) return { verdict: 'accepted', receivedAt: row.received_at };
  const refusal = { code: row.code as Refusal['code'], status: row.status ?? 422 };
  return { verdict: 'refused', refusal, receivedAt: row.received_at };
}

function toVerified(arrival: Arrival): Verified {
  const { id, seq, type, from } = arrival.parsed.envelope;
  return {
    id,
    seq,
    type: type as Verified['type'],
    from: arrival.from,
    sender: from,
    payload: arrival.payload as Verified['payload'],
    receivedAt: arrival.receivedAt,
    bytes: arrival.parsed.bytes,
  };
}
