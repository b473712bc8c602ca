// One post as everywhere in the app: who, when, who may see it, the words with their files, answers, reactions, and for
// one's own, whether it arrived. Words of strangers are text and nothing else; a long one does not push the page wide.
// What can be done with it beyond that comes from the screen (`menu`).
import type { MouseEvent, ReactNode } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Icon } from '../design/icon.tsx';
import { Menu, type MenuItem } from '../design/menu.tsx';
import { VisibilityMark } from '../design/state.tsx';
import { Time } from '../design/text.tsx';
import type { ItemPlace } from '../design/virtual-list.tsx';
import { personPath, postPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { navigate } from '../router/location.ts';
import { useShellText } from '../shell/words.ts';
import { nameOf } from '../text/person-name.ts';
import './content.css';
import { DeliveryButton } from './delivery.tsx';
import { MediaGrid } from './media/media-grid.tsx';
import type { ShownFile } from './media/media.ts';
import { Reactions } from './reactions.tsx';
import { RichText, Warned } from './rich-text.tsx';
import type { Post } from './routes.ts';
import { useContentText } from './words.ts';

export interface PostCardProps {
  readonly post: Post;
  /** Its place among others, where it stands in a feed. */
  readonly place?: ItemPlace;
  /** On its own page: all of the words, and no way to where one is. */
  readonly whole?: boolean;
  readonly menu?: readonly MenuItem[];
  /** Pressed in the place of going to the post's page: to answer where one is. */
  readonly onReply?: () => void;
}

/** What a press on is its own affair, and none of the card's. */
const OWN_PRESS = 'a, button, input, textarea, label, video, audio, dialog, pre, [role=group]';

export function PostCard({ post, place, whole = false, menu = [], onReply }: PostCardProps): ReactNode {
  const t = useContentText();
  const name = nameOf(post.author);
  const path = postPath(post.uri);
  const open = (event: MouseEvent<HTMLElement>): void => {
    const target = event.target as Element;
    // React lets a press in a dialog of the card rise to the card.
    const isOutside = !event.currentTarget.contains(target);
    if (whole || isOutside || target.closest(OWN_PRESS) !== null) return;
    // Who marks words wants the words.
    if (getSelection()?.isCollapsed === false) return;
    navigate(path);
  };
  return (
    <article
      className={whole ? 'post whole' : 'post'}
      aria-label={t('card.by', { name })}
      {...place}
      onClick={open}
    >
      <Link to={personPath(post.author.node_id)} tabIndex={-1} aria-hidden="true">
        <Avatar nodeId={post.author.node_id} picture={post.author.avatar} />
      </Link>
      <div className={menu.length > 0 ? 'post-body with-menu' : 'post-body'}>
        <PostHead post={post} name={name} path={path} whole={whole} />
        {menu.length > 0 && <Menu label={t('card.more', { name })} items={menu} />}
        {post.reply_to !== null && !whole && (
          <p className="mark post-answers">
            <Icon name="reply" size={16} />
            <Link to={postPath(post.reply_to)}>{t('card.in-answer')}</Link>
          </p>
        )}
        {post.state === 'waiting' ? (
          <p className="note">{t('card.waiting')}</p>
        ) : (
          <Warned warning={post.warning}>
            {post.text !== '' && (
              <RichText text={post.text} whole={whole && post.text.length <= WHOLE_CHARS_MAX} />
            )}
            {post.media.length > 0 && <MediaGrid files={filesOf(post)} />}
          </Warned>
        )}
        <footer className="post-foot">
          <ReplyButton post={post} path={path} onReply={onReply} />
          <Reactions post={post} />
          {post.mine && post.delivery !== null && <DeliveryButton item={post.uri} counts={post.delivery} />}
        </footer>
      </div>
    </article>
  );
}

/** Longer than this, also a post's own page opens the rest on demand: 50,000 characters at once stop a phone. */
const WHOLE_CHARS_MAX = 8_000;

function PostHead({
  post,
  name,
  path,
  whole,
}: {
  readonly post: Post;
  readonly name: string;
  readonly path: string;
  readonly whole: boolean;
}): ReactNode {
  const t = useContentText();
  const shell = useShellText();
  const { audience, visibility, edited_at: edited } = post;
  const who = shell(`visibility.${visibility}`);
  const time = <Time at={post.created_at} />;
  return (
    <header>
      <Link to={personPath(post.author.node_id)} className="post-author">
        <bdi>{name}</bdi>
      </Link>
      <span className="mark">
        {whole ? (
          time
        ) : (
          <Link to={path} className="post-time" data-opens>
            {time}
          </Link>
        )}
      </span>
      <VisibilityMark
        value={visibility}
        about={
          audience === null || visibility === 'private'
            ? undefined
            : t('visibility.people', { who, count: audience })
        }
      />
      {edited !== null && <span className="mark">{t('card.edited')}</span>}
      {post.imported_from !== null && <span className="mark">{t('card.imported')}</span>}
    </header>
  );
}

function ReplyButton({
  post,
  path,
  onReply,
}: {
  readonly post: Post;
  readonly path: string;
  readonly onReply: (() => void) | undefined;
}): ReactNode {
  const t = useContentText();
  const count = post.replies_count;
  const inside = (
    <>
      <Icon name="reply" size={20} />
      {count > 0 && <span aria-hidden="true">{count}</span>}
      <span className="only-read">
        {t('card.reply')}
        {count > 0 && `, ${t('card.replies', { count })}`}
      </span>
    </>
  );
  if (onReply === undefined) {
    return (
      <Link to={`${path}?reply`} className="button quiet action">
        {inside}
      </Link>
    );
  }
  return (
    <button type="button" className="button quiet action" onClick={onReply}>
      {inside}
    </button>
  );
}

/** The files of a post, at their addresses on the own node. */
export function filesOf(post: Post): ShownFile[] {
  const base = `/api/v1/posts/${encodeURIComponent(post.uri)}/media`;
  return post.media.map(({ index, thumbnail, view, ...file }) => ({
    ...file,
    key: `${post.uri}/${post.version}/${index}`,
    full: `${base}/${index}`,
    view: view ? `${base}/${index}?size=view` : null,
    small: thumbnail ? `${base}/${index}?size=thumbnail` : null,
  }));
}
