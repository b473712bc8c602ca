// The conversations. Where there is room, the pane beside them says how to open one.
// What waits in the outbox shows at the person that it is for.
import type { ReactNode } from 'react';
import { Icon } from '../design/icon.tsx';
import { EmptyState, ScreenHead } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import './conversations.css';
import { ThreadList } from './thread-list.tsx';
import { useTalkText } from './words.ts';

export function Screen(): ReactNode {
  const t = useTalkText();
  return (
    <>
      <ScreenHead title={t('title')}>
        <Link to="/messages/new" className="button">
          <Icon name="pen" size={20} />
          {t('new')}
        </Link>
      </ScreenHead>
      <div className="list-and-hint">
        <div>
          <ThreadList />
        </div>
        <div className="pane-hint">
          <EmptyState title={t('choose')}>{t('choose.about')}</EmptyState>
        </div>
      </div>
    </>
  );
}
