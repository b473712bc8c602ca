// Pairing: a signed-in device shows a code, another redeems it, both show a number, the first one confirms it, and the
// other collects its session. In memory, since it lives two minutes. A code works once: a second redemption, which only
// somebody who photographed it can make, ends the pairing for both.
import { sha256, toBase64Url, utf8 } from '#protocol';
import { actorToString, type AccountActor } from '#kernel/actor.ts';
import type { Events } from '#kernel/events.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { createAttempts } from '../sessions/attempts.ts';
import type { Device, Grant, Sessions } from '../sessions/service.ts';
import {
  PAIRING_CODE_BYTES,
  PAIRING_MS,
  PAIRING_NUMBER_DIGITS,
  PAIRINGS_MAX,
  refusals,
  type PairingState,
  type PairingView,
} from './model.ts';

export interface Pairings {
  /** A new code, to be shown as a QR picture. */
  begin(actor: AccountActor): { readonly view: PairingView; readonly code: string };
  /** How a pairing stands, for the session that began it. @throws pairing/not-found */
  view(actor: AccountActor, pairingId: string): PairingView;
  /** @throws pairing/not-found, pairing/number */
  confirm(actor: AccountActor, pairingId: string, number: string): void;
  /** @throws pairing/not-found */
  refuse(actor: AccountActor, pairingId: string): void;
  /** For the new device: a secret with which it collects its session. @throws pairing/code, session/too-many-attempts */
  redeem(code: string, device: Device): { readonly view: PairingView; readonly token: string };
  /** The session once confirmed; undefined before. @throws pairing/code, pairing/refused, session/too-many-attempts */
  collect(token: string, address: string): Promise<Grant | undefined>;
}

interface Pairing {
  readonly pairingId: string;
  readonly by: AccountActor;
  readonly expiresAt: number;
  readonly codeHash: string;
  state: PairingState;
  tokenHash: string | undefined;
  number: string | null;
  deviceName: string | null;
}

export function createPairings(host: {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly sessions: Sessions;
}): Pairings {
  const { clock, random, events, sessions } = host;
  const attempts = createAttempts(clock);
  const pairings = new Map<string, Pairing>();

  const secret = (): string => toBase64Url(random.bytes(PAIRING_CODE_BYTES));
  const stands = ({ expiresAt, by }: Pairing): boolean =>
    expiresAt > clock.now() && by.session_id !== undefined && sessions.stands(by.session_id);
  const tidy = (): void => {
    for (const pairing of pairings.values()) if (!stands(pairing)) pairings.delete(pairing.pairingId);
  };
  const own = (actor: AccountActor, pairingId: string): Pairing => {
    tidy();
    const found = pairings.get(pairingId);
    if (found === undefined || found.by.session_id !== actor.session_id) throw refusals.notFound();
    return found;
  };
  const guess = (address: string, matches: (pairing: Pairing) => boolean): Pairing => {
    attempts.check(address);
    tidy();
    const found = [...pairings.values()].find(matches);
    if (found !== undefined) return found;
    attempts.failed(address);
    throw refusals.code();
  };

  return {
    begin(actor) {
      tidy();
      const oldest = pairings.keys().next().value;
      if (pairings.size >= PAIRINGS_MAX && oldest !== undefined) pairings.delete(oldest);
      const code = secret();
      const pairing: Pairing = {
        pairingId: secret(),
        by: actor,
        expiresAt: clock.now() + PAIRING_MS,
        codeHash: hashOf(code),
        state: 'waiting',
        tokenHash: undefined,
        number: null,
        deviceName: null,
      };
      pairings.set(pairing.pairingId, pairing);
      return { view: viewOf(pairing), code };
    },
    view: (actor, pairingId) => viewOf(own(actor, pairingId)),
    confirm(actor, pairingId, number) {
      const pairing = own(actor, pairingId);
      if (pairing.state !== 'redeemed' || pairing.number !== number) throw refusals.number();
      pairing.state = 'confirmed';
    },
    refuse(actor, pairingId) {
      own(actor, pairingId).state = 'refused';
    },
    redeem(code, { name, address }) {
      const pairing = guess(address, ({ codeHash }) => codeHash === hashOf(code));
      if (pairing.state !== 'waiting') {
        if (pairing.state !== 'done') pairing.state = 'refused';
        attempts.failed(address);
        throw refusals.code();
      }
      const token = secret();
      pairing.state = 'redeemed';
      pairing.tokenHash = hashOf(token);
      pairing.number = digits(random.bytes(4));
      pairing.deviceName = name;
      return { view: viewOf(pairing), token };
    },
    async collect(token, address) {
      const pairing = guess(address, ({ tokenHash }) => tokenHash === hashOf(token));
      if (pairing.state === 'refused') throw refusals.refused();
      if (pairing.state === 'done') throw refusals.code();
      if (pairing.state !== 'confirmed') return undefined;
      // Before anything is awaited: two collections at the same moment are one session.
      pairing.state = 'done';
      return sessions.open(pairing.deviceName ?? '', {
        // The owner proved it on the other device; this one does when it comes to that.
        proven: false,
        within: (tx) => {
          const by = actorToString(pairing.by);
          return events.append(tx, [
            { type: 'session.paired', subject: pairing.by.session_id ?? '', actor: by },
          ]);
        },
      });
    },
  };
}

function viewOf({ pairingId, state, number, deviceName, expiresAt }: Pairing): PairingView {
  return { pairingId, state, number, deviceName, expiresAt };
}

function hashOf(code: string): string {
  return toBase64Url(sha256(utf8(code)));
}

/** Four bytes hold over four thousand million: what the last incomplete round favours cannot be noticed. */
function digits(bytes: Uint8Array): string {
  const number = Buffer.from(bytes).readUInt32BE() % 10 ** PAIRING_NUMBER_DIGITS;
  return String(number).padStart(PAIRING_NUMBER_DIGITS, '0');
}
