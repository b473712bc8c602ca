// What public pages are made of, and their bounds. Pure.
// Nothing here decides what is public: posts does.
import { AppError } from '#protocol';
import type { MediaItem } from '#protocol/messages';

/** Posts on one page: some screens of reading, and bounded work for a stranger's request. */
export const PAGE_POSTS = 20;
/** Entries of the feed: readers ask at least daily. */
export const FEED_POSTS = 30;
/** Characters of a post in titles and previews. */
export const EXCERPT_CHARS = 120;

/** A post that anybody may read, as posts gives it; times in Unix milliseconds. */
export interface PublicPost {
  readonly id: string;
  readonly uri: string;
  readonly text: string;
  /** Text and files are folded behind it. */
  readonly warning: string | null;
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly media: readonly MediaItem[];
}

export interface PageSettings {
  /** Off: every public page is a 404. */
  readonly shown: boolean;
  /** On: search engines may index. */
  readonly indexed: boolean;
  /** On: the owner's words about themselves and their portrait stand there too. */
  readonly profile: boolean;
}
export const startingSettings: PageSettings = { shown: true, indexed: false, profile: false };

/** The owner as their pages show them. */
export interface PageOwner {
  readonly username: string;
  readonly nodeId: string;
  readonly displayName: string;
  readonly bio: string;
  /** BCP 47, of what they write; null: not said. */
  readonly language: string | null;
  readonly hasPortrait: boolean;
  /** This node's address, without a trailing slash. */
  readonly url: string;
}

export function ownerPath({ username }: Pick<PageOwner, 'username'>): string {
  return `/@${username}`;
}
export function postPath(owner: Pick<PageOwner, 'username'>, id: string): string {
  return `${ownerPath(owner)}/posts/${id}`;
}

/** The first line of a post, shortened at a word where there is one; empty for a post without text. */
export function excerpt(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  if (line.length <= EXCERPT_CHARS) return line;
  // Whole characters as people count them: a flag or a family is never cut in two.
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (cut.length + segment.length > EXCERPT_CHARS) break;
    cut += segment;
  }
  return `${cut.replace(/\s+\S*$/u, '')}…`;
}

/** The latest change among posts, Unix milliseconds; 0 for none. */
export function latestOf(posts: readonly PublicPost[]): number {
  return Math.max(0, ...posts.map(({ createdAt, editedAt }) => editedAt ?? createdAt));
}

export const failures = {
  notFound: (): AppError =>
    new AppError({
      category: 'not-found',
      code: 'pages/not-found',
      safe: { en: 'There is nothing at this address.', fr: "Il n'y a rien à cette adresse." },
    }),
} as const;
