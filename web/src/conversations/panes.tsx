// Two panes where there is room: the list, and beside it one conversation. On a phone only the second is shown, as a
// screen of its own; the style sheet decides. The list keeps its place while one goes from one person to the next.
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { Icon } from '../design/icon.tsx';
import { Link } from '../router/link.tsx';
import { ThreadList } from './thread-list.tsx';
import { useTalkText } from './words.ts';

let listTop = 0;

export function Panes({ children }: { readonly children: ReactNode }): ReactNode {
  const t = useTalkText();
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (list.current !== null) list.current.scrollTop = listTop;
  }, []);
  return (
    <div className="panes">
      <section className="pane-list" aria-labelledby="conversations-title">
        <header className="pane-head">
          <h2 id="conversations-title">{t('title')}</h2>
          <Link to="/messages/new" className="button quiet round" aria-label={t('new')} title={t('new')}>
            <Icon name="pen" />
          </Link>
        </header>
        <div
          ref={list}
          className="pane-scroll"
          onScroll={({ currentTarget }) => (listTop = currentTarget.scrollTop)}
        >
          <ThreadList />
        </div>
      </section>
      <div className="pane-talk">{children}</div>
    </div>
  );
}
