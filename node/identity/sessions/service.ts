// The owner's sessions: claim, sign in, renew, end. Every request checks that its session still stands, in memory,
// so that ending one is immediate. Refresh tokens are hashed at rest and rotate; re-use ends the whole family.
import { equalBytes, sha256, toBase64Url, utf8 } from '#protocol';
import { actorToString, type AccountActor, type Actor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import type { Host } from '#kernel/feature.ts';
import type { Secrets } from '#node/vault/index.ts';
import assert from 'node:assert/strict';
import { secretNames } from '../model.ts';
import { createAttempts } from './attempts.ts';
import {
  checkNewPassphrase,
  REFRESH_IDLE_MS,
  REFRESH_TOKEN_BYTES,
  refusals,
  SESSION_ID_BYTES,
  SESSION_MS_MAX,
  SESSIONS_MAX,
  type EndReason,
  type Session,
} from './model.ts';
import { hashPassphrase, isPassphrase } from './passphrase.ts';
import * as store from './store.ts';
import { createTokens } from './tokens.ts';

const SALT_BYTES = 16;

/** What a device holds after signing in. The refresh token leaves the node here and is never stored in the clear. */
export interface Grant {
  readonly session: Session;
  readonly accessToken: string;
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
}

export interface Device {
  readonly name: string;
  /** The peer's address, for the limit on attempts. */
  readonly address: string;
}

export interface Sessions {
  /** The one-time token of an unclaimed node; undefined once it has an owner. */
  claimToken(): string | undefined;
  /** Makes the holder of the claim token the owner. @throws session/claimed, session/claim-token, session/passphrase-unprocessable, session/too-many-attempts */
  claim(token: string, passphrase: string, device: Device): Promise<Grant>;
  /** @throws session/passphrase, session/unclaimed, session/too-many-attempts */
  signIn(passphrase: string, device: Device): Promise<Grant>;
  /** A new pair of tokens for a refresh token. @throws session/refresh, session/reuse */
  refresh(refreshToken: string): Promise<Grant>;
  /** Who an access token stands for. @throws session/token */
  authenticate(accessToken: string): Promise<AccountActor>;
  stands(sessionId: string): boolean;
  list(): readonly Session[];
  /** @throws session/not-found */
  end(actor: Actor, sessionId: string, reason: EndReason): Promise<void>;
  /** Sets the passphrase; on the local socket without the current one. Ends all other sessions. @throws session/passphrase, session/passphrase-unprocessable, session/too-many-attempts */
  changePassphrase(
    actor: AccountActor,
    change: { readonly current?: string; readonly next: string; readonly address: string },
  ): Promise<void>;
  /** Ends what has expired. */
  expire(): Promise<void>;
  onEnded(run: (sessionId: string) => void): () => void;
  onClaimed(run: () => void): void;
  owner(): store.AccountRow | undefined;
}

export async function createSessions(host: Host, secrets: Secrets, nodeId: () => string): Promise<Sessions> {
  const { db, clock, random, events } = host;
  const attempts = createAttempts(clock);
  const tokens = createTokens({ keyring: host.keyring, clock, issuer: nodeId });
  const ended = new Set<(sessionId: string) => void>();
  const claimed = new Set<() => void>();
  const standing = new Map(
    (await store.listSessions(db.read)).map((session) => [session.sessionId, session]),
  );
  let owner = await store.findOwner(db.read);
  const claimSecret = await secrets.get(secretNames.claim);
  let claimToken = claimSecret === undefined ? undefined : toBase64Url(claimSecret);

  const stands = (sessionId: string): boolean => (standing.get(sessionId)?.expiresAt ?? 0) > clock.now();

  const grantIn = async (
    tx: Tx,
    session: Session,
  ): Promise<Omit<Grant, 'accessToken' | 'accessExpiresAt'>> => {
    const refreshToken = toBase64Url(random.bytes(REFRESH_TOKEN_BYTES));
    await store.insertRefresh(tx, {
      ...{ hash: hashOf(refreshToken), session_id: session.sessionId, issued_at: clock.now() },
    });
    tx.afterCommit(() => standing.set(session.sessionId, session));
    return { session, refreshToken };
  };

  const withAccess = async (granted: Omit<Grant, 'accessToken' | 'accessExpiresAt'>): Promise<Grant> => {
    const { token, expiresAt } = await tokens.issue(granted.session);
    return { ...granted, accessToken: token, accessExpiresAt: expiresAt };
  };

  const begin = async (tx: Tx, account: store.AccountRow, device: Device) => {
    const now = clock.now();
    const session: Session = {
      ...{ sessionId: toBase64Url(random.bytes(SESSION_ID_BYTES)), accountId: account.account_id },
      ...{ name: device.name, createdAt: now, seenAt: now, expiresAt: now + REFRESH_IDLE_MS },
    };
    const surplus = [...standing.values()].sort((a, b) => b.seenAt - a.seenAt).slice(SESSIONS_MAX - 1);
    for (const old of surplus) await endIn(tx, 'system', old.sessionId, 'too-many');
    await store.insertSession(tx, session);
    const granted = await grantIn(tx, session);
    const subject = session.sessionId;
    const actor = `account:${account.account_id}`;
    await events.append(tx, [{ type: 'session.started', subject, actor, new: { name: session.name } }]);
    return granted;
  };

  const endIn = async (tx: Tx, actor: string, sessionId: string, reason: EndReason): Promise<void> => {
    await store.deleteSession(tx, sessionId);
    await events.append(tx, [{ type: 'session.ended', subject: sessionId, actor, new: { reason } }]);
    tx.afterCommit(() => {
      if (standing.delete(sessionId)) for (const run of ended) run(sessionId);
    });
  };

  const failed = async (type: string, address: string): Promise<void> => {
    attempts.failed(address);
    // Bounded by the limit on attempts: at most a hundred in a quarter of an hour.
    await db.write((tx) =>
      events.append(tx, [{ type, subject: nodeId(), actor: 'anonymous', new: { address } }]),
    );
  };

  /** Checks the owner's passphrase under the limit on attempts. */
  const prove = async (account: store.AccountRow, passphrase: string, address: string): Promise<void> => {
    attempts.check(address);
    assert(account.passphrase !== null, 'a claimed account has a passphrase');
    // Counted before the slow hash, and given back after: parallel guesses must not all pass the check first.
    attempts.failed(address);
    if (await isPassphrase(account.passphrase, passphrase)) return attempts.succeeded(address);
    await db.write((tx) =>
      events.append(tx, [
        { type: 'session.refused', subject: nodeId(), actor: 'anonymous', new: { address } },
      ]),
    );
    throw refusals.passphrase();
  };

  return {
    stands,
    claimToken: () => claimToken,
    owner: () => owner,
    list: () => [...standing.values()].filter(({ sessionId }) => stands(sessionId)),
    async claim(token, passphrase, device) {
      const expected = claimToken;
      const account = owner;
      if (account === undefined || expected === undefined) throw refusals.claimed();
      attempts.check(device.address);
      if (!equalBytes(sha256(utf8(token)), sha256(utf8(expected)))) {
        await failed('session.claim_refused', device.address);
        throw refusals.claimToken();
      }
      checkNewPassphrase(passphrase);
      const stored = await hashPassphrase(passphrase, random.bytes(SALT_BYTES));
      const granted = await db.write(async (tx) => {
        // Two claims at once: the second finds the token gone.
        if ((await secrets.get(secretNames.claim, tx)) === undefined) throw refusals.claimed();
        await secrets.remove(tx, secretNames.claim);
        const claimedAt = clock.now();
        await store.setPassphrase(tx, account.account_id, { passphrase: stored, claimed_at: claimedAt });
        const actor = `account:${account.account_id}`;
        await events.append(tx, [{ type: 'identity.claimed', subject: nodeId(), actor }]);
        tx.afterCommit(() => {
          claimToken = undefined;
          owner = { ...account, passphrase: stored, claimed_at: claimedAt };
          for (const run of claimed) run();
        });
        return begin(tx, account, device);
      });
      return withAccess(granted);
    },
    async signIn(passphrase, device) {
      if (owner === undefined || owner.passphrase === null) throw refusals.unclaimed();
      const account = owner;
      await prove(account, passphrase, device.address);
      return withAccess(await db.write((tx) => begin(tx, account, device)));
    },
    async refresh(refreshToken) {
      const hash = hashOf(refreshToken);
      // A refusal is returned, not thrown, so that ending the family is not undone with it.
      const outcome = await db.write(async (tx) => {
        const row = await store.findRefresh(tx, hash);
        const session = row === undefined ? undefined : standing.get(row.session_id);
        if (row === undefined || session === undefined || !stands(session.sessionId)) return 'refresh';
        if (row.used_at !== null) {
          await endIn(tx, 'anonymous', row.session_id, 'reuse');
          return 'reuse';
        }
        const now = clock.now();
        await store.markRefreshUsed(tx, hash, now);
        const expiresAt = Math.min(now + REFRESH_IDLE_MS, session.createdAt + SESSION_MS_MAX);
        const renewed = { ...session, seenAt: now, expiresAt };
        await store.renewSession(tx, session.sessionId, { seen_at: now, expires_at: expiresAt });
        return grantIn(tx, renewed);
      });
      if (outcome === 'refresh' || outcome === 'reuse') throw refusals[outcome]();
      return withAccess(outcome);
    },
    async authenticate(accessToken) {
      const { accountId, sessionId } = await tokens.verify(accessToken);
      if (!stands(sessionId)) throw refusals.token();
      return { kind: 'account', account_id: accountId, role: 'owner', session_id: sessionId };
    },
    async end(actor, sessionId, reason) {
      if (!standing.has(sessionId)) throw refusals.notFound();
      await db.write((tx) => endIn(tx, actorToString(actor), sessionId, reason));
    },
    async changePassphrase(actor, { current, next, address }) {
      const account = owner;
      assert(account !== undefined, 'an account actor has an account');
      checkNewPassphrase(next);
      if (actor.session_id !== undefined) await prove(account, current ?? '', address);
      const stored = await hashPassphrase(next, random.bytes(SALT_BYTES));
      await db.write(async (tx) => {
        const claimedAt = account.claimed_at ?? clock.now();
        await store.setPassphrase(tx, account.account_id, { passphrase: stored, claimed_at: claimedAt });
        await secrets.remove(tx, secretNames.claim);
        for (const { sessionId } of standing.values()) {
          if (sessionId !== actor.session_id)
            await endIn(tx, actorToString(actor), sessionId, 'passphrase-changed');
        }
        const event = { type: 'session.passphrase_changed', subject: nodeId(), actor: actorToString(actor) };
        await events.append(tx, [event]);
        tx.afterCommit(() => {
          claimToken = undefined;
          owner = { ...account, passphrase: stored, claimed_at: claimedAt };
          for (const run of claimed) run();
        });
      });
    },
    async expire() {
      const over = [...standing.keys()].filter((sessionId) => !stands(sessionId));
      await db.write(async (tx) => {
        for (const sessionId of over) await endIn(tx, 'system', sessionId, 'expired');
        await store.forgetUsedRefresh(tx, clock.now() - REFRESH_IDLE_MS);
      });
    },
    onEnded(run) {
      ended.add(run);
      return () => ended.delete(run);
    },
    onClaimed: (run) => void claimed.add(run),
  };
}

function hashOf(refreshToken: string): Uint8Array {
  return sha256(utf8(refreshToken));
}
