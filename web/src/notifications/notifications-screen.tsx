// What happened that the owner may want to know, newest first; what is unread stands apart, and above. Opening one marks
// it as read; nothing is marked by merely being looked at.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, readPages } from '../api/queries.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Icon, type IconName } from '../design/icon.tsx';
import { List, Pages } from '../design/list.tsx';
import { EmptyState, ScreenHead, Time } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { noticePath, noticeText } from './notice-words.ts';
import './notifications.css';
import { listNotices, readNotices, type Kind, type Notice } from './routes.ts';
import { useNotificationsText } from './words.ts';

export function Screen(): ReactNode {
  const t = useNotificationsText();
  const pages = useInfiniteQuery(readPages(listNotices, {}));
  return (
    <>
      <ScreenHead title={t('title')}>
        <Link to="/notifications/settings" className="button">
          {t('settings')}
        </Link>
      </ScreenHead>
      <Pages pages={pages} empty={<EmptyState title={t('empty')}>{t('empty.about')}</EmptyState>}>
        {(items) => <ReadAndUnread items={items} />}
      </Pages>
    </>
  );
}

function ReadAndUnread({ items }: { readonly items: readonly Notice[] }): ReactNode {
  const t = useNotificationsText();
  const [busy, setBusy] = useState(false);
  const unread = items.filter(({ read }) => !read);
  const earlier = items.filter(({ read }) => read);
  const [newest] = items;

  const markAll = async (): Promise<void> => {
    if (newest === undefined) return;
    setBusy(true);
    try {
      await call(readNotices, { body: { up_to: newest.cursor } });
      await makeStale('notifications');
    } catch (error) {
      showToast({ text: describeProblem(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {unread.length > 0 && (
        <section>
          <div className="notices-head">
            <h2>{t('unread')}</h2>
            <Button look="quiet" icon="check" busy={busy} onClick={() => void markAll()}>
              {t('readAll')}
            </Button>
          </div>
          <Notices label={t('unread')} items={unread} />
        </section>
      )}
      {earlier.length > 0 && (
        <section className="notices-earlier">
          <h2>{t('earlier')}</h2>
          <Notices label={t('earlier')} items={earlier} />
        </section>
      )}
    </>
  );
}

function Notices({ label, items }: { readonly label: string; readonly items: readonly Notice[] }): ReactNode {
  return (
    <List label={label} items={items} keyOf={({ id }) => id}>
      {(notice) => <NoticeRow notice={notice} />}
    </List>
  );
}

const icons: Readonly<Record<Kind, IconName>> = {
  friend_request: 'person',
  friend_accepted: 'people',
  follow: 'people',
  reply: 'reply',
  reaction: 'heart',
  message: 'messages',
  message_request: 'messages',
  delivery_refused: 'alert',
  delivery_expired: 'alert',
  kit_unconfirmed: 'alert',
  security: 'shield',
};

function NoticeRow({ notice }: { readonly notice: Notice }): ReactNode {
  const t = useNotificationsText();
  const [first] = notice.actors;
  const open = (): void => {
    if (notice.read) return;
    // The screen that opens does not wait for it; what fails now is marked the next time.
    call(readNotices, { body: { id: notice.id } }).then(
      () => makeStale('notifications'),
      () => undefined,
    );
  };
  return (
    <Link
      to={noticePath(notice)}
      className="notice-row"
      data-unread={!notice.read || undefined}
      onClick={open}
    >
      <span className="notice-face">
        {first === undefined ? (
          <Icon name={icons[notice.kind]} size={28} />
        ) : (
          <>
            <Avatar nodeId={first.node_id} picture={first.avatar} />
            <span className="notice-icon">
              <Icon name={icons[notice.kind]} size={16} />
            </span>
          </>
        )}
      </span>
      <span className="notice-text">
        {!notice.read && <span className="only-read">{t('unread.one')} </span>}
        {noticeText(notice, (key, values) => t(key as 'title', values))}
        <span className="mark">
          <Time at={notice.updated_at} />
        </span>
      </span>
    </Link>
  );
}
