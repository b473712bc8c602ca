// What a post is here, who may read it, and the bounds. Pure.
// Holds every limit and every refusal of this area, with its sentence.
import type { ChangeRules } from '#kernel/changes.ts';
import { AppError, formatUri, isMessageId, parseUri, type NodeId, type Uri } from '#protocol';
import type { Visibility } from '#protocol/messages';

export type ItemState =
  /** Announced; the content of its version is not here yet (an older one may be). */
  | 'waiting'
  | 'here'
  /** The author's node does not give it to us. */
  | 'refused'
  /** A tombstone, so that a late announcement does not bring it back. */
  | 'deleted';

export interface Item {
  readonly n: number;
  readonly author: NodeId;
  readonly id: string;
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly visibility: Visibility;
  readonly version: number;
  /** The version of `object`; 0: none. */
  readonly held: number;
  readonly cid: string | null;
  readonly parent: Uri | null;
  readonly state: ItemState;
  readonly attempts: number;
  readonly object: string | null;
  readonly offered: string | null;
  /** Out of sight: its deletion is announced when the time to take it back is over. */
  readonly trashed: boolean;
}

/** Recipients up to here fetch at once; more spread their fetches so that the author's node is not hit by all. */
export const SPREAD_FROM = 20;
export const SPREAD_S_FEW = 2;
export const SPREAD_S_MANY = 60;
/** Fetches of content at the same time, in all and from one node. */
export const FETCHES_MAX = 8;
/** Items taken up by one run of the fetch job. */
export const FETCH_BATCH_MAX = 64;
export const FETCH_MS_MAX = 8_000;
/** After so many answers that do not hold an item waits until somebody opens it. */
export const FETCH_ATTEMPTS_MAX = 14;
/** Authors whose absence is remembered, about 100 bytes each. */
export const ABSENT_AUTHORS_MAX = 10_000;
/** An opened feed does not wait for an author who did not answer so often in a row. */
export const ABSENT_ASKED_MAX = 3;
const FETCH_RETRY_MS_MIN = 2_000;
const FETCH_RETRY_MS_MAX = 3_600_000;
/** How long an opened feed waits for what has not come yet. */
export const OPEN_WAIT_MS = 2_500;
/** Posts filled in when a connection begins. */
export const BACKFILL_MAX = 25;
/** Rows removed by one step of the clean-up. */
export const CLEANUP_ROWS_MAX = 500;
/** Replies and reactions that go with a post's answer to another node, and their text in all. */
export const THREAD_REPLIES_MAX = 50;
export const THREAD_REACTIONS_MAX = 100;
export const THREAD_CHARS_MAX = 300_000;
/** A thread of somebody else's post is asked for anew after this. */
export const THREAD_FRESH_MS = 10_000;
/** Answers to one post that this node keeps for others. */
export const HOSTED_REPLIES_MAX = 5_000;
/** Levels of answers to answers that one thread shows, and how many in all. */
export const THREAD_DEPTH_MAX = 8;
export const THREAD_SHOWN_MAX = 200;
/** A screen says "99+": more is not counted. */
export const NEW_POSTS_COUNTED_MAX = 100;
/** The longest time to take a deletion back: beyond it, others would go on reading what its author wants gone. */
export const UNDO_S_MAX = 60;
/** Earlier versions kept of one own post; the oldest go first. */
export const VERSIONS_KEPT_MAX = 50;
/** Deletions carried out in one run of the job. */
export const TRASH_STEP_MAX = 50;

const ABSENT_RETRY_MS_MIN = 2_000;
/** Who went away within the hour comes back soon, and their sign of life may get lost: asked three times a minute. */
const ABSENT_RECENT_MS = 3_600_000;
const ABSENT_RECENT_RETRY_MS_MAX = 20_000;
const ABSENT_RETRY_MS_MAX = 10 * 60_000;

/** The pause before an absent author is asked again: doubles, with jitter of a half. `unit` is in [0, 1). */
export function absentPauseMs(failures: number, absentForMs: number, unit: number): number {
  const ceiling = absentForMs < ABSENT_RECENT_MS ? ABSENT_RECENT_RETRY_MS_MAX : ABSENT_RETRY_MS_MAX;
  const base = Math.min(ceiling, ABSENT_RETRY_MS_MIN * 2 ** Math.min(failures, 20));
  return Math.round(base * (0.5 + unit / 2));
}

