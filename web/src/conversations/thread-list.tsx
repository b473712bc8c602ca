// The conversations that stand, newest first, with the way to those who wait to be let in. The same list is the screen
// on a phone and the pane beside a conversation where there is room.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { itemsOf } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { List } from '../design/card.tsx';
import { Icon } from '../design/icon.tsx';
import { EmptyState, ProblemNote, Skeletons } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { useShellText } from '../shell/words.ts';
import { openThreads, requestThreads } from './routes.ts';
import { ThreadRow } from './thread-row.tsx';
import { useWaitingPeople } from './writing/waiting.ts';
import { useTalkText } from './words.ts';

export function ThreadList(): ReactNode {
  const t = useTalkText();
  const shell = useShellText();
  const list = useInfiniteQuery(openThreads);
  const waiting = useWaitingPeople();
  const threads = itemsOf(list.data);
  return (
    <>
      <RequestsLink />
      {list.isPending && <Skeletons />}
      {list.isError && threads.length === 0 && (
        <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && threads.length === 0 && (
        <EmptyState
          title={t('empty')}
          action={
            <Link to="/messages/new" className="button">
              {t('new')}
            </Link>
          }
        >
          {t('empty.about')}
        </EmptyState>
      )}
      {threads.length > 0 && (
        <List label={t('list')} items={threads} keyOf={({ node_id: id }) => id}>
          {(thread) => <ThreadRow thread={thread} waits={waiting.has(thread.node_id)} />}
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

/** Apart, and quiet: people who are no friends and wrote first. */
function RequestsLink(): ReactNode {
  const t = useTalkText();
  const requests = useInfiniteQuery(requestThreads);
  const count = itemsOf(requests.data).length;
  if (count === 0) return null;
  return (
    <Link to="/messages/requests" className="requests-link">
      <Icon name="people" size={20} />
      {t(requests.hasNextPage ? 'requests.many' : 'requests.count', { count })}
    </Link>
  );
}
