// What this node believes about others: pinned identity logs, newest records, and the keys taken from them.
// A log that does not extend the pinned one is held and shown, never followed; a lower record seq changes nothing.
// See docs/protocol.md "Identity" and "Node record"; docs/security.md F3, F19, F30, R10.
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock } from '#kernel/ports.ts';
import {
  AppError,
  applyLogSuffix,
  compareLogs,
  parseRecord,
  utf8,
  verifyIdentityLog,
  verifyRecord,
  type NodeId,
  type NodeRecord,
  type VerifiedIdentity,
} from '#protocol';
import {
  KNOWN_KEPT_MAX,
  PASSING_MAX,
  knownOf,
  type Contact,
  type Known,
  type LearnVerdict,
  type NameVerifier,
} from './model.ts';
import * as store from './store.ts';

export interface Shown {
  readonly record: Uint8Array;
  readonly log: string;
}

export class Contacts {
  readonly #host: {
    readonly db: Database;
    readonly events: Events;
    readonly clock: Clock;
    readonly self: () => NodeId;
  };
  readonly #known = new Map<NodeId, Known>();

  constructor(host: {
    readonly db: Database;
    readonly events: Events;
    readonly clock: Clock;
    readonly self: () => NodeId;
  }) {
    this.#host = host;
  }

  /** In memory, or undefined. */
  now(nodeId: NodeId): Known | undefined {
    return this.#known.get(nodeId);
  }

  async load(nodeId: NodeId): Promise<Known | undefined> {
    const known = this.#known.get(nodeId);
    if (known !== undefined) return known;
    const row = await store.findContact(this.#host.db.read, nodeId);
    return row === undefined ? undefined : this.#keep(row);
  }

  /**
   * Judges a log and a record that somebody showed, and takes over what is newer and continues what is known.
   * @throws identity/*, record/* for what does not hold by itself
   */
  async learn(
    shown: Shown,
    verifiedBy: NameVerifier | null = null,
  ): Promise<{ nodeId: NodeId; verdict: LearnVerdict }> {
    const { clock, self, db } = this.#host;
    const identity = await verifyIdentityLog(shown.log, { nowMs: clock.now() });
    const { nodeId } = identity;
    if (nodeId === self()) return { nodeId, verdict: 'same' };
    const pinned = await store.findContact(db.read, nodeId);
    const relation = pinned === undefined ? 'new' : await compareLogs(pinned.log, shown.log);
    if (pinned !== undefined && relation === 'fork')
      return { nodeId, verdict: await this.#hold(pinned, shown.log) };
    if (relation === 'stale') return { nodeId, verdict: 'stale' };
    if (pinned !== undefined && identity.deactivated)
      return { nodeId, verdict: await this.#close(pinned, identity, shown.log) };
    const parsed = parseRecord(shown.record);
    await verifyRecord(parsed, identity, { nowMs: clock.now() });
    const { record } = parsed;
    if (pinned !== undefined && record.seq < pinned.seq) return { nodeId, verdict: 'stale' };
    if (pinned !== undefined && record.seq === pinned.seq && relation === 'same') {
      await this.#confirm(pinned, verifiedBy);
      return { nodeId, verdict: 'same' };
    }
    await this.#save(identity, record, shown, pinned, verifiedBy);
    return { nodeId, verdict: pinned === undefined ? 'new' : 'updated' };
  }

  /** As `learn`, for the entries that an `identity_update` adds to the pinned log. */
  async learnSuffix(nodeId: NodeId, record: string, suffix: readonly string[]): Promise<void> {
    const pinned = await store.findContact(this.#host.db.read, nodeId);
    if (pinned === undefined) return;
    const log = suffix.length === 0 ? pinned.log : applyLogSuffix(pinned.log, suffix);
    await this.learn({ record: utf8(record), log });
  }

  /** Keeps a contact for good, in the transaction that makes it one. */
  async pin(tx: Tx, nodeId: NodeId): Promise<void> {
    await store.updateContact(tx, nodeId, { pinned: 1 });
  }

  async unpin(tx: Tx, nodeId: NodeId): Promise<void> {
    await store.updateContact(tx, nodeId, { pinned: 0 });
  }

  async find(nodeId: NodeId, mailbox: string | null): Promise<Contact | undefined> {
    const row = await store.findContact(this.#host.db.read, nodeId);
    return row === undefined ? undefined : toContact(row, mailbox);
  }

  async findPinned(username: string, mailbox: string | null): Promise<Contact | undefined> {
    const rows = await store.findPinnedByName(this.#host.db.read, username);
    const [only, second] = rows;
    if (second !== undefined) {
      throw new AppError({
        category: 'conflict',
        code: 'discovery/ambiguous',
        safe: {
          en: `Several of your contacts are called "${username}". Name the one you mean by its node id: ${rows.map(({ node_id }) => node_id).join(', ')}.`,
          fr: `Plusieurs de vos contacts s'appellent « ${username} ». Désignez celui que vous voulez par son identifiant : ${rows.map(({ node_id }) => node_id).join(', ')}.`,
        },
      });
    }
    return only === undefined ? undefined : toContact(only, mailbox);
  }

  async #save(
    identity: VerifiedIdentity,
    record: NodeRecord,
    shown: Shown,
    pinned: store.ContactRow | undefined,
    verifiedBy: NameVerifier | null,
  ): Promise<void> {
    const { db, clock, events } = this.#host;
    const { nodeId } = identity;
    const renamed = pinned !== undefined && pinned.username !== record.username;
    await db.write(async (tx) => {
      await store.saveContact(tx, {
        node_id: nodeId,
        log: shown.log,
        head: identity.head,
        signing_key: identity.signingPublicKey,
        record: shown.record,
        seq: record.seq,
        username: record.username,
        verified_by: verifiedBy,
        deactivated: 0,
        seen_at: clock.now(),
      });
      // Another name has to be confirmed anew.
      if (renamed && verifiedBy === null) await store.updateContact(tx, nodeId, { verified_by: null });
      if (pinned === undefined) await store.prunePassing(tx, PASSING_MAX);
      if (pinned?.pinned === 1 && pinned.head !== identity.head) {
        await events.append(tx, [
          {
            type: 'discovery.identity_changed',
            subject: nodeId,
            actor: `node:${nodeId}`,
            old: { head: pinned.head },
            new: { head: identity.head },
          },
        ]);
      }
      tx.afterCommit(() => this.#known.delete(nodeId));
    });
  }

  async #hold(pinned: store.ContactRow, log: string): Promise<LearnVerdict> {
    const nodeId = pinned.node_id;
    if (pinned.held_log !== null) return 'held';
    await this.#host.db.write(async (tx) => {
      await store.updateContact(tx, nodeId, { held_log: log });
      await this.#host.events.append(tx, [
        {
          type: 'discovery.identity_held',
          subject: nodeId,
          actor: 'system',
          new: { username: pinned.username },
        },
      ]);
      tx.afterCommit(() => this.#known.delete(nodeId));
    });
    return 'held';
  }

  async #close(pinned: store.ContactRow, identity: VerifiedIdentity, log: string): Promise<LearnVerdict> {
    if (pinned.deactivated === 1) return 'same';
    const nodeId = pinned.node_id;
    await this.#host.db.write(async (tx) => {
      // The signing key stays the one from before: with it the last messages, still on their way, are checked.
      await store.updateContact(tx, nodeId, { deactivated: 1, log, head: identity.head });
      await this.#host.events.append(tx, [
        { type: 'discovery.identity_closed', subject: nodeId, actor: `node:${nodeId}` },
      ]);
      tx.afterCommit(() => this.#known.delete(nodeId));
    });
    return 'updated';
  }

  async #confirm(pinned: store.ContactRow, verifiedBy: NameVerifier | null): Promise<void> {
    if (verifiedBy === null || pinned.verified_by === verifiedBy) return;
    await this.#host.db.write((tx) => store.updateContact(tx, pinned.node_id, { verified_by: verifiedBy }));
  }

  #keep(row: store.ContactRow): Known {
    if (this.#known.size >= KNOWN_KEPT_MAX) {
      const oldest = this.#known.keys().next().value;
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    const known = knownOf(row);
    this.#known.set(row.node_id, known);
    return known;
  }
}

async function toContact(row: store.ContactRow, mailbox: string | null): Promise<Contact> {
  const { record } = parseRecord(row.record);
  return {
    node_id: row.node_id,
    username: row.username,
    server_urls: record.server_urls,
    record: row.record,
    log: row.log,
    identity: await verifyIdentityLog(row.log, { nodeId: row.node_id }),
    mailbox,
    usernameVerifiedBy: row.verified_by,
    pinned: row.pinned === 1,
    held: row.held_log !== null,
  };
}
