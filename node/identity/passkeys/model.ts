// Where passkeys work, their limits and their refusals. Pure: no I/O.
// A passkey belongs to a name (its RP ID): browsers offer it under that name alone, and only in a secure context.
import { AppError, type Text } from '#protocol/errors.ts';

/** A person's devices, security keys and password managers. */
export const PASSKEYS_MAX = 20;
/** From the question to the finger: browsers give up after about this time as well. */
export const CHALLENGE_MS = 5 * 60_000;
/** An attestation of a security key with its certificates has some 3 kB; the rest of a response less. */
export const RESPONSE_PART_CHARS_MAX = 16_384;

/** Why passkeys cannot be used where a request came from; null where they can. */
export type WhyNot = 'plain-http' | 'ip-address' | null;

export interface Place {
  readonly rpId: string;
  readonly origin: string;
}

export interface Passkey {
  readonly id: string;
  readonly rpId: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
  /** Whether its password manager keeps a copy elsewhere. */
  readonly backedUp: boolean;
  readonly name: string;
  readonly createdAt: number;
  readonly usedAt: number | null;
}

export const whyNotTexts: Readonly<Record<NonNullable<WhyNot>, Text>> = {
  'plain-http': {
    en: 'Passkeys need an encrypted connection. Open the node over https, or at http://localhost on its own machine.',
    fr: 'Les clés d’accès demandent une connexion chiffrée. Ouvrez le nœud en https, ou à l’adresse http://localhost sur sa propre machine.',
  },
  'ip-address': {
    en: 'Passkeys belong to a name, and this address is a number. Open the node under its name, or at http://localhost on its own machine.',
    fr: 'Une clé d’accès appartient à un nom, et cette adresse est un nombre. Ouvrez le nœud sous son nom, ou à l’adresse http://localhost sur sa propre machine.',
  },
};

export const refusals = {
  place: (why: NonNullable<WhyNot>): AppError =>
    new AppError({ category: 'conflict', code: 'passkey/place', safe: whyNotTexts[why] }),
  /** One answer to whatever is wrong with a response: it tells a guesser nothing. */
  response: (cause?: unknown): AppError =>
    new AppError({
      category: 'unauthorized',
      code: 'passkey/refused',
      safe: {
        en: 'This passkey could not be checked. Nothing was changed. Try once more, or use the passphrase.',
        fr: "Cette clé d'accès n'a pas pu être vérifiée. Rien n'a été modifié. Réessayez, ou utilisez la phrase de passe.",
      },
      cause,
    }),
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'passkey/not-found',
      safe: { en: 'There is no such passkey.', fr: "Cette clé d'accès n'existe pas." },
    }),
  known: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'passkey/known',
      safe: {
        en: 'This passkey is registered already. Nothing was changed.',
        fr: "Cette clé d'accès est déjà enregistrée. Rien n'a été modifié.",
      },
    }),
  tooMany: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'passkey/too-many',
      safe: {
        en: `A node keeps ${PASSKEYS_MAX} passkeys. Nothing was changed. Remove one that you no longer use.`,
        fr: `Un nœud garde ${PASSKEYS_MAX} clés d'accès. Rien n'a été modifié. Retirez-en une dont vous ne vous servez plus.`,
      },
    }),
  last: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'passkey/last',
      safe: {
        en: 'This passkey is the only way to sign in. Nothing was changed. Choose a passphrase first, or add another passkey.',
        fr: "Cette clé d'accès est le seul moyen de vous connecter. Rien n'a été modifié. Choisissez d'abord une phrase de passe, ou ajoutez une autre clé.",
      },
    }),
} as const;
