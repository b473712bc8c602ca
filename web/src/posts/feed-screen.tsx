// Home: what the owner and those they read have posted, newest first, as far down as one scrolls. What has not reached
// the node yet stands on top. New posts are announced by a button and come when it is pressed, or when Home is pressed
// at home: reading is not moved. One's own new post is no news: it is there.
import { useInfiniteQuery, useQuery, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { itemsOf, queryClient, read, readPages } from '../api/queries.ts';
import type { OutputOf } from '../api/route.ts';
import { useSignal } from '../api/signal.ts';
import { changePost } from '../content/post-cache.ts';
import { PostList } from '../content/post-list.tsx';
import type { Post } from '../content/routes.ts';
import { Button } from '../design/button.tsx';
import { EmptyState, ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { outbox } from '../offline/outbox.ts';
import { Link } from '../router/link.tsx';
import { place } from '../router/location.ts';
import { CREATE, type WaitingPost } from './drafting.ts';
import { usePostActions } from './post-actions.tsx';
import './posts.css';
import { readFeed } from './routes.ts';
import { WaitingPostCard } from './waiting-card.tsx';
import { usePostsText } from './words.ts';

/** How many of the newest are looked at for news. */
const PEEK_ITEMS = 30;

/** Where something that comes in above pushes nothing away that one reads. */
const NEAR_TOP_PX = 80;

type Pages = InfiniteData<OutputOf<typeof readFeed>, string | null>;

// Under a root that no event names: it is fetched once, and when asked for.
const feed = {
  ...readPages(readFeed, {}),
  queryKey: ['feed-pages', readFeed.path, {}] as const,
  staleTime: 'static' as const,
};
// What live events make stale.
const newest = read(readFeed, { query: { limit: PEEK_ITEMS } });

export function Screen(): ReactNode {
  const t = usePostsText();
  const pages = useInfiniteQuery(feed);
  const peek = useQuery({ ...newest, enabled: pages.isSuccess });
  const waiting = useSignal(outbox).filter(isOwnPost);
  const actions = usePostActions({});
  const read = useMemo(() => itemsOf(pages.data), [pages.data]);
  const above = useMemo(() => newerThan(read, peek.data?.items ?? []), [read, peek.data]);
  const [own, setOwn] = useState<readonly Post[]>([]);
  const posts = useMemo(() => {
    const fresh = new Map(peek.data?.items.map((post) => [post.uri, post]));
    return merged(
      own.map((post) => fresh.get(post.uri) ?? post),
      read,
    );
  }, [own, read, peek.data]);
  const news = above.filter(({ uri }) => !posts.some((post) => post.uri === uri)).length;

  useEffect(() => {
    const mine = above.filter((post) => post.mine);
    // Further down it would push away what is being read: there it is announced like the rest.
    if (mine.length > 0 && window.scrollY < NEAR_TOP_PX) setOwn((before) => merged(mine, before));
  }, [above]);

  // What is shown already is shown as it is now: changed, answered, reacted to.
  useEffect(() => {
    for (const post of peek.data?.items ?? []) changePost(post.uri, () => post);
  }, [peek.data]);

  const { refetch, fetchNextPage } = pages;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const showNews = useCallback(() => {
    window.scrollTo(0, 0);
    // The first page alone is asked for again, and stands there until its new self comes.
    queryClient.setQueryData<Pages>(feed.queryKey, (data) =>
      data === undefined
        ? undefined
        : { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    );
    void refetch();
  }, [refetch]);
  const here = useSignal(place);
  useEffect(() => {
    if (here.by === 'replace') showNews();
  }, [here, showNews]);

  // Where nothing stands, nothing can be moved: the first posts come by themselves.
  const comesAlone = news > 0 && pages.isSuccess && posts.length === 0;
  useEffect(() => {
    if (comesAlone) showNews();
  }, [comesAlone, showNews]);

  return (
    <>
      <ScreenHead title={t('feed.title')}>
        <Link to="/write" className="button">
          {t('write')}
        </Link>
      </ScreenHead>
      <div className="news" role="status">
        {news > 0 && !comesAlone && (
          <Button look="primary" onClick={showNews}>
            {t('feed.new', { count: news })}
          </Button>
        )}
      </div>
      {waiting.map((item) => (
        <WaitingPostCard key={item.key} item={item} />
      ))}
      {pages.isPending && <Skeletons />}
      {pages.isError && posts.length === 0 && (
        <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />
      )}
      {pages.isSuccess && posts.length === 0 && waiting.length === 0 && !comesAlone && (
        <EmptyState title={t('feed.empty')}>{t('feed.empty.about')}</EmptyState>
      )}
      {posts.length > 0 && (
        <PostList
          name="feed"
          label={t('feed.label')}
          posts={posts}
          hasMore={pages.hasNextPage}
          busy={pages.isFetchingNextPage}
          onMore={more}
          menuOf={actions.menuOf}
        />
      )}
      {actions.dialog}
    </>
  );
}

/** Answers wait under what they answer. */
function isOwnPost({ kind, body }: { readonly kind: string; readonly body: unknown }): boolean {
  return kind === CREATE && (body as WaitingPost).reply_to === undefined;
}

/** The first list before the second, each post once, as the second knows it. */
function merged(first: readonly Post[], second: readonly Post[]): Post[] {
  const known = new Set(second.map(({ uri }) => uri));
  return [...first.filter(({ uri }) => !known.has(uri)), ...second];
}

/** Those of the newest that stand above what is shown. */
function newerThan(shown: readonly Post[], newest: readonly Post[]): readonly Post[] {
  const known = new Set(shown.map(({ uri }) => uri));
  const top = shown.find(({ uri }) => newest.some((post) => post.uri === uri));
  const end = top === undefined ? newest.length : newest.findIndex(({ uri }) => uri === top.uri);
  const floor = shown[0]?.created_at ?? '';
  return newest.slice(0, end).filter(({ uri, created_at: at }) => !known.has(uri) && at >= floor);
}
