// One message: the words of a person, what came with them, and at the foot when, and for one's own whether it arrived.
// Own ones stand at the end side on another ground; who hears the page hears whose words they are.
import { useState, type ReactNode } from 'react';
import { DeliveryDialog, DeliveryMark, isEntryState } from '../content/delivery.tsx';
import { MediaGrid } from '../content/media/media-grid.tsx';
import { kindOfFile, type ShownFile } from '../content/media/media.ts';
import { RichText } from '../content/rich-text.tsx';
import { WaitingFiles } from '../content/attachments.tsx';
import { useSignal } from '../api/signal.ts';
import { Button, IconButton } from '../design/button.tsx';
import { DeliveryState } from '../design/state.tsx';
import type { OutboxItem } from '../offline/database.ts';
import { discard, retry } from '../offline/outbox.ts';
import { useShellText } from '../shell/words.ts';
import { formatClock, formatMoment } from '../text/format.ts';
import { language } from '../text/language.ts';
import type { Message } from './routes.ts';
import { previewOf } from './thread-row.tsx';
import { isVoice } from './writing/voice.ts';
import { VoicePlayer } from './writing/voice-player.tsx';
import { bodyOf } from './writing/waiting.ts';
import { useTalkText } from './words.ts';

export function MessageView({
  message,
  name,
  mine,
  answered,
  onReply,
}: {
  readonly message: Message;
  /** What the other person is called. */
  readonly name: string;
  readonly mine: boolean;
  /** The message that this one answers, where it is here. */
  readonly answered: Message | undefined;
  readonly onReply: (() => void) | undefined;
}): ReactNode {
  const t = useTalkText();
  const { text, state, attachments = [], withheld = 0 } = message;
  return (
    <div className="message" data-mine={mine || undefined}>
      <span className="only-read">{mine ? t('said.you') : t('said.by', { name })}</span>
      {answered !== undefined && (
        <blockquote className="message-answered">
          <bdi>{previewOf(answered, t)}</bdi>
        </blockquote>
      )}
      {state === 'unreadable' ? (
        <p className="note">{t('unreadable.about')}</p>
      ) : (
        text !== '' && <RichText text={text} />
      )}
      {withheld > 0 && <p className="note">{t('withheld.about', { count: withheld })}</p>}
      {attachments.length > 0 && <Files message={message} />}
      <footer className="message-foot">
        <Moment at={message.created_at} />
        {mine && <Arrival message={message} />}
        {onReply !== undefined && (
          <IconButton icon="reply" label={t('reply.to', { text: previewOf(message, t) })} onClick={onReply} />
        )}
      </footer>
    </div>
  );
}

function Moment({ at }: { readonly at: string }): ReactNode {
  const now = useSignal(language);
  const ms = Date.parse(at);
  return (
    <time className="mark" dateTime={at} title={formatMoment(ms, now)}>
      {formatClock(ms, now)}
    </time>
  );
}

/** Pressed where it has not arrived, it says why, and what can be done. */
function Arrival({ message }: { readonly message: Message }): ReactNode {
  const [open, setOpen] = useState(false);
  const { delivery } = message;
  if (!isEntryState(delivery)) return null;
  const shown = <DeliveryMark state={delivery} />;
  if (delivery === 'accepted') return shown;
  return (
    <>
      <button type="button" className="arrival" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {shown}
      </button>
      {open && <DeliveryDialog item={message.uri} onClose={() => setOpen(false)} />}
    </>
  );
}

function Files({ message }: { readonly message: Message }): ReactNode {
  const { author, id, attachments = [] } = message;
  const addressOf = (position: number): string =>
    `/api/v1/messages/${encodeURIComponent(author.node_id)}/${encodeURIComponent(id)}/files/${position}`;
  const voices = attachments.filter(({ name }) => isVoice(name));
  const files = attachments
    .filter(({ name }) => !isVoice(name))
    .map(({ position, name, type, size, width, height }): ShownFile => ({
      key: String(position),
      type,
      size,
      name,
      // A file of a message has no words of its own: its name says what there is.
      alt: kindOfFile({ type }) === 'picture' ? name : null,
      width,
      height,
      full: addressOf(position),
      small: null,
      view: null,
      color: null,
    }));
  return (
    <>
      {voices.map(({ position, duration_ms: durationMs, size }) => (
        <VoicePlayer key={position} source={addressOf(position)} durationMs={durationMs} bytes={size} />
      ))}
      {files.length > 0 && <MediaGrid files={files} />}
    </>
  );
}

/** A message that is still on this device. */
export function WaitingView({ item }: { readonly item: OutboxItem }): ReactNode {
  const t = useTalkText();
  const shell = useShellText();
  const now = useSignal(language);
  const { text } = bodyOf(item);
  const refused = item.state === 'refused';
  return (
    <div className="message" data-mine>
      <span className="only-read">{t('said.you')}</span>
      {text !== '' && <RichText text={text} />}
      <WaitingFiles item={item} />
      {refused && <p className="note problem">{t('refused', { why: item.problem ?? '' })}</p>}
      <footer className="message-foot">
        <span className="mark">{formatClock(item.at, now)}</span>
        <DeliveryState value={refused ? 'refused' : item.state === 'sending' ? 'queued' : 'local'} />
      </footer>
      {item.state !== 'sending' && (
        <div className="row">
          {refused && <Button onClick={() => void retry(item.key)}>{shell('retry')}</Button>}
          <Button look="quiet" onClick={() => void discard(item.key)}>
            {t('takeBack')}
          </Button>
        </div>
      )}
    </div>
  );
}
