// The second factor of the passphrase: an authenticator app, with ten recovery codes for the day the phone is lost.
// A code works once, a step of time too; it is used up in the transaction of what it opens, so that two uses at the
// same moment open one thing. Guesses are limited where the passphrase is (sessions/owner.ts).
import { actorToString, type Actor } from '#kernel/actor.ts';
import type { Database, Tx } from '#kernel/db/database.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { Secrets } from '#node/vault/index.ts';
import assert from 'node:assert/strict';
import { secretNames } from '../model.ts';
import type { CodeCheck } from '../sessions/owner.ts';
import { ENROLMENT_MS, RECOVERY_CODE_BYTES, RECOVERY_CODES, refusals } from './model.ts';
import { formatRecoveryCode, recoveryCodeHash } from './recovery-codes.ts';
import * as store from './store.ts';
import { otpauthUrl, SECRET_BYTES, stepOfCode, toBase32 } from './totp.ts';

export interface FactorState {
  readonly since: number | null;
  readonly recoveryCodesLeft: number;
}

export interface SecondFactor extends CodeCheck {
  state(): Promise<FactorState>;
  /** A new secret to scan; it counts once `confirm` has seen a code of it. @throws second-factor/on */
  begin(account: string): Promise<{ readonly secret: string; readonly url: string }>;
  /** Turns the factor on; answers the recovery codes, which are shown this once. @throws second-factor/on, second-factor/not-begun, second-factor/code */
  confirm(actor: Actor, accountId: string, code: string): Promise<readonly string[]>;
  /** New recovery codes; the old ones work no more. @throws second-factor/off */
  renewCodes(actor: Actor): Promise<readonly string[]>;
  /** @throws second-factor/off */
  turnOff(actor: Actor): Promise<void>;
}

export function createSecondFactor(host: {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly secrets: Secrets;
  readonly nodeId: () => string;
}): SecondFactor {
  const { db, clock, random, events, secrets } = host;
  // In memory: a set-up that a restart cuts short is begun again.
  let pending: { readonly secret: Uint8Array; readonly until: number } | undefined;

  const tell = (tx: Tx, type: string, actor: Actor): Promise<void> =>
    events.append(tx, [{ type, subject: host.nodeId(), actor: actorToString(actor) }]);
  const newCodes = async (tx: Tx, accountId: string, codes: readonly string[]): Promise<void> =>
    store.replaceRecoveryCodes(tx, accountId, codes.map(recoveryCodeHash));
  const makeCodes = (): string[] =>
    Array.from({ length: RECOVERY_CODES }, () => formatRecoveryCode(random.bytes(RECOVERY_CODE_BYTES)));

  return {
    isOn: async (reader) => (await store.findFactor(reader)) !== undefined,
    async take(tx, code) {
      if ((await store.findFactor(tx)) === undefined) return true;
      if (code === undefined) return false;
      const secret = await secrets.get(secretNames.secondFactor, tx);
      assert(secret !== undefined, 'the vault holds the secret of a second factor that is on');
      const step = stepOfCode(secret, code.replaceAll(/\s/g, ''), clock.now());
      if (step !== undefined) return store.takeStep(tx, step);
      if (!(await store.takeRecoveryCode(tx, recoveryCodeHash(code), clock.now()))) return false;
      const event = { type: 'session.recovery_code_used', subject: host.nodeId(), actor: 'anonymous' };
      await events.append(tx, [event]);
      return true;
    },
    async state() {
      const row = await store.findFactor(db.read);
      if (row === undefined) return { since: null, recoveryCodesLeft: 0 };
      return { since: row.confirmed_at, recoveryCodesLeft: await store.countRecoveryCodes(db.read) };
    },
    async begin(account) {
      if ((await store.findFactor(db.read)) !== undefined) throw refusals.isOn();
      const secret = random.bytes(SECRET_BYTES);
      pending = { secret, until: clock.now() + ENROLMENT_MS };
      return { secret: toBase32(secret), url: otpauthUrl(secret, account) };
    },
    async confirm(actor, accountId, code) {
      if (pending === undefined || pending.until <= clock.now()) throw refusals.notBegun();
      const { secret } = pending;
      const step = stepOfCode(secret, code.replaceAll(/\s/g, ''), clock.now());
      if (step === undefined) throw refusals.wrongCode();
      const codes = makeCodes();
      await db.write(async (tx) => {
        if ((await store.findFactor(tx)) !== undefined) throw refusals.isOn();
        await secrets.put(tx, secretNames.secondFactor, secret);
        // The step of this code is used: it must not sign anybody in as well.
        await store.insertFactor(tx, { account_id: accountId, confirmed_at: clock.now(), last_step: step });
        await newCodes(tx, accountId, codes);
        await tell(tx, 'session.second_factor_on', actor);
      });
      pending = undefined;
      return codes;
    },
    async renewCodes(actor) {
      const codes = makeCodes();
      await db.write(async (tx) => {
        const row = await store.findFactor(tx);
        if (row === undefined) throw refusals.isOff();
        await newCodes(tx, row.account_id, codes);
        await tell(tx, 'session.recovery_codes_renewed', actor);
      });
      return codes;
    },
    turnOff: (actor) =>
      db.write(async (tx) => {
        if ((await store.findFactor(tx)) === undefined) throw refusals.isOff();
        await store.deleteFactor(tx);
        await secrets.remove(tx, secretNames.secondFactor);
        await tell(tx, 'session.second_factor_off', actor);
      }),
  };
}
