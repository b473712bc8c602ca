// The reaction to a post: one emoji of a few, set or taken back, also without network (outbox): what is shown is what
// was chosen last, wherever it is. Who hears the page hears words, not pictures.
import { useId, type KeyboardEvent, type ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { Icon } from '../design/icon.tsx';
import { usePopup } from '../design/popup.ts';
import { enqueue, outbox, whenSent } from '../offline/outbox.ts';
import './content.css';
import { refreshPost } from './post-cache.ts';
import { react, type Post } from './routes.ts';
import { useContentText } from './words.ts';

const KIND = 'posts.react';
const offered = [
  ['❤️', 'react.heart'],
  ['👍', 'react.thumb'],
  ['😂', 'react.laugh'],
  ['😮', 'react.wow'],
  ['😢', 'react.sad'],
  ['🙏', 'react.thanks'],
] as const;

interface ReactionBody {
  readonly value: string | null;
}

const pathOf = (uri: string): string => `/api/v1/posts/${encodeURIComponent(uri)}/reaction`;
whenSent(KIND, ({ path }) => refreshPost(decodeURIComponent(path.split('/')[4] ?? '')));

export function Reactions({ post }: { readonly post: Post }): ReactNode {
  const t = useContentText();
  const id = useId();
  const { open, toggle, close, button, box } = usePopup('[aria-pressed=true]', '[aria-pressed]');
  const waiting = useSignal(outbox).findLast(({ path, kind }) => kind === KIND && path === pathOf(post.uri));
  const mine = waiting === undefined ? post.my_reaction : (waiting.body as ReactionBody).value;
  const counts = withMine(post, mine);

  const choose = (value: string | null): void => {
    close(true);
    void enqueue(KIND, react, { params: { id: post.uri }, body: { value } });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' && event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
    event.preventDefault();
    if (event.key === 'Escape') return close(true);
    const all = [...(box.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[(at + (event.key === 'ArrowRight' ? 1 : all.length - 1)) % all.length]?.focus();
  };
  return (
    <div className="reactions">
      <button
        ref={button}
        type="button"
        className="button quiet action"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={toggle}
      >
        {mine === null ? <Icon name="heart" size={20} /> : <span aria-hidden="true">{mine}</span>}
        <span className="only-read">{t('react')}</span>
      </button>
      {counts.map(({ value, count }) => (
        <span key={value} className="reaction" data-mine={value === mine}>
          <span aria-hidden="true">
            {value} {count}
          </span>
          <span className="only-read">{t('react.count', { value, count })}</span>
        </span>
      ))}
      {open && (
        <div
          ref={box}
          id={id}
          role="group"
          tabIndex={-1}
          aria-label={t('react.choose')}
          className="reaction-choice"
          onKeyDown={onKeyDown}
        >
          {offered.map(([value, label]) => (
            <button
              key={value}
              type="button"
              className="button quiet round"
              aria-pressed={value === mine}
              aria-label={t(label)}
              title={t(label)}
              onClick={() => choose(value === mine ? null : value)}
            >
              <span aria-hidden="true">{value}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** The node's counts, with what was chosen here and is not there yet. */
function withMine({ reaction_counts: known, my_reaction: before }: Post, mine: string | null) {
  if (mine === before) return known;
  const counts = new Map(known.map(({ value, count }) => [value, count]));
  if (before !== null) counts.set(before, (counts.get(before) ?? 1) - 1);
  if (mine !== null) counts.set(mine, (counts.get(mine) ?? 0) + 1);
  return [...counts].flatMap(([value, count]) => (count > 0 ? [{ value, count }] : []));
}
