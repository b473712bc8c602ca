// The rules of signing in: lifetimes, limits and refusals. Pure: no I/O.
// What each refusal tells is in its sentence; none tells whether a guess was close.
import { AppError, invalid, type Text } from '#protocol/errors.ts';
import { PASSPHRASE_CHARS_MIN } from '#protocol/limits.ts';

/** An access token is short because it names a session that every request checks anyway. */
export const ACCESS_TOKEN_MS = 10 * 60_000;
/** A refresh token unused for this long ends its session. */
export const REFRESH_IDLE_MS = 30 * 24 * 3_600_000;
/** Sessions end at this age whatever their use. */
export const SESSION_MS_MAX = 180 * 24 * 3_600_000;
/** Devices and browsers of one person; the one used least lately makes room. */
export const SESSIONS_MAX = 50;
export const REFRESH_TOKEN_BYTES = 32;
export const SESSION_ID_BYTES = 16;
/** Bounds what argon2id has to read. */
export const PASSPHRASE_CHARS_MAX = 1_024;
/** Words of a passphrase that the node makes: 77 bits, more than anybody guesses at a hundred in a quarter of an hour. */
export const MADE_PASSPHRASE_WORDS = 7;
/** How long a proof (passphrase, passkey) holds for what asks for step-up: time for one errand in the settings. */
export const PROOF_MS = 5 * 60_000;

export interface Session {
  readonly sessionId: string;
  readonly accountId: string;
  /** What the owner sees in the list: "Firefox on Linux". */
  readonly name: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
}

export type EndReason =
  'signed-out' | 'revoked' | 'reuse' | 'expired' | 'passphrase-changed' | 'too-many' | 'claimed';

/** What a sign-in by passphrase brings: the code where a second factor is on (six digits, or a recovery code). */
export interface Proof {
  readonly passphrase: string;
  readonly code?: string;
}

/** @throws session/passphrase-unprocessable */
export function checkNewPassphrase(passphrase: string): void {
  if (passphrase.length >= PASSPHRASE_CHARS_MIN) return;
  throw invalid('session/passphrase-unprocessable', {
    en: `A passphrase has at least ${PASSPHRASE_CHARS_MIN} characters; a few words in a row are best. Nothing was changed.`,
    fr: `Une phrase de passe a au moins ${PASSPHRASE_CHARS_MIN} caractères ; quelques mots à la suite conviennent le mieux. Rien n'a été modifié.`,
  });
}

export const refusals = {
  token: (cause?: unknown): AppError =>
    unauthorized(
      'session/token',
      {
        en: 'This session has ended or its token is not valid. Sign in again.',
        fr: "Cette session est terminée, ou son jeton n'est pas valable. Reconnectez-vous.",
      },
      cause,
    ),
  refresh: (): AppError =>
    unauthorized('session/refresh', {
      en: 'This session cannot be renewed. Sign in again.',
      fr: 'Cette session ne peut pas être renouvelée. Reconnectez-vous.',
    }),
  reuse: (): AppError =>
    unauthorized('session/reuse', {
      en: 'This session was renewed twice with the same token, so somebody may have copied it: it is closed. Sign in again.',
      fr: "Cette session a été renouvelée deux fois avec le même jeton : quelqu'un l'a peut-être copié, elle est donc fermée. Reconnectez-vous.",
    }),
  passphrase: (): AppError =>
    unauthorized('session/passphrase', {
      en: 'The passphrase is not the right one.',
      fr: "La phrase de passe n'est pas la bonne.",
    }),
  secondFactor: (): AppError =>
    unauthorized('session/second-factor', {
      en: 'The passphrase is right. Now give the code of your authenticator app, or a recovery code.',
      fr: "La phrase de passe est la bonne. Donnez maintenant le code de votre application d'authentification, ou un code de secours.",
    }),
  code: (): AppError =>
    unauthorized('session/code', {
      en: 'This code is not valid, or was used already. Wait for the next one, then try again.',
      fr: "Ce code n'est pas valable, ou a déjà servi. Attendez le suivant, puis réessayez.",
    }),
  /** Signing in over a line that others can read. */
  plainHttp: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'session/plain-http',
      safe: {
        en: 'This connection is not encrypted: others on the network could read your passphrase. Nothing was changed. Open the node over https, or on its own machine. If you accept the risk on this network, type "ored config set edge.insecure true" there, then restart the node.',
        fr: "Cette connexion n'est pas chiffrée : d'autres sur le réseau pourraient lire votre phrase de passe. Rien n'a été modifié. Ouvrez le nœud en https, ou sur sa propre machine. Si vous acceptez le risque sur ce réseau, tapez-y « ored config set edge.insecure true », puis redémarrez le nœud.",
      },
    }),
  claimToken: (): AppError =>
    unauthorized('session/claim-token', {
      en: 'This is not the claim link of this node. "ored status" shows the right one.',
      fr: "Ce n'est pas le lien de prise en main de ce nœud. « ored status » affiche le bon.",
    }),
  claimed: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'session/claimed',
      safe: {
        en: 'This node has its owner already. Nothing was changed. Sign in with the passphrase.',
        fr: "Ce nœud a déjà son propriétaire. Rien n'a été modifié. Connectez-vous avec la phrase de passe.",
      },
    }),
  unclaimed: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'session/unclaimed',
      safe: {
        en: 'This node has no passphrase yet. Open its claim link first; "ored status" shows it.',
        fr: "Ce nœud n'a pas encore de phrase de passe. Ouvrez d'abord son lien de prise en main ; « ored status » l'affiche.",
      },
    }),
  localOnly: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'session/local-only',
      safe: {
        en: 'This is done on the node’s own machine alone: type "ored sign-in new-passphrase" there. Nothing was changed.',
        fr: 'Cela ne se fait que sur la machine du nœud : tapez-y « ored sign-in new-passphrase ». Rien n’a été modifié.',
      },
    }),
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'session/not-found',
      safe: { en: 'There is no such session.', fr: "Cette session n'existe pas." },
    }),
  tooMany: (retryAfterS: number): AppError =>
    new AppError({
      category: 'limit',
      code: 'session/too-many-attempts',
      safe: {
        en: 'Too many attempts. Wait a little, then try again. On the machine itself "ored" needs no passphrase.',
        fr: "Trop d'essais. Patientez un peu, puis réessayez. Sur la machine elle-même, « ored » ne demande pas de phrase de passe.",
      },
      retryAfterS,
    }),
} as const;

function unauthorized(code: `session/${string}`, safe: Text, cause?: unknown): AppError {
  return new AppError({ category: 'unauthorized', code, safe, cause });
}