/** The pause before an answer that did not hold is asked for again: doubles, with jitter of a half. `unit` is in [0, 1). */
export function fetchRetryMs(attempts: number, unit: number): number {
  const base = Math.min(FETCH_RETRY_MS_MAX, FETCH_RETRY_MS_MIN * 2 ** Math.min(attempts, 20));
  return Math.round(base * (0.5 + unit / 2));
}

export function postUri(author: NodeId, id: string): Uri {
  return formatUri({ nodeId: author, kind: 'post', id });
}

/** The id in the URI of a node's own post or reaction. @throws posts/not-yours for another node's (docs/security.md F22) */
export function ownIdIn(uri: string, from: NodeId, kind: 'post' | 'reaction'): string {
  const prefix = `orf://${from}/${kind}/`;
  const id = uri.slice(prefix.length);
  if (uri.startsWith(prefix) && isMessageId(id)) return id;
  throw failures.notYours();
}

/** Author and id of a post's URI; undefined for other URIs. */
export function postIn(uri: string): { author: NodeId; id: string } | undefined {
  const { nodeId, kind, id } = parseUri(uri);
  return kind === 'post' && isMessageId(id) ? { author: nodeId, id } : undefined;
}

export interface FeedCursor {
  readonly createdAt: number;
  readonly n: number;
}
export function formatCursor({ createdAt, n }: FeedCursor): string {
  return `${createdAt}-${n}`;
}
/** @throws posts/cursor */
export function parseCursor(text: string): FeedCursor {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  if (match !== null) return { createdAt: Number(match[1]), n: Number(match[2]) };
  throw new AppError({
    category: 'invalid',
    code: 'posts/cursor',
    safe: 'The cursor is not one that this node gave.',
  });
}

/** Greater than every UUIDv7: the start of a list that goes backwards. */
export const NEWEST_ID = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

export const failures = {
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'posts/not-found',
      safe: {
        en: 'There is no such post here, or you may not read it.',
        fr: "Cette publication n'existe pas ici, ou vous ne pouvez pas la lire.",
      },
    }),
  notOwn: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'posts/not-own',
      safe: {
        en: 'Only its author can change this post. Nothing was changed.',
        fr: "Seul son auteur peut modifier cette publication. Rien n'a été modifié.",
      },
    }),
  empty: (): AppError =>
    new AppError({
      category: 'invalid',
      code: 'posts/empty-unprocessable',
      safe: {
        en: 'A post needs a text or a file. Nothing was stored.',
        fr: "Une publication a besoin d'un texte ou d'un fichier. Rien n'a été enregistré.",
      },
    }),
  waiting: (): AppError =>
    new AppError({
      category: 'unavailable',
      code: 'posts/waiting',
      safe: {
        en: "This post is on its author's node, which cannot be reached now. It will be fetched as soon as it answers.",
        fr: "Cette publication est sur le nœud de son auteur, injoignable pour l'instant. Elle sera récupérée dès qu'il répondra.",
      },
      retryAfterS: 10,
    }),
  /** To another node. */
  notYours: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'posts/not-yours',
      safe: 'Only the node that made a post may announce, change or delete it.',
    }),
  notFollowed: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'posts/not-followed',
      safe: 'The owner of this node does not read this author.',
    }),
  noParent: (): AppError =>
    new AppError({
      category: 'forbidden',
      code: 'posts/no-parent',
      safe: 'There is nothing here that you may answer.',
    }),
  wrongObject: (cause?: unknown): AppError =>
    new AppError({
      category: 'invalid',
      code: 'posts/object-unprocessable',
      safe: 'The signed object is not the one that was announced, or its proof does not hold.',
      cause,
    }),
} as const;

/** What the owner's clients are told of, by ids; what was said stays in the answers of the routes. */
export const changes: ChangeRules = {
  'posts.created': { kind: 'feed', ids: ['parent'] },
  'posts.deleted': { kind: 'feed', ids: ['parent'] },
  'posts.received': { kind: 'feed', ids: ['parent'] },
  'posts.withdrawn': { kind: 'feed', ids: ['parent'] },
  'posts.edited': { kind: 'post' },
  'posts.reacted': { kind: 'post' },
  'posts.reaction-received': { kind: 'post' },
  'posts.reaction-withdrawn': { kind: 'post' },
  'posts.unreacted': { kind: 'post' },
};
