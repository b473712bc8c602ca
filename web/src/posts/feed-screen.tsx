// Home: what the owner and those they read have posted, newest first, as far down as one scrolls. What has not reached
// the node yet stands on top. New posts are announced by a button and come when it is pressed: reading is not moved.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, type ReactNode } from 'react';
import { itemsOf, queryClient, read, readPages } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { EmptyState, ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { VirtualList } from '../design/virtual-list.tsx';
import { outbox } from '../offline/outbox.ts';
import { Link } from '../router/link.tsx';
import { PostCard, WaitingPostCard } from './post-card.tsx';
import './posts.css';
import { readFeed, type Post } from './routes.ts';
import { usePostsText } from './words.ts';

/** A usual post: three lines. Measured heights take its place. */
const POST_HEIGHT = 120;
/** How many of the newest are looked at for news. */
const PEEK_ITEMS = 20;

const feed = readPages(readFeed, {}, { held: true });
const newest = read(readFeed, { query: { limit: PEEK_ITEMS } });

export function Screen(): ReactNode {
  const t = usePostsText();
  // Fetched once and when asked for; the peek is what live events make stale.
  const pages = useInfiniteQuery({ ...feed, staleTime: Number.POSITIVE_INFINITY });
  const peek = useQuery({ ...newest, enabled: pages.isSuccess });
  const waiting = useSignal(outbox).filter(({ kind }) => kind === 'posts.create');
  const items = useMemo(() => itemsOf(pages.data), [pages.data]);
  const news = newsCount(items, peek.data?.items);

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const showNews = (): void => {
    window.scrollTo(0, 0);
    void queryClient.resetQueries({ queryKey: feed.queryKey });
  };

  return (
    <>
      <ScreenHead title={t('feed.title')}>
        <Link to="/write" className="button">
          {t('write')}
        </Link>
      </ScreenHead>
      <div className="news" role="status">
        {news > 0 && (
          <Button look="primary" onClick={showNews}>
            {t('feed.new', { count: news })}
          </Button>
        )}
      </div>
      {waiting.map((item) => (
        <WaitingPostCard key={item.key} item={item} />
      ))}
      {pages.isPending && <Skeletons />}
      {pages.isError && items.length === 0 && (
        <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />
      )}
      {pages.isSuccess && items.length === 0 && waiting.length === 0 && (
        <EmptyState title={t('feed.empty')}>{t('feed.empty.about')}</EmptyState>
      )}
      {items.length > 0 && (
        <VirtualList
          name="feed"
          label={t('feed.label')}
          items={items}
          keyOf={(post) => post.id}
          estimatedHeight={POST_HEIGHT}
          onEndNear={more}
          busy={isFetchingNextPage}
        >
          {(post) => <PostCard post={post} />}
        </VirtualList>
      )}
    </>
  );
}

/** How many of the newest are above what is shown. */
function newsCount(shown: readonly Post[], newest: readonly Post[] | undefined): number {
  const [top] = shown;
  if (newest === undefined) return 0;
  if (top === undefined) return newest.length;
  const at = newest.findIndex(({ id }) => id === top.id);
  return at === -1 ? newest.filter(({ id }) => id > top.id).length : at;
}
