// A list of posts, as long as it may be: only what is near the screen exists, read and walked through as a feed.
// `PersonPosts` is the list of one person, for whoever shows a person.
import { useInfiniteQuery } from '@tanstack/react-query';
import { memo, useCallback, useMemo, type ReactNode } from 'react';
import { itemsOf, readPages } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { EmptyState, ProblemNote, Skeletons } from '../design/text.tsx';
import type { MenuItem } from '../design/menu.tsx';
import { VirtualList } from '../design/virtual-list.tsx';
import './content.css';
import { hiddenPosts } from './post-cache.ts';
import { PostCard } from './post-card.tsx';
import { listPosts, type Post } from './routes.ts';
import { useContentText } from './words.ts';

/** A usual post on a phone: four lines and its foot. Measured heights take its place. */
const POST_HEIGHT = 230;

export interface PostListProps {
  /** Names the list in memory: its measured heights are kept under it. */
  readonly name: string;
  readonly label: string;
  readonly posts: readonly Post[];
  readonly hasMore: boolean;
  readonly busy: boolean;
  readonly onMore: () => void;
  readonly menuOf?: (post: Post) => readonly MenuItem[];
}

export function PostList({ name, label, posts, hasMore, busy, onMore, menuOf }: PostListProps): ReactNode {
  const t = useContentText();
  const hidden = useSignal(hiddenPosts);
  const shown = useMemo(() => posts.filter(({ uri }) => !hidden.has(uri)), [posts, hidden]);
  const more = useCallback(() => {
    if (hasMore && !busy) onMore();
  }, [hasMore, busy, onMore]);
  return (
    <>
      <VirtualList
        name={name}
        label={label}
        items={shown}
        keyOf={(post) => post.uri}
        estimatedHeight={POST_HEIGHT}
        onEndNear={more}
        busy={busy}
        hasMore={hasMore}
      >
        {(post, place) => (
          <Row post={post} at={place['aria-posinset']} of={place['aria-setsize']} menuOf={menuOf} />
        )}
      </VirtualList>
      {/* A new element with each page: the old one was read to its end, and is not pushed down the screen. */}
      <p key={shown.length} className="list-end">
        {hasMore ? t('list.loading') : t('list.end')}
      </p>
    </>
  );
}

interface RowProps {
  readonly post: Post;
  readonly at: number;
  readonly of: number;
  readonly menuOf: PostListProps['menuOf'];
}

/** Drawn again when its post changes, and not at each step of the scrolling around it. */
const Row = memo(function Row({ post, at, of, menuOf }: RowProps): ReactNode {
  const place = { 'aria-posinset': at, 'aria-setsize': of, tabIndex: 0 } as const;
  return <PostCard post={post} place={place} {...(menuOf === undefined ? {} : { menu: menuOf(post) })} />;
});

/** The posts of one person (a node id, a name, an address) that the owner may see, newest first. */
export function PersonPosts({ who, label }: { readonly who: string; readonly label: string }): ReactNode {
  const t = useContentText();
  const pages = useInfiniteQuery(readPages(listPosts, { query: { author: who } }));
  const posts = useMemo(() => itemsOf(pages.data), [pages.data]);
  const { fetchNextPage } = pages;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  if (pages.isPending) return <Skeletons />;
  if (pages.isError && posts.length === 0) {
    return <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (posts.length === 0) return <EmptyState title={t('person.none')}>{t('person.none.about')}</EmptyState>;
  return (
    <PostList
      name={`person/${who}`}
      label={label}
      posts={posts}
      hasMore={pages.hasNextPage}
      busy={pages.isFetchingNextPage}
      onMore={more}
    />
  );
}
