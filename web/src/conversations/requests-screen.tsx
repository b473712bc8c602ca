// People who are no friends and wrote first. They stand apart, without files and without a sound, and learn nothing
// until the owner answers; opening one shows what they wrote and what can be done about it.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { itemsOf } from '../api/queries.ts';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { List } from '../design/card.tsx';
import { EmptyState, ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { useShellText } from '../shell/words.ts';
import './conversations.css';
import { requestThreads } from './routes.ts';
import { ThreadRow } from './thread-row.tsx';
import { useTalkText } from './words.ts';

export function Screen(): ReactNode {
  const t = useTalkText();
  const shell = useShellText();
  const list = useInfiniteQuery(requestThreads);
  const threads = itemsOf(list.data);
  return (
    <>
      <BackLink to="/messages">{t('title')}</BackLink>
      <ScreenHead title={t('requests')} />
      <p className="about">{t('requests.about')}</p>
      {list.isPending && <Skeletons />}
      {list.isError && threads.length === 0 && (
        <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && threads.length === 0 && (
        <EmptyState title={t('requests.empty')}>{t('requests.empty.about')}</EmptyState>
      )}
      {threads.length > 0 && (
        <List label={t('requests')} items={threads} keyOf={({ node_id: id }) => id}>
          {(thread) => <ThreadRow thread={thread} waits={false} />}
        </List>
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {shell('more')}
        </Button>
      )}
    </>
  );
}
