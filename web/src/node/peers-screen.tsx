// The nodes that this one has exchanged messages with, and how each was last reached. What the node does not know, it
// does not say: a node that never answered may still take its post from its mailbox.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { readPages } from '../api/queries.ts';
import { Avatar } from '../design/avatar.tsx';
import { BackLink } from '../design/back-link.tsx';
import { List, Pages } from '../design/list.tsx';
import { EmptyState, ScreenHead, Time } from '../design/text.tsx';
import { personPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { nameOf } from '../text/person-name.ts';
import { Bad } from './node-screen.tsx';
import './node.css';
import { listPeers, type Peer } from './routes.ts';
import { useNodeText } from './words.ts';

export function Screen(): ReactNode {
  const t = useNodeText();
  const list = useInfiniteQuery(readPages(listPeers, {}));
  return (
    <>
      <BackLink to="/node">{t('title')}</BackLink>
      <ScreenHead title={t('peers')} />
      <Pages pages={list} empty={<EmptyState title={t('peers.empty')}>{t('peers.empty.about')}</EmptyState>}>
        {(peers) => (
          <List label={t('peers')} items={peers} keyOf={({ node_id: id }) => id}>
            {(peer) => <PeerRow peer={peer} />}
          </List>
        )}
      </Pages>
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
