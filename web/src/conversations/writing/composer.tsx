// Writing a message: words, pictures, files, a voice note. What is typed is kept as this person's draft; sending puts it
// into the outbox, which never loses it, so it needs no network. Enter sends where there is a keyboard, and begins a
// new line where there is none.
import {
  useEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type FormHTMLAttributes,
  type KeyboardEvent,
  type ReactNode,
  type SyntheticEvent,
} from 'react';
import { MESSAGE_ATTACHMENTS_MAX, MESSAGE_TEXT_CHARS_MAX } from '#protocol/limits.ts';
import { filesIn, useAttaching, type AttachedFile, type Attaching } from '../../content/attached.ts';
import { useContentText } from '../../content/words.ts';
import { IconButton } from '../../design/button.tsx';
import { keepDraft, readDraft, useDraftKeeper } from '../../offline/drafts.ts';
import { randomKey } from '../../offline/random-key.ts';
import { AttachedRow } from './attached-row.tsx';
import type { Message } from '../routes.ts';
import { previewOf } from '../thread-row.tsx';
import type { VoiceNote } from './voice.ts';
import { VoiceButton } from './voice-button.tsx';
import { sendLater } from './waiting.ts';
import { useTalkText } from '../words.ts';

/** The count is shown when it begins to matter. */
const LEFT_SHOWN = 300;

interface TalkDraft {
  readonly text: string;
  readonly files: readonly AttachedFile[];
}

export interface ComposerProps {
  readonly who: string;
  readonly name: string;
  /** Files are for friends; the node refuses them to others. */
  readonly withFiles: boolean;
  readonly replyTo: Message | undefined;
  readonly onReplyDone: () => void;
}

export function Composer({ who, name, withFiles, replyTo, onReplyDone }: ComposerProps): ReactNode {
  const t = useTalkText();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  const [files, setFiles] = useState<readonly AttachedFile[]>([]);
  const attaching = useAttaching(files, setFiles, MESSAGE_ATTACHMENTS_MAX);
  useTalkDraft(who, { text, files }, (draft) => {
    setText(draft.text);
    setFiles(draft.files);
  });
  useEffect(() => {
    if (replyTo !== undefined) field.current?.focus();
  }, [replyTo]);

  const left = MESSAGE_TEXT_CHARS_MAX - text.length;
  const canSend = (text.trim() !== '' || files.length > 0) && attaching.pending === 0 && left >= 0;
  const send = async (event?: SyntheticEvent): Promise<void> => {
    event?.preventDefault();
    if (!canSend) {
      field.current?.focus();
      return;
    }
    const reply = replyTo === undefined ? {} : { reply_to: replyTo.id };
    await sendLater({ who, text: text.trim(), ...reply }, files);
    setText('');
    setFiles([]);
    onReplyDone();
    await keepDraft(draftOf(who), null);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && replyTo !== undefined) onReplyDone();
    if (!meansSend(event)) return;
    void send(event);
  };
  const onPaste = (event: ClipboardEvent): void => {
    const pasted = filesIn(event.clipboardData);
    if (pasted.length === 0 || !withFiles) return;
    event.preventDefault();
    void attaching.add(pasted);
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => void send(event)}
      {...(withFiles ? dropsOn(attaching) : {})}
    >
      {replyTo !== undefined && <ReplyNote message={replyTo} onCancel={onReplyDone} />}
      <AttachedRow files={files} onRemove={attaching.remove} />
      <Notes attaching={attaching} left={left} />
      <div className="composer-line">
        {withFiles && <FileButton attaching={attaching} />}
        <textarea
          ref={field}
          dir="auto"
          rows={1}
          aria-label={t('write', { name })}
          placeholder={t('write.short')}
          value={text}
          aria-invalid={left < 0}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onChange={({ target }) => setText(target.value)}
        />
        {withFiles && files.length < MESSAGE_ATTACHMENTS_MAX && (
          <VoiceButton onNote={(note) => setFiles([...files, attachedOf(note)])} />
        )}
        <IconButton icon="send" look="primary" type="submit" label={t('send')} />
      </div>
    </form>
  );
}

