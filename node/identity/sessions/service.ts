// The owner's sessions: claim, sign in, renew, end. Every request checks that its session still stands,
// so that ending one is immediate. Slow hashing stands outside the transactions, which then look again.
import { actorToString, type AccountActor, type Actor } from '#kernel/actor.ts';
import type { Tx } from '#kernel/db/database.ts';
import type { Host } from '#kernel/feature.ts';
import type { Secrets } from '#node/vault/index.ts';
import { recoveryWords, type WordLanguage } from '#protocol';
import assert from 'node:assert/strict';
import { loadFamilies, type Families, type Renewed } from './families.ts';
import { checkNewPassphrase, MADE_PASSPHRASE_WORDS, refusals, type EndReason, type Proof } from './model.ts';
import { loadOwner, type CodeCheck, type Owner } from './owner.ts';
import { hashPassphrase } from './passphrase.ts';
import type { AccountRow } from './store.ts';
import { createTokens } from './tokens.ts';

const SALT_BYTES = 16;
/** What 24 words are made of; the first ones are used. */
const MADE_SEED_BYTES = 32;

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

export interface Sessions
  extends
    Pick<Families, 'stands' | 'list' | 'expire' | 'onEnded' | 'prove'>,
    Pick<Owner, 'claimToken' | 'onClaimed'> {
  ownerId(): string | undefined;
  /** What the owner can sign in with, besides passkeys. `claimed`: whether there is anything at all. */
  credentials(): { readonly claimed: boolean; readonly passphrase: boolean };
  /**
   * Makes the holder of the claim token the owner. Without a passphrase the link stays good until there is one or a
   * passkey, and each opening ends the session of the one before. @throws session/claimed, session/claim-token,
   * session/passphrase-unprocessable, session/too-many-attempts
   */
  claim(token: string, passphrase: string | undefined, device: Device): Promise<Grant>;
  /** @throws session/passphrase, session/second-factor, session/code, session/unclaimed, session/too-many-attempts */
  signIn(proof: Proof, device: Device): Promise<Grant>;
  /** A session for whom `within` lets in: it runs in the same transaction, and refuses by throwing. `proven` as in step-up. */
  open(
    name: string,
    options: { readonly proven: boolean; readonly within: (tx: Tx) => Promise<void> },
  ): Promise<Grant>;
  /** Notes that this session's owner has just given a proof. @throws as signIn */
  stepUp(actor: AccountActor, proof: Proof, address: string): Promise<void>;
  /** A new pair of tokens for a refresh token. @throws session/refresh, session/reuse */
  refresh(refreshToken: string): Promise<Grant>;
  /** Who an access token stands for. @throws session/token */
  authenticate(accessToken: string): Promise<AccountActor>;
  /** @throws session/not-found */
  end(actor: Actor, sessionId: string, reason: EndReason): Promise<void>;
  endOthers(actor: AccountActor): Promise<void>;
  /** @throws session/not-found */
  rename(sessionId: string, name: string): Promise<void>;
  /** Ends all other sessions too. @throws session/passphrase-unprocessable, session/passphrase */
  changePassphrase(actor: AccountActor, next: string): Promise<void>;
  /** As `changePassphrase`, with one made of random words, which it answers. @throws session/unclaimed, session/passphrase */
  newPassphrase(actor: AccountActor, language: WordLanguage): Promise<string>;
  /** Within the transaction that stores another credential: the claim link works no more, sessions opened by it end. */
  secure(tx: Tx, actor: AccountActor): Promise<void>;
}

