// The owner's sessions: claim, sign in, renew, end. Every request checks that its session still stands,
// so that ending one is immediate. Slow hashing stands outside the transactions, which then look again.
import { actorToString, type AccountActor, type Actor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import type { Host } from '#kernel/feature.ts';
import type { Secrets } from '#node/vault/index.ts';
import assert from 'node:assert/strict';
import { loadFamilies, type Families, type Renewed } from './families.ts';
import { checkNewPassphrase, refusals, type EndReason } from './model.ts';
import { loadOwner, type Owner } from './owner.ts';
import { hashPassphrase } from './passphrase.ts';
import { createTokens } from './tokens.ts';

const SALT_BYTES = 16;

/** What a device holds after signing in. */
export interface Grant extends Renewed {
  readonly accessToken: string;
  readonly accessExpiresAt: number;
}

export interface Device {
  readonly name: string;
  /** The peer's address, for the limit on attempts. */
  readonly address: string;
}

export interface PassphraseChange {
  /** Not asked on the local socket. */
  readonly current?: string;
  readonly next: string;
  readonly address: string;
}

export interface Sessions
  extends Pick<Families, 'stands' | 'list' | 'expire' | 'onEnded'>, Pick<Owner, 'claimToken' | 'onClaimed'> {
  ownerId(): string | undefined;
  /** Makes the holder of the claim token the owner. @throws session/claimed, session/claim-token, session/passphrase-unprocessable, session/too-many-attempts */
  claim(token: string, passphrase: string, device: Device): Promise<Grant>;
  /** @throws session/passphrase, session/unclaimed, session/too-many-attempts */
  signIn(passphrase: string, device: Device): Promise<Grant>;
  /** A new pair of tokens for a refresh token. @throws session/refresh, session/reuse */
  refresh(refreshToken: string): Promise<Grant>;
  /** Who an access token stands for. @throws session/token */
  authenticate(accessToken: string): Promise<AccountActor>;
  /** @throws session/not-found */
  end(actor: Actor, sessionId: string, reason: EndReason): Promise<void>;
  /** Ends all other sessions too. @throws session/passphrase, session/passphrase-unprocessable, session/too-many-attempts */
  changePassphrase(actor: AccountActor, change: PassphraseChange): Promise<void>;
}

export async function createSessions(host: Host, secrets: Secrets, nodeId: () => string): Promise<Sessions> {
  const { db, clock, random, events, keyring } = host;
  const tokens = createTokens({ keyring, clock, issuer: nodeId });
  const families = await loadFamilies({ db, clock, random, events });
  const owner = await loadOwner({ db, clock, random, events }, secrets, nodeId);

  const withAccess = async (renewed: Renewed): Promise<Grant> => {
    const { token, expiresAt } = await tokens.issue(renewed.session);
    return { ...renewed, accessToken: token, accessExpiresAt: expiresAt };
  };
  const tell = (tx: Tx, type: string, actor: string): Promise<void> =>
    events.append(tx, [{ type, subject: nodeId(), actor }]);

  return {
    stands: (sessionId) => families.stands(sessionId),
    list: () => families.list(),
    expire: () => families.expire(),
    onEnded: (run) => families.onEnded(run),
    claimToken: () => owner.claimToken(),
    onClaimed: (run) => owner.onClaimed(run),
    ownerId: () => owner.account()?.account_id,
    async claim(token, passphrase, device) {
      const account = await owner.proveByToken(token, device.address);
      checkNewPassphrase(passphrase);
      const hash = await hashPassphrase(passphrase, random.bytes(SALT_BYTES));
      const renewed = await db.write(async (tx) => {
        await owner.requireUnchanged(tx, account);
        await owner.setPassphrase(tx, account, hash);
        await tell(tx, 'identity.claimed', `account:${account.account_id}`);
        return families.begin(tx, account.account_id, device.name);
      });
      return withAccess(renewed);
    },
    async signIn(passphrase, device) {
      const account = await owner.proveByPassphrase(passphrase, device.address);
      const renewed = await db.write(async (tx) => {
        await owner.requireUnchanged(tx, account);
        return families.begin(tx, account.account_id, device.name);
      });
      return withAccess(renewed);
    },
    async refresh(refreshToken) {
      const outcome = await families.renew(refreshToken);
      if (outcome === 'refresh' || outcome === 'reuse') throw refusals[outcome]();
      return withAccess(outcome);
    },
    async authenticate(accessToken) {
      const { accountId, sessionId } = await tokens.verify(accessToken);
      if (!families.stands(sessionId)) throw refusals.token();
      return { kind: 'account', account_id: accountId, role: 'owner', session_id: sessionId };
    },
    async end(actor, sessionId, reason) {
      if (!families.stands(sessionId)) throw refusals.notFound();
      await db.write((tx) => families.end(tx, actorToString(actor), sessionId, reason));
    },
    async changePassphrase(actor, { current, next, address }) {
      checkNewPassphrase(next);
      const account =
        actor.session_id === undefined
          ? owner.account()
          : await owner.proveByPassphrase(current ?? '', address);
      assert(account !== undefined, 'an account actor has an account');
      const hash = await hashPassphrase(next, random.bytes(SALT_BYTES));
      await db.write(async (tx) => {
        await owner.requireUnchanged(tx, account);
        await owner.setPassphrase(tx, account, hash);
        await families.endOthers(tx, actorToString(actor), actor.session_id);
        await tell(tx, 'session.passphrase_changed', actorToString(actor));
      });
    },
  };
}
