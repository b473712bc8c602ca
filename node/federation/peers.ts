// What the hot path knows of each sender, in memory: its row number, standing and inbound pair state.
// Written through: the inbox installs new states only after their commit, so memory never runs ahead of the disk.
// A read that crossed a commit is repeated, so it never lags behind either.
import type { Database } from '#kernel/db/database.ts';
import type { NodeId } from '#protocol';
import { PEERS_KEPT_MAX, type Standing } from './model.ts';
import { readPeers } from './store.ts';

/** The last consumed message of a pair: its generation and number, the chain's head, how many wait behind a gap. */
export interface Pair {
  readonly generation: number;
  readonly n: number;
  readonly head: Uint8Array;
  readonly held: number;
}

export interface Peer {
  readonly nodeId: NodeId;
  /** 0: no row yet. */
  readonly id: number;
  readonly standing: Standing;
  readonly pair: Pair | undefined;
}

export class Peers {
  readonly #db: Database;
  readonly #byNode = new Map<NodeId, Peer>();
  #epoch = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The peer, if it is in memory. */
  get(nodeId: NodeId): Peer | undefined {
    return this.#byNode.get(nodeId);
  }

  /** Brings peers into memory; a node without a row is a stranger. */
  async load(nodeIds: readonly NodeId[]): Promise<void> {
    const missing = [...new Set(nodeIds)].filter((nodeId) => !this.#byNode.has(nodeId));
    while (missing.length > 0) {
      const epoch = this.#epoch;
      const rows = await readPeers(this.#db.read, missing);
      if (epoch !== this.#epoch) continue;
      const byNode = new Map(rows.map((row) => [row.node_id, row]));
      for (const nodeId of missing) {
        const row = byNode.get(nodeId);
        const { generation = null, n = null, head = null, held = null } = row ?? {};
        const pair =
          generation === null || n === null || head === null
            ? undefined
            : { generation, n, head, held: held ?? 0 };
        this.#keep({ nodeId, id: row?.id ?? 0, standing: row?.standing ?? 'stranger', pair });
      }
      return;
    }
  }

  /** Takes over what has been committed. */
  install(changes: Iterable<{ readonly nodeId: NodeId } & Partial<Peer>>): void {
    this.#epoch += 1;
    for (const change of changes) {
      const known = this.#byNode.get(change.nodeId);
      if (known !== undefined) this.#byNode.set(change.nodeId, { ...known, ...change });
    }
  }

  /** Forgets a peer: the next message reads it anew. */
  forget(nodeId: NodeId): void {
    this.#epoch += 1;
    this.#byNode.delete(nodeId);
  }

  #keep(peer: Peer): void {
    if (this.#byNode.size >= PEERS_KEPT_MAX) {
      const oldest = this.#byNode.keys().next().value;
      if (oldest !== undefined) this.#byNode.delete(oldest);
    }
    this.#byNode.set(peer.nodeId, peer);
  }
}
