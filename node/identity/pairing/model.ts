// Pairing another device: its states, limits and refusals. Pure: no I/O.
// The code in the QR picture opens nothing alone: the owner compares a number on both screens first.
import { AppError } from '#protocol/errors.ts';

/** Long enough to pick up the phone, too short to be found on a photograph. */
export const PAIRING_MS = 2 * 60_000;
export const PAIRING_CODE_BYTES = 16;
/** Four digits: the owner compares them at a glance, and somebody else's request shows another one. */
export const PAIRING_NUMBER_DIGITS = 4;
/** Open at once; the oldest makes room. One person pairs one device at a time. */
export const PAIRINGS_MAX = 5;

export type PairingState = 'waiting' | 'redeemed' | 'confirmed' | 'refused' | 'done';

export interface PairingView {
  readonly pairingId: string;
  readonly state: PairingState;
  /** From the moment that a device has redeemed the code. */
  readonly number: string | null;
  readonly deviceName: string | null;
  readonly expiresAt: number;
}

export const refusals = {
  code: (): AppError =>
    new AppError({
      category: 'unauthorized',
      code: 'pairing/code',
      safe: {
        en: 'This pairing code is used or has run out. Show a new one on the device that is signed in.',
        fr: "Ce code de jumelage a déjà servi ou a expiré. Affichez-en un nouveau sur l'appareil connecté.",
      },
    }),
  refused: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'pairing/refused',
      safe: {
        en: 'The other device has said no. Nothing was opened.',
        fr: "L'autre appareil a dit non. Rien n'a été ouvert.",
      },
    }),
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'pairing/not-found',
      safe: {
        en: 'This pairing has run out. Nothing was opened. Begin again.',
        fr: "Ce jumelage a expiré. Rien n'a été ouvert. Recommencez.",
      },
    }),
  number: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'pairing/number',
      safe: {
        en: 'This is not the number of the device that asks. Nothing was opened. If another number shows there, refuse.',
        fr: "Ce n'est pas le nombre de l'appareil qui demande. Rien n'a été ouvert. Si un autre nombre s'y affiche, refusez.",
      },
    }),
} as const;
