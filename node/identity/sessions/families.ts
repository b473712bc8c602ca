// Sessions as families of tokens: one session, one chain of refresh tokens, each used once.
// What stands is held in memory, so that ending a session is immediate; the rows are what a restart finds.
import { sha256, toBase64Url, utf8 } from '#protocol';
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import {
  PROOF_MS,
  REFRESH_IDLE_MS,
  REFRESH_TOKEN_BYTES,
  SESSION_ID_BYTES,
  SESSION_MS_MAX,
  SESSIONS_MAX,
  type EndReason,
  type Session,
} from './model.ts';
import * as store from './store.ts';

/** A session with a fresh refresh token, which leaves the node here and is never stored in the clear. */
export interface Renewed {
  readonly session: Session;
  readonly refreshToken: string;
}

export interface Families {
  stands(sessionId: string): boolean;
  /** Those that stand. */
  list(): readonly Session[];
  /** `proven`: whether it began with a passphrase or a passkey. */
  begin(
    tx: Tx,
    accountId: string,
    device: { readonly name: string; readonly proven: boolean },
  ): Promise<Renewed>;
  /** A new token for a refresh token, or why not; re-use ends the session. */
  renew(refreshToken: string): Promise<Renewed | 'refresh' | 'reuse'>;
  end(tx: Tx, actor: string, sessionId: string, reason: EndReason): Promise<void>;
  /** Ends all but one. */
  endOthers(
    tx: Tx,
    who: { readonly actor: string; readonly kept: string | undefined; readonly reason: EndReason },
  ): Promise<void>;
  rename(tx: Tx, sessionId: string, name: string): Promise<void>;
  /** Notes that a session is in use; `expire` writes it down. */
  touch(sessionId: string): void;
  /** Notes that a session has given a proof now. */
  prove(sessionId: string): void;
  /** Whether it gave one within PROOF_MS. */
  isProven(sessionId: string): boolean;
  /** Ends what has expired, forgets tokens that were used long ago, and writes down when the others were last used. */
  expire(): Promise<void>;
  onEnded(run: (sessionId: string) => void): () => void;
}

export interface FamilyHost {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
}

interface State extends FamilyHost {
  readonly standing: Map<string, Session>;
  /** When a session was last used, where that is later than its row says. */
  readonly usedAt: Map<string, number>;
  /** When a session gave its last proof. Forgotten at a restart: then it is asked for again. */
  readonly provenAt: Map<string, number>;
  readonly listeners: Set<(sessionId: string) => void>;
}

export async function loadFamilies(host: FamilyHost): Promise<Families> {
  const { db, clock } = host;
  const stored = await store.listSessions(db.read);
  const standing = new Map(stored.map((session) => [session.sessionId, session]));
  const state: State = {
    db,
    clock,
    random: host.random,
    events: host.events,
    standing,
    usedAt: new Map(),
    provenAt: new Map(),
    listeners: new Set(),
  };
  const stands = (sessionId: string): boolean => (standing.get(sessionId)?.expiresAt ?? 0) > clock.now();
  return {
    stands,
    list: () =>
      [...standing.values()]
        .filter(({ sessionId }) => stands(sessionId))
        .map((session) => ({ ...session, seenAt: state.usedAt.get(session.sessionId) ?? session.seenAt })),
    begin: (tx, accountId, device) => begin(state, tx, accountId, device),
    renew: (refreshToken) => db.write((tx) => renew(state, tx, refreshToken)),
    end: (tx, actor, sessionId, reason) => end(state, tx, { actor, sessionId, reason }),
    async endOthers(tx, { actor, kept, reason }) {
      // From the rows of this transaction: a session that began a moment ago is not in memory yet.
      for (const { sessionId } of await store.listSessions(tx)) {
        if (sessionId !== kept) await end(state, tx, { actor, sessionId, reason });
      }
    },
    async rename(tx, sessionId, name) {
      await store.renameSession(tx, sessionId, name);
      tx.afterCommit(() => {
        const session = standing.get(sessionId);
        if (session !== undefined) standing.set(sessionId, { ...session, name });
      });
    },
    touch: (sessionId) => void state.usedAt.set(sessionId, clock.now()),
    prove: (sessionId) => void state.provenAt.set(sessionId, clock.now()),
    isProven(sessionId) {
      const ageMs = clock.now() - (state.provenAt.get(sessionId) ?? Number.NEGATIVE_INFINITY);
      // A clock that stepped back must not stretch a proof.
      return ageMs >= 0 && ageMs < PROOF_MS;
    },
    async expire() {
      const over = [...standing.keys()].filter((sessionId) => !stands(sessionId));
      const used = [...state.usedAt];
      state.usedAt.clear();
      await db.write(async (tx) => {
        for (const [sessionId, seenAt] of used) await store.markSeen(tx, sessionId, seenAt);
        for (const sessionId of over) await end(state, tx, { actor: 'system', sessionId, reason: 'expired' });
        await store.forgetUsedRefresh(tx, clock.now() - REFRESH_IDLE_MS);
        tx.afterCommit(() => {
          for (const [sessionId, seenAt] of used) {
            const session = standing.get(sessionId);
            if (session !== undefined)
              standing.set(sessionId, { ...session, seenAt: Math.max(session.seenAt, seenAt) });
          }
        });
      });
    },
    onEnded(run) {
      state.listeners.add(run);
      return () => state.listeners.delete(run);
    },
  };
}