export async function createSessions(
  host: Host,
  parts: { readonly secrets: Secrets; readonly nodeId: () => string; readonly secondFactor: CodeCheck },
): Promise<Sessions> {
  const { db, clock, random, events, keyring } = host;
  const { nodeId } = parts;
  const tokens = createTokens({ keyring, clock, issuer: nodeId });
  const families = await loadFamilies({ db, clock, random, events });
  const owner = await loadOwner({ db, clock, random, events }, parts);

  const withAccess = async (renewed: Renewed): Promise<Grant> => {
    const { token, expiresAt } = await tokens.issue(renewed.session);
    return { ...renewed, accessToken: token, accessExpiresAt: expiresAt };
  };
  const account = (): AccountRow => {
    const found = owner.account();
    assert(found !== undefined, 'a node with sessions has an account');
    return found;
  };
  const hashed = (passphrase: string): Promise<string> => {
    checkNewPassphrase(passphrase);
    return hashPassphrase(passphrase, random.bytes(SALT_BYTES));
  };

  const changePassphrase = async (actor: AccountActor, next: string): Promise<void> => {
    const before = account();
    const hash = await hashed(next);
    const who = actorToString(actor);
    await db.write(async (tx) => {
      await owner.requireUnchanged(tx, before);
      await owner.secure(tx, before, hash);
      await families.endOthers(tx, { actor: who, kept: actor.session_id, reason: 'passphrase-changed' });
      await events.append(tx, [{ type: 'session.passphrase_changed', subject: nodeId(), actor: who }]);
    });
    if (actor.session_id !== undefined) families.prove(actor.session_id);
  };

  return {
    stands: (sessionId) => families.stands(sessionId),
    list: () => families.list(),
    expire: () => families.expire(),
    onEnded: (run) => families.onEnded(run),
    prove: (sessionId) => families.prove(sessionId),
    claimToken: () => owner.claimToken(),
    onClaimed: (run) => owner.onClaimed(run),
    ownerId: () => owner.account()?.account_id,
    credentials() {
      const { claimed_at: claimedAt, passphrase } = account();
      return { claimed: claimedAt !== null, passphrase: passphrase !== null };
    },
    async claim(token, passphrase, device) {
      const proven = await owner.proveByToken(token, device.address);
      const hash = passphrase === undefined ? undefined : await hashed(passphrase);
      const renewed = await db.write(async (tx) => {
        await owner.requireUnchanged(tx, proven);
        const actor = `account:${proven.account_id}`;
        await families.endOthers(tx, { actor, kept: undefined, reason: 'claimed' });
        if (hash !== undefined) await owner.secure(tx, proven, hash);
        return families.begin(tx, proven.account_id, { name: device.name, proven: true });
      });
      return withAccess(renewed);
    },
    async signIn(proof, { name, address }) {
      const renewed = await owner.prove(proof, address, (tx, { account_id: accountId }) =>
        families.begin(tx, accountId, { name, proven: true }),
      );
      return withAccess(renewed);
    },
    async open(name, { proven, within }) {
      const { account_id: accountId } = account();
      const renewed = await db.write(async (tx) => {
        await within(tx);
        return families.begin(tx, accountId, { name, proven });
      });
      return withAccess(renewed);
    },
    async stepUp(actor, proof, address) {
      await owner.prove(proof, address, () => Promise.resolve());
      if (actor.session_id !== undefined) families.prove(actor.session_id);
    },
    async refresh(refreshToken) {
      const outcome = await families.renew(refreshToken);
      if (outcome === 'refresh' || outcome === 'reuse') throw refusals[outcome]();
      return withAccess(outcome);
    },
    async authenticate(accessToken) {
      const { accountId, sessionId } = await tokens.verify(accessToken);
      if (!families.stands(sessionId)) throw refusals.token();
      families.touch(sessionId);
      // Before there is a credential there is nothing to prove with: the claim link itself was the proof.
      const proven = families.isProven(sessionId) || account().claimed_at === null;
      return { kind: 'account', account_id: accountId, role: 'owner', session_id: sessionId, proven };
    },
    async end(actor, sessionId, reason) {
      if (!families.stands(sessionId)) throw refusals.notFound();
      await db.write((tx) => families.end(tx, actorToString(actor), sessionId, reason));
    },
    endOthers: (actor) =>
      db.write((tx) =>
        families.endOthers(tx, { actor: actorToString(actor), kept: actor.session_id, reason: 'revoked' }),
      ),
    async rename(sessionId, name) {
      if (!families.stands(sessionId)) throw refusals.notFound();
      await db.write((tx) => families.rename(tx, sessionId, name));
    },
    async newPassphrase(actor, language) {
      if (account().claimed_at === null) throw refusals.unclaimed();
      const words = recoveryWords(random.bytes(MADE_SEED_BYTES), language).slice(0, MADE_PASSPHRASE_WORDS);
      const passphrase = words.join(' ');
      await changePassphrase(actor, passphrase);
      return passphrase;
    },
    changePassphrase,
    async secure(tx, actor) {
      const before = account();
      if (before.claimed_at !== null) return;
      await owner.requireUnchanged(tx, before);
      await owner.secure(tx, before);
      const who = actorToString(actor);
      await families.endOthers(tx, { actor: who, kept: actor.session_id, reason: 'claimed' });
    },
  };
}
