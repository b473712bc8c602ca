// Sessions as families of tokens: one session, one chain of refresh tokens, each used once.
// What stands is held in memory, so that ending a session is immediate; the rows are what a restart finds.
import { sha256, toBase64Url, utf8 } from '#protocol';
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import {
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
  begin(tx: Tx, accountId: string, name: string): Promise<Renewed>;
  /** A new token for a refresh token, or why not; re-use ends the session. */
  renew(refreshToken: string): Promise<Renewed | 'refresh' | 'reuse'>;
  end(tx: Tx, actor: string, sessionId: string, reason: EndReason): Promise<void>;
  /** Ends all but one. */
  endOthers(tx: Tx, actor: string, kept: string | undefined): Promise<void>;
  /** Ends what has expired, and forgets tokens that were used long ago. */
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
    listeners: new Set(),
  };
  const stands = (sessionId: string): boolean => (standing.get(sessionId)?.expiresAt ?? 0) > clock.now();
  return {
    stands,
    list: () => [...standing.values()].filter(({ sessionId }) => stands(sessionId)),
    begin: (tx, accountId, name) => begin(state, tx, accountId, name),
    renew: (refreshToken) => db.write((tx) => renew(state, tx, refreshToken)),
    end: (tx, actor, sessionId, reason) => end(state, tx, { actor, sessionId, reason }),
    async endOthers(tx, actor, kept) {
      // From the rows of this transaction: a session that began a moment ago is not in memory yet.
      for (const { sessionId } of await store.listSessions(tx)) {
        if (sessionId !== kept) await end(state, tx, { actor, sessionId, reason: 'passphrase-changed' });
      }
    },
    async expire() {
      const over = [...standing.keys()].filter((sessionId) => !stands(sessionId));
      await db.write(async (tx) => {
        for (const sessionId of over) await end(state, tx, { actor: 'system', sessionId, reason: 'expired' });
        await store.forgetUsedRefresh(tx, clock.now() - REFRESH_IDLE_MS);
      });
    },
    onEnded(run) {
      state.listeners.add(run);
      return () => state.listeners.delete(run);
    },
  };
}

async function begin(state: State, tx: Tx, accountId: string, name: string): Promise<Renewed> {
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
    if (!state.standing.delete(sessionId)) return;
    for (const run of state.listeners) run(sessionId);
  });
}

function hashOf(refreshToken: string): Uint8Array {
  return sha256(utf8(refreshToken));
}
