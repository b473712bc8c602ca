// One conversation in a list: who, the beginning of the last words, when, and whether there is something new or
// something that has not left. One link, read out as one sentence.
import type { ReactNode } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Badge } from '../design/state.tsx';
import { Icon } from '../design/icon.tsx';
import { Time } from '../design/text.tsx';
import { conversationPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { useShellText } from '../shell/words.ts';
import type { Say } from '../text/messages.ts';
import { nameOf } from '../text/person-name.ts';
import type messages from './messages/en.json';
import type { Message, Thread } from './routes.ts';
import { isVoice } from './writing/voice.ts';
import { useTalkText } from './words.ts';

/** More would not be shown: the line ends before. */
const PREVIEW_CHARS = 140;

export function ThreadRow({
  thread,
  waits,
}: {
  readonly thread: Thread;
  /** Something for this person is still on this device. */
  readonly waits: boolean;
}): ReactNode {
  const t = useTalkText();
  const shell = useShellText();
  const { newest, unread } = thread;
  return (
    <Link to={conversationPath(thread.node_id)} className="thread-row" data-unread={unread > 0 || undefined}>
      <Avatar nodeId={thread.node_id} picture={thread.avatar} />
      <span className="thread-words">
        <span className="thread-head">
          <bdi className="thread-name">{nameOf(thread)}</bdi>
          <span className="mark">
            <Time at={thread.last_at} />
          </span>
        </span>
        <span className="thread-last">
          <span className="thread-preview">
            {newest !== null && (
              <>
                {newest.author.node_id !== thread.node_id && `${t('you')} `}
                <bdi>{previewOf(newest, t)}</bdi>
              </>
            )}
          </span>
          {waits && (
            <span className="mark" data-state="local">
              <Icon name="offline" size={16} />
              {shell('delivery.local')}
            </span>
          )}
          <Badge count={unread} label={t('unread', { count: unread })} />
        </span>
      </span>
    </Link>
  );
}

/** The beginning of a message on one line; its kind where it has no words. */
export function previewOf(message: Message, t: Say<typeof messages>): string {
  if (message.state === 'unreadable') return t('unreadable');
  const text = message.text.replaceAll(/\s+/g, ' ').trim().slice(0, PREVIEW_CHARS);
  if (text !== '') return text;
  const [first] = message.attachments ?? [];
  if (first === undefined)
    return message.withheld === undefined ? '' : t('withheld', { count: message.withheld });
  if (isVoice(first.name)) return t('voice');
  return first.type.startsWith('image/') ? t('picture') : (first.name ?? t('file'));
}
