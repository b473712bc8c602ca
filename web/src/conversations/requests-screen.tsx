// People who are no friends and wrote first. They stand apart, without files and without a sound, and learn nothing
// until the owner answers; opening one shows what they wrote and what can be done about it.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { BackLink } from '../design/back-link.tsx';
import { List, Pages } from '../design/list.tsx';
import { EmptyState, ScreenHead } from '../design/text.tsx';
import './conversations.css';
import { requestThreads } from './routes.ts';
import { ThreadRow } from './thread-row.tsx';
import { useTalkText } from './words.ts';

export function Screen(): ReactNode {
  const t = useTalkText();
  const list = useInfiniteQuery(requestThreads);
  return (
    <>
      <BackLink to="/messages">{t('title')}</BackLink>
      <ScreenHead title={t('requests')} />
      <p className="about">{t('requests.about')}</p>
      <Pages
        pages={list}
        empty={<EmptyState title={t('requests.empty')}>{t('requests.empty.about')}</EmptyState>}
      >
        {(threads) => (
          <List label={t('requests')} items={threads} keyOf={({ node_id: id }) => id}>
            {(thread) => <ThreadRow thread={thread} waits={false} />}
          </List>
        )}
      </Pages>
    </>
  );
}