async function begin(
  state: State,
  tx: Tx,
  accountId: string,
  { name, proven }: { readonly name: string; readonly proven: boolean },
): Promise<Renewed> {
  const { clock, random, events, standing } = state;
  const now = clock.now();
  const session: Session = {
    sessionId: toBase64Url(random.bytes(SESSION_ID_BYTES)),
    accountId,
    name,
    createdAt: now,
    seenAt: now,
    expiresAt: now + REFRESH_IDLE_MS,
  };
  const surplus = [...standing.values()].sort((a, b) => b.seenAt - a.seenAt).slice(SESSIONS_MAX - 1);
  for (const { sessionId } of surplus) {
    await end(state, tx, { actor: 'system', sessionId, reason: 'too-many' });
  }
  await store.insertSession(tx, session);
  const event = { type: 'session.started', subject: session.sessionId, actor: `account:${accountId}` };
  await events.append(tx, [{ ...event, new: { name } }]);
  if (proven) tx.afterCommit(() => state.provenAt.set(session.sessionId, now));
  return grant(state, tx, session);
}

/** A refusal is returned, not thrown, so that ending the family is not undone with it. */
async function renew(state: State, tx: Tx, refreshToken: string): Promise<Renewed | 'refresh' | 'reuse'> {
  const now = state.clock.now();
  const hash = hashOf(refreshToken);
  const row = await store.findRefresh(tx, hash);
  const session = row === undefined ? undefined : state.standing.get(row.session_id);
  if (row === undefined || session === undefined || session.expiresAt <= now) return 'refresh';
  if (row.used_at !== null) {
    await end(state, tx, { actor: 'anonymous', sessionId: row.session_id, reason: 'reuse' });
    return 'reuse';
  }
  await store.markRefreshUsed(tx, hash, now);
  const expiresAt = Math.min(now + REFRESH_IDLE_MS, session.createdAt + SESSION_MS_MAX);
  await store.renewSession(tx, session.sessionId, { seen_at: now, expires_at: expiresAt });
  return grant(state, tx, { ...session, seenAt: now, expiresAt });
}

async function grant(state: State, tx: Tx, session: Session): Promise<Renewed> {
  const refreshToken = toBase64Url(state.random.bytes(REFRESH_TOKEN_BYTES));
  await store.insertRefresh(tx, {
    hash: hashOf(refreshToken),
    session_id: session.sessionId,
    issued_at: state.clock.now(),
  });
  tx.afterCommit(() => state.standing.set(session.sessionId, session));
  return { session, refreshToken };
}

async function end(
  state: State,
  tx: Tx,
  { actor, sessionId, reason }: { actor: string; sessionId: string; reason: EndReason },
): Promise<void> {
  await store.deleteSession(tx, sessionId);
  await state.events.append(tx, [{ type: 'session.ended', subject: sessionId, actor, new: { reason } }]);
  tx.afterCommit(() => {
    state.usedAt.delete(sessionId);
    state.provenAt.delete(sessionId);
    if (!state.standing.delete(sessionId)) return;
    for (const run of state.listeners) run(sessionId);
  });
}

function hashOf(refreshToken: string): Uint8Array {
  return sha256(utf8(refreshToken));
}
