// What a notification is, which kinds there are, and the bounds. Pure.
// A notification names who and what by ids; its text is made by the client from the kind, in the reader's language.
import { AppError, type NodeId } from '#protocol';

/** Stable codes: clients have a text for each. */
export const kinds = [
  'friend_request',
  'friend_accepted',
  'follow',
  'reply',
  'reaction',
  'message',
  'message_request',
  'delivery_refused',
  'delivery_expired',
  'kit_unconfirmed',
  'security',
] as const;
export type Kind = (typeof kinds)[number];

/**
 * `merge`: what happens again to the same target while the first is unread makes one of it.
 * `once`: the same target is told of once, read or not.
 * `gather`: told of once too, but while it is unread, whoever else did the same joins it.
 */
export const policies: Readonly<Record<Kind, 'merge' | 'once' | 'gather'>> = {
  friend_request: 'merge',
  friend_accepted: 'once',
  follow: 'merge',
  reply: 'once',
  reaction: 'merge',
  message: 'merge',
  message_request: 'merge',
  delivery_refused: 'gather',
  delivery_expired: 'merge',
  kit_unconfirmed: 'once',
  security: 'merge',
};

export interface Setting {
  /** Whether it is kept and shown at all. */
  readonly app: boolean;
  /** Whether devices are woken for it; only what is shown. */
  readonly push: boolean;
}
export type Settings = Readonly<Record<Kind, Setting>>;

/**
 * Always told: somebody who got in must not be able to switch off what would betray them.
 */
export const alwaysTold: readonly Kind[] = ['security'];

/** Devices are woken for what somebody waits for an answer to. */
export const defaultSettings: Settings = {
  friend_request: { app: true, push: true },
  friend_accepted: { app: true, push: true },
  follow: { app: true, push: false },
  reply: { app: true, push: true },
  reaction: { app: true, push: false },
  message: { app: true, push: true },
  message_request: { app: true, push: true },
  delivery_refused: { app: true, push: true },
  delivery_expired: { app: true, push: false },
  kit_unconfirmed: { app: true, push: false },
  security: { app: true, push: true },
};

export interface Notice {
  readonly id: number;
  /** Rises with each change of the notice: the list's order, and what "all up to here" means. */
  readonly position: number;
  readonly kind: Kind;
  /** A node id or URI; what a click opens. */
  readonly target: string;
  /** Of a reply: the owner's post that it answers. */
  readonly about: string | null;
  /** Who, newest first; at most ACTORS_MAX. */
  readonly actors: readonly NodeId[];
  /** How many different people, as far as ACTORS_MAX tells them apart. */
  readonly people: number;
  /** How many happenings. */
  readonly count: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly read: boolean;
}

/** Kept in all; beyond it the oldest read ones go, then the oldest. */
export const NOTICES_MAX = 10_000;
/** People named by one notification: a line of faces shows fewer. */
export const ACTORS_MAX = 20;
/** The owner is reminded once of a recovery kit that is not confirmed, when the first evening is over. */
export const KIT_REMINDER_MS = 24 * 3_600_000;

/** Devices that are woken: as many as there are sessions in practice; each costs one request a wake. */
export const SUBSCRIPTIONS_MAX = 32;
export const ENDPOINT_CHARS_MAX = 1_024;
/** A wake for what happened this long ago is not worth a device's battery; also what the push service is told. */
export const WAKE_TTL_S = 24 * 3_600;
/** A device is woken at most this often: it fetches everything that has come meanwhile. */
export const WAKE_PAUSE_MS = 10_000;
const WAKE_RETRY_MS_MIN = 15_000;
const WAKE_RETRY_MS_MAX = 3_600_000;
/** A push service's Retry-After is heeded up to this. */
export const RETRY_AFTER_MS_MAX = 6 * 3_600_000;
/** Failures in a row, at growing pauses, after which a subscription is given up: about two weeks of trying. */
export const WAKE_FAILURES_MAX = 300;
/** The answer of a push service is not read beyond this. */
export const PUSH_ANSWER_BYTES_MAX = 16 * 1024;

/** The pause before the next try: doubles, with jitter of a half. `unit` is in [0, 1). */
export function wakeRetryMs(failures: number, unit: number): number {
  const base = Math.min(WAKE_RETRY_MS_MAX, WAKE_RETRY_MS_MIN * 2 ** Math.min(failures, 20));
  return Math.round(base * (0.5 + unit / 2));
}

export const failures = {
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'notifications/not-found',
      safe: { en: 'There is no such notification.', fr: "Cette notification n'existe pas." },
    }),
  noSession: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'notifications/no-session',
      safe: {
        en: 'Only a signed-in device can be woken. Nothing was changed.',
        fr: "Seul un appareil connecté peut être réveillé. Rien n'a été modifié.",
      },
    }),
  badSubscription: (cause?: unknown): AppError =>
    new AppError({
      category: 'invalid',
      code: 'notifications/subscription-unprocessable',
      safe: {
        en: 'This is not a push subscription that this node can use: it takes an https address of a push service and the keys that the browser gave. Nothing was changed.',
        fr: "Ce nœud ne peut pas utiliser cet abonnement : il faut l'adresse https d'un service de notification et les clés données par le navigateur. Rien n'a été modifié.",
      },
      cause,
    }),
  full: (): AppError =>
    new AppError({
      category: 'limit',
      code: 'notifications/too-many-devices',
      safe: {
        en: 'Too many devices are woken already. Nothing was changed. Sign out the ones you no longer use.',
        fr: "Trop d'appareils sont déjà réveillés. Rien n'a été modifié. Déconnectez ceux que vous n'utilisez plus.",
      },
    }),
} as const;
