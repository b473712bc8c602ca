// The conversations that stand, newest first, with the way to those who wait to be let in. The same list is the screen
// on a phone and the pane beside a conversation where there is room.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { itemsOf } from '../api/queries.ts';
import { Icon } from '../design/icon.tsx';
import { List, Pages } from '../design/list.tsx';
import { EmptyState } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { openThreads, requestThreads } from './routes.ts';
import { ThreadRow } from './thread-row.tsx';
import { useWaitingPeople } from './writing/waiting.ts';
import { useTalkText } from './words.ts';

export function ThreadList(): ReactNode {
  const t = useTalkText();
  const list = useInfiniteQuery(openThreads);
  const waiting = useWaitingPeople();
  return (
    <>
      <RequestsLink />
      <Pages pages={list} empty={<NoThreads />}>
        {(threads) => (
          <List label={t('list')} items={threads} keyOf={({ node_id: id }) => id}>
            {(thread) => <ThreadRow thread={thread} waits={waiting.has(thread.node_id)} />}
          </List>
        )}
      </Pages>
    </>
  );
}

function NoThreads(): ReactNode {
  const t = useTalkText();
  return (
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
