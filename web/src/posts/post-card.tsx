// One post as everywhere in the app: who, when, who may see it, the words, and for what has not left yet, where it is.
// Words of strangers are text and nothing else; a long one does not push the page wide.
import type { ReactNode } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { DeliveryState, VisibilityMark, type Visibility } from '../design/state.tsx';
import { Time } from '../design/text.tsx';
import { discard, retry } from '../offline/outbox.ts';
import type { OutboxItem } from '../offline/database.ts';
import { useShellText } from '../shell/words.ts';
import type { Post } from './routes.ts';
import { usePostsText } from './words.ts';

export function PostCard({ post }: { readonly post: Post }): ReactNode {
  const t = usePostsText();
  const { author } = post;
  const name = author.display_name === '' ? author.username : author.display_name;
  return (
    <article className="post" aria-label={t('post.by', { name })}>
      <Avatar nodeId={author.node_id} />
      <div className="post-body">
        <header>
          <bdi className="post-author">{name}</bdi>
          <span className="mark">
            <Time at={post.created_at} />
          </span>
          <VisibilityMark value={post.visibility} />
          {post.edited_at !== null && <span className="mark">{t('edited')}</span>}
        </header>
        {post.state === 'waiting' ? (
          <p className="note">{t('waiting')}</p>
        ) : (
          <p className="post-text" dir="auto">
            {post.text}
          </p>
        )}
        {post.media.length > 0 && <p className="mark">{t('media', { count: post.media.length })}</p>}
      </div>
    </article>
  );
}

/** What the outbox holds of a post that was written here. */
export interface WaitingPost {
  readonly text: string;
  readonly visibility: Visibility;
}

/** A post that is not on the node yet. */
export function WaitingPostCard({ item }: { readonly item: OutboxItem }): ReactNode {
  const t = usePostsText();
  const shell = useShellText();
  const { text, visibility } = item.body as WaitingPost;
  const refused = item.state === 'refused';
  return (
    <article className="post waiting" aria-label={text.slice(0, 80)}>
      <div className="post-body">
        <header>
          <VisibilityMark value={visibility} />
          <DeliveryState value={refused ? 'refused' : item.state === 'sending' ? 'sent' : 'local'} />
        </header>
        <p className="post-text" dir="auto">
          {text}
        </p>
        {refused && <p className="note problem">{t('refused', { why: item.problem ?? '' })}</p>}
        {item.state !== 'sending' && (
          <div className="row">
            {refused && <Button onClick={() => void retry(item.key)}>{shell('retry')}</Button>}
            <Button look="quiet" onClick={() => void discard(item.key)}>
              {t('cancel')}
            </Button>
          </div>
        )}
      </div>
    </article>
  );
}
