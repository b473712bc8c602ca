// A post or an answer that is not on the node yet: its words and pictures, where it is, how much of its files has left,
// and what can be done when the node refused it. Nothing of it is lost while it stands here.
import type { ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { WaitingFiles } from '../content/attachments.tsx';
import { RichText, Warned } from '../content/rich-text.tsx';
import { Button } from '../design/button.tsx';
import { DeliveryState, VisibilityMark } from '../design/state.tsx';
import type { OutboxItem } from '../offline/database.ts';
import { fileProgress } from '../offline/outbox-files.ts';
import { discard, retry } from '../offline/outbox.ts';
import { useShellText } from '../shell/words.ts';
import type { WaitingPost } from './drafting.ts';
import './posts.css';
import { usePostsText } from './words.ts';

export function WaitingPostCard({ item }: { readonly item: OutboxItem }): ReactNode {
  const t = usePostsText();
  const shell = useShellText();
  const share = useSignal(fileProgress).get(item.key);
  const { text, visibility } = item.body as WaitingPost;
  const refused = item.state === 'refused';
  const sending = item.state === 'sending';
  return (
    <article className="post waiting" aria-label={text === '' ? t('waiting.pictures') : text.slice(0, 80)}>
      <div className="post-body">
        <header>
          {visibility !== undefined && <VisibilityMark value={visibility} />}
          <DeliveryState value={refused ? 'refused' : sending ? 'sent' : 'local'} />
        </header>
        <Warned text={text}>
          {(words) => (
            <>
              {words !== '' && <RichText text={words} />}
              <WaitingFiles item={item} />
            </>
          )}
        </Warned>
        {refused && <p className="note problem">{t('refused', { why: item.problem ?? '' })}</p>}
        {(!sending || share !== undefined) && (
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
