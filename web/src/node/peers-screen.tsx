// The nodes that this one has exchanged messages with, and how each was last reached. What the node does not know, it
// does not say: a node that never answered may still take its post from its mailbox.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { itemsOf, readPages } from '../api/queries.ts';
import { Avatar } from '../design/avatar.tsx';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { List } from '../design/card.tsx';
import { EmptyState, ProblemNote, ScreenHead, Skeletons, Time } from '../design/text.tsx';
import { personPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { useShellText } from '../shell/words.ts';
import { nameOf } from '../text/person-name.ts';
import { Bad } from './node-screen.tsx';
import './node.css';
import { listPeers, type Peer } from './routes.ts';
import { useNodeText } from './words.ts';

export function Screen(): ReactNode {
  const t = useNodeText();
  const shell = useShellText();
  const list = useInfiniteQuery(readPages(listPeers, {}));
  const peers = itemsOf(list.data);
  return (
    <>
      <BackLink to="/node">{t('title')}</BackLink>
      <ScreenHead title={t('peers')} />
      {list.isPending && <Skeletons />}
      {list.isError && peers.length === 0 && (
        <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && peers.length === 0 && (
        <EmptyState title={t('peers.empty')}>{t('peers.empty.about')}</EmptyState>
      )}
      <List label={t('peers')} items={peers} keyOf={({ node_id: id }) => id}>
        {(peer) => <PeerRow peer={peer} />}
      </List>
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {shell('more')}
        </Button>
      )}
    </>
  );
}

function PeerRow({ peer }: { readonly peer: Peer }): ReactNode {
  const t = useNodeText();
  const { node_id: nodeId, failures, last_ok_at: reachedAt, parted, standing } = peer;
  return (
    <div className="peer">
      <Avatar nodeId={nodeId} />
      <div>
        <Link to={personPath(nodeId)}>
          <bdi>{nameOf(peer)}</bdi>
        </Link>
        <p className="mark">{t(`peer.${standing}`)}</p>
        <p className="mark">
          {reachedAt === null ? (
            t('peer.never')
          ) : (
            <span>
              {t('peer.reached')} <Time at={reachedAt} />
            </span>
          )}
        </p>
        {failures > 0 && <p className="mark">{t('peer.failures', { count: failures })}</p>}
        {parted !== null && <Bad>{t('peer.parted')}</Bad>}
      </div>
    </div>
  );
}
