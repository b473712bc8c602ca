// The owner's credential: the claim token until there is another, then a passphrase with its second factor (passkeys
// stand apart). Guesses at any are limited and recorded.
// It holds the account in memory; the passphrase itself only while it is being checked.
import { equalBytes, sha256, toBase64Url, utf8 } from '#protocol';
import type { Reader, Tx } from '#kernel/db/database.ts';
import type { Secrets } from '#node/vault/index.ts';
import { secretNames } from '../model.ts';
import { createAttempts } from './attempts.ts';
import type { FamilyHost } from './families.ts';
import { refusals, type Proof } from './model.ts';
import { isPassphrase } from './passphrase.ts';
import * as store from './store.ts';

export interface Owner {
  account(): store.AccountRow | undefined;
  /** The token of the claim link; undefined once the node has its owner. */
  claimToken(): string | undefined;
  /** The account that a claim token opens. @throws session/claimed, session/claim-token, session/too-many-attempts */
  proveByToken(token: string, address: string): Promise<store.AccountRow>;
  /** Does `effect` in the transaction that takes the proof. @throws session/unclaimed, session/passphrase, session/second-factor, session/code, session/too-many-attempts */
  prove<Result>(
    proof: Proof,
    address: string,
    effect: (tx: Tx, account: store.AccountRow) => Promise<Result>,
  ): Promise<Result>;
  /** Stores what the owner signs in with from now on: a passphrase hash, or nothing where it is a passkey. The claim token is gone. */
  secure(tx: Tx, account: store.AccountRow, hash?: string): Promise<void>;
  /** Whether the account is still as it was when it was proven. @throws session/passphrase, session/claimed */
  requireUnchanged(tx: Tx, proven: store.AccountRow): Promise<void>;
  onClaimed(run: () => void): void;
}

/** What a passphrase alone does not open, once it is on. */
export interface CodeCheck {
  isOn(reader: Reader): Promise<boolean>;
  /** Uses a code up; true where none is asked for. */
  take(tx: Tx, code: string | undefined): Promise<boolean>;
}

export async function loadOwner(
  host: FamilyHost,
  { secrets, nodeId, secondFactor }: { secrets: Secrets; nodeId: () => string; secondFactor: CodeCheck },
): Promise<Owner> {
  const { db, clock, events } = host;
  const attempts = createAttempts(clock);
  const listeners = new Set<() => void>();
  let account = await store.findOwner(db.read);
  const claimSecret = await secrets.get(secretNames.claim);
  let claimToken = claimSecret === undefined ? undefined : toBase64Url(claimSecret);

  // Bounded by the limit on attempts: at most a hundred in a quarter of an hour.
  const record = (type: string, address: string): Promise<void> =>
    db.write((tx) => events.append(tx, [{ type, subject: nodeId(), actor: 'anonymous', new: { address } }]));

  const requireUnchanged = async (tx: Tx, proven: store.AccountRow): Promise<void> => {
    const now = await store.findOwner(tx);
    if (now?.passphrase === proven.passphrase && now.claimed_at === proven.claimed_at) return;
    throw proven.claimed_at === null ? refusals.claimed() : refusals.passphrase();
  };

  return {
    account: () => account,
    claimToken: () => claimToken,
    async proveByToken(token, address) {
      if (account === undefined || claimToken === undefined) throw refusals.claimed();
      attempts.check(address);
      if (equalBytes(sha256(utf8(token)), sha256(utf8(claimToken)))) return account;
      attempts.failed(address);
      await record('session.claim_refused', address);
      throw refusals.claimToken();
    },
    async prove({ passphrase, code }, address, effect) {
      const proven = account;
      if (proven === undefined || proven.claimed_at === null) throw refusals.unclaimed();
      attempts.check(address);
      // Counted before the slow hash and given back after: parallel guesses must not all pass the check first.
      attempts.failed(address);
      if (proven.passphrase === null || !(await isPassphrase(proven.passphrase, passphrase))) {
        await record('session.refused', address);
        throw refusals.passphrase();
      }
      if (code === undefined && (await secondFactor.isOn(db.read))) {
        // No guess was made. What stands of earlier ones stays, or the right passphrase would clear the way to guess codes.
        attempts.forgive(address);
        throw refusals.secondFactor();
      }
      const outcome = await db.write(async (tx) => {
        await requireUnchanged(tx, proven);
        if (!(await secondFactor.take(tx, code))) return undefined;
        return { result: await effect(tx, proven) };
      });
      if (outcome === undefined) {
        await record('session.refused', address);
        throw refusals.code();
      }
      attempts.succeeded(address);
      return outcome.result;
    },
    async secure(tx, { account_id: accountId, claimed_at: claimedAt }, hash) {
      await store.updateAccount(tx, accountId, {
        claimed_at: claimedAt ?? clock.now(),
        ...(hash === undefined ? {} : { passphrase: hash }),
      });
      await secrets.remove(tx, secretNames.claim);
      if (claimedAt === null) {
        const event = { type: 'identity.claimed', subject: nodeId(), actor: `account:${accountId}` };
        await events.append(tx, [event]);
      }
      const changed = await store.findOwner(tx);
      tx.afterCommit(() => {
        account = changed;
        claimToken = undefined;
        for (const run of listeners) run();
      });
    },
    requireUnchanged,
    onClaimed: (run) => void listeners.add(run),
  };
}