/** Enter, where there is a keyboard; with Ctrl everywhere; never while a word is being put together. */
function meansSend({ key, shiftKey, ctrlKey, metaKey, nativeEvent }: KeyboardEvent): boolean {
  if (key !== 'Enter' || shiftKey || nativeEvent.isComposing) return false;
  return ctrlKey || metaKey || matchMedia('(pointer: fine)').matches;
}

const dropsOn = (
  attaching: Attaching,
): Pick<FormHTMLAttributes<HTMLFormElement>, 'onDragOver' | 'onDrop'> => ({
  onDragOver: (event) => event.preventDefault(),
  onDrop: (event) => {
    event.preventDefault();
    void attaching.add(filesIn(event.dataTransfer));
  },
});

const attachedOf = ({ blob, name }: VoiceNote): AttachedFile => ({
  id: randomKey(),
  blob,
  name,
  alt: '',
  width: null,
  height: null,
});

function ReplyNote({
  message,
  onCancel,
}: {
  readonly message: Message;
  readonly onCancel: () => void;
}): ReactNode {
  const t = useTalkText();
  return (
    <div className="composer-reply">
      <p>
        {t('replying')} <bdi>{previewOf(message, t)}</bdi>
      </p>
      <IconButton icon="close" label={t('reply.cancel')} onClick={onCancel} />
    </div>
  );
}

/**
 * What is wrong with a file, and how much room is left for words when it begins to matter. The field itself has no
 * limit, which would cut a long paste in silence.
 */
function Notes({ attaching, left }: { readonly attaching: Attaching; readonly left: number }): ReactNode {
  const t = useTalkText();
  const content = useContentText();
  const { problem, pending } = attaching;
  return (
    <>
      <p className={problem === undefined ? 'only-read' : 'note problem'} role="status">
        {problem === undefined
          ? pending > 0 && content('attach.pending')
          : content(`attach.${problem.kind}`, { name: problem.name })}
      </p>
      {left <= LEFT_SHOWN && (
        <p className={left < 0 ? 'note problem' : 'note'} role="status">
          {t(left < 0 ? 'over' : 'left', { count: Math.abs(left) })}
        </p>
      )}
    </>
  );
}

function FileButton({ attaching }: { readonly attaching: Attaching }): ReactNode {
  const t = useTalkText();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        icon="plus"
        label={t('attach')}
        busy={attaching.pending > 0}
        onClick={() => picker.current?.click()}
      />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          const chosen = [...(currentTarget.files ?? [])];
          // The same file may be chosen again after it was taken away.
          currentTarget.value = '';
          void attaching.add(chosen);
        }}
      />
    </>
  );
}

const draftOf = (who: string): string => `messages/${who}`;

/** Takes up what was being written to this person, and keeps it from then on. */
function useTalkDraft(who: string, now: TalkDraft, takeUp: (draft: TalkDraft) => void): void {
  const [ready, setReady] = useState(false);
  const isEmpty = now.text === '' && now.files.length === 0;
  const kept = useRef<TalkDraft>(now);
  // The same object while nothing changed: the keeper writes when it is another.
  if (kept.current.text !== now.text || kept.current.files !== now.files) kept.current = now;
  useDraftKeeper(draftOf(who), isEmpty ? null : kept.current, ready);
  useEffect(() => {
    void readDraft<Partial<TalkDraft>>(draftOf(who))
      .then((draft) => {
        // The last words of a closing page are text alone: its files did not fit.
        if (draft !== undefined) {
          const files = (draft.files ?? []).filter(({ blob }) => blob instanceof Blob);
          takeUp({ text: draft.text ?? '', files });
        }
      })
      .finally(() => setReady(true));
    // Once for each person: the screen is made anew for another.
  }, [who]);
}
