// The owner's credential: the one-time claim token, then a passphrase. Guesses at either are limited and recorded.
// It holds the account in memory; the passphrase itself only while it is being checked.
import { equalBytes, sha256, toBase64Url, utf8 } from '#protocol';
import type { Tx } from '#kernel/db/database.ts';
import type { Secrets } from '#node/vault/index.ts';
import { secretNames } from '../model.ts';
import { createAttempts } from './attempts.ts';
import type { FamilyHost } from './families.ts';
import { refusals } from './model.ts';
import { isPassphrase } from './passphrase.ts';
import * as store from './store.ts';

export interface Owner {
  account(): store.AccountRow | undefined;
  /** The token of the claim link; undefined once the node has its owner. */
  claimToken(): string | undefined;
  /** The account that a claim token opens. @throws session/claimed, session/claim-token, session/too-many-attempts */
  proveByToken(token: string, address: string): Promise<store.AccountRow>;
  /** The account that a passphrase opens. @throws session/unclaimed, session/passphrase, session/too-many-attempts */
  proveByPassphrase(passphrase: string, address: string): Promise<store.AccountRow>;
  /** Stores a passphrase hash; the claim token is gone from then on. */
  setPassphrase(tx: Tx, account: store.AccountRow, hash: string): Promise<void>;
  /** Whether the account is still as it was when it was proven. @throws session/passphrase, session/claimed */
  requireUnchanged(tx: Tx, proven: store.AccountRow): Promise<void>;
  onClaimed(run: () => void): void;
}

export async function loadOwner(host: FamilyHost, secrets: Secrets, nodeId: () => string): Promise<Owner> {
  const { db, clock, events } = host;
  const attempts = createAttempts(clock);
  const listeners = new Set<() => void>();
  let account = await store.findOwner(db.read);
  const claimSecret = await secrets.get(secretNames.claim);
  let claimToken = claimSecret === undefined ? undefined : toBase64Url(claimSecret);

  // Bounded by the limit on attempts: at most a hundred in a quarter of an hour.
  const record = (type: string, address: string): Promise<void> =>
    db.write((tx) => events.append(tx, [{ type, subject: nodeId(), actor: 'anonymous', new: { address } }]));

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
    async proveByPassphrase(passphrase, address) {
      const proven = account;
      if (proven === undefined || proven.passphrase === null) throw refusals.unclaimed();
      attempts.check(address);
      // Counted before the slow hash and given back after: parallel guesses must not all pass the check first.
      attempts.failed(address);
      if (await isPassphrase(proven.passphrase, passphrase)) {
        attempts.succeeded(address);
        return proven;
      }
      await record('session.refused', address);
      throw refusals.passphrase();
    },
    async setPassphrase(tx, { account_id: accountId }, hash) {
      const claimedAt = account?.claimed_at ?? clock.now();
      await store.setPassphrase(tx, accountId, { passphrase: hash, claimed_at: claimedAt });
      await secrets.remove(tx, secretNames.claim);
      const changed = await store.findOwner(tx);
      tx.afterCommit(() => {
        account = changed;
        claimToken = undefined;
        for (const run of listeners) run();
      });
    },
    async requireUnchanged(tx, proven) {
      const now = await store.findOwner(tx);
      if (now?.passphrase === proven.passphrase) return;
      throw proven.passphrase === null ? refusals.claimed() : refusals.passphrase();
    },
    onClaimed: (run) => void listeners.add(run),
  };
}
