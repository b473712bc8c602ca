// People as this node sees them: connections, what each state means, and how somebody is named. Pure.
// Holds every limit and every refusal of this area, with its sentence.
import type { ChangeRules } from '#kernel/changes.ts';
import { AppError, type MessageId, type NodeId } from '#protocol';

/**
 * One row for each bond with a node. `following`: I read their public posts; `follower`: they read mine.
 * A blocked node has no other bond.
 */
export const slots = ['friend', 'following', 'follower', 'blocked'] as const;
export type Slot = (typeof slots)[number];
export type Status = 'pending' | 'accepted' | 'rejected';
export type Direction = 'in' | 'out';

export interface Connection {
  readonly nodeId: NodeId;
  readonly slot: Slot;
  readonly status: Status;
  /** Who asked. */
  readonly direction: Direction;
  /** The message that asked: ours, and theirs (both, when requests crossed). */
  readonly ourRequest: MessageId | null;
  readonly theirRequest: MessageId | null;
  readonly note: string | null;
  /** How often the owner said no to this node. */
  readonly rejections: number;
  readonly updatedAt: number;
}

/** Requests of strangers that wait for the owner (PROTOCOL.md, Delivery). */
export const REQUESTS_WAITING_MAX = 200;
/** After so many refusals a node may not ask again; the owner can still ask it. */
export const REJECTIONS_MAX = 3;
export const FRIENDS_MAX = 10_000;
export const FOLLOWERS_MAX = 100_000;

/** What two nodes are to each other, in one view. */
export interface Relation {
  readonly friend: boolean;
  readonly following: boolean;
  readonly follower: boolean;
  readonly blocked: boolean;
}
export const noRelation: Relation = { friend: false, following: false, follower: false, blocked: false };

export function relationOf(connections: readonly Connection[]): Relation {
  const has = (slot: Slot): boolean =>
    connections.some((connection) => connection.slot === slot && connection.status === 'accepted');
  return {
    friend: has('friend'),
    following: has('following'),
    follower: has('follower'),
    blocked: has('blocked'),
  };
}

export interface Profile {
  readonly display_name: string;
  readonly bio: string;
  readonly language: string | null;
}

/** What is known of somebody: the name from the verified record, the rest as they wrote it. */
export interface Person extends Profile {
  readonly nodeId: NodeId;
  readonly username: string;
}

export interface Avatar {
  readonly cid: string;
  readonly key: Uint8Array;
  readonly size: number;
  readonly type: string;
}

/** The node id in what was typed, if it is a node id or a DID. */
export function nodeIdIn(who: string): string | null {
  const match = /^(?:did:webvh:)?(Qm[1-9A-HJ-NP-Za-km-z]{44})(?::|$)/.exec(who);
  return match?.[1] ?? null;
}

export const failures = {
  closed: (username: string): AppError =>
    new AppError({
      category: 'conflict',
      code: 'people/closed',
      safe: {
        en: `${username} has left: their node is closed for good. Nothing was sent.`,
        fr: `${username} est parti : son nœud est fermé pour toujours. Rien n’a été envoyé.`,
      },
    }),
  self: (): AppError =>
    new AppError({
      category: 'invalid',
      code: 'people/self',
      safe: { en: 'That is you.', fr: "C'est vous." },
    }),
  unknown: (who: string): AppError =>
    new AppError({
      category: 'not-found',
      code: 'people/unknown',
      safe: {
        en: `Nobody is known here as "${who.slice(0, 64)}". Check the spelling, or use their node id; "ored find" searches the directory.`,
        fr: `Personne n'est connu ici sous « ${who.slice(0, 64)} ». Vérifiez l'orthographe, ou employez l'identifiant du nœud ; « ored find » cherche dans l'annuaire.`,
      },
    }),
  ambiguous: (who: string, nodeIds: readonly string[]): AppError =>
    new AppError({
      category: 'conflict',
      code: 'people/ambiguous',
      safe: {
        en: `Several people are called "${who.slice(0, 64)}": ${nodeIds.join(', ')}. Use the node id.`,
        fr: `Plusieurs personnes s'appellent « ${who.slice(0, 64)} » : ${nodeIds.join(', ')}. Employez l'identifiant du nœud.`,
      },
    }),
  noRequest: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'people/no-request',
      safe: {
        en: 'There is no request from this person to answer. "ored friends list" shows what waits.',
        fr: "Il n'y a pas de demande de cette personne. « ored friends list » montre ce qui attend.",
      },
    }),
  notConnected: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'people/not-connected',
      safe: {
        en: 'You have no connection with this person.',
        fr: "Vous n'avez pas de lien avec cette personne.",
      },
    }),
  blocked: (): AppError =>
    new AppError({
      category: 'conflict',
      code: 'people/blocked',
      safe: {
        en: 'You have blocked this person. Unblock them first: ored friends unblock.',
        fr: "Vous avez bloqué cette personne. Débloquez-la d'abord : ored friends unblock.",
      },
    }),
  full: (): AppError =>
    new AppError({
      category: 'limit',
      code: 'people/full',
      safe: {
        en: `There can be at most ${FRIENDS_MAX} friends and ${FOLLOWERS_MAX} followers.`,
        fr: `Il peut y avoir au plus ${FRIENDS_MAX} amis et ${FOLLOWERS_MAX} abonnés.`,
      },
    }),
  /** To another node: it claims an answer that nobody asked for (docs/security.md F23). */
  notAsked: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'people/not-asked',
      safe: 'No request of this node is answered by that.',
    }),
  refusedBefore: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'people/refused',
      safe: 'This person has said no to your requests.',
    }),
  tooManyRequests: (): AppError =>
    new AppError({
      category: 'limit',
      code: 'people/too-many-requests',
      safe: 'Too many requests wait for this person.',
    }),
} as const;

/** What the owner's clients are told of, by ids; what was said stays in the answers of the routes. */
export const changes: ChangeRules = {
  'people.asked': { kind: 'connection' },
  'people.befriended': { kind: 'connection' },
  'people.blocked': { kind: 'connection' },
  'people.declined': { kind: 'connection' },
  'people.ended': { kind: 'connection' },
  'people.followed': { kind: 'connection' },
  'people.following': { kind: 'connection' },
  'people.muted': { kind: 'connection' },
  'people.rejected': { kind: 'connection' },
  'people.requested': { kind: 'connection' },
  'people.unmuted': { kind: 'connection' },
  'people.person-changed': { kind: 'profile' },
  'people.profile-changed': { kind: 'profile' },
};
