// The form in which one writes: words, pictures (button, drag, paste, camera), a warning before them, and who may see
// it, in words and with how many that is. An answer is seen by whoever may see what it answers, so nothing is asked.
import { useQuery } from '@tanstack/react-query';
import {
  useEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type DragEvent,
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { POST_MEDIA_MAX, POST_TEXT_CHARS_MAX } from '#protocol/limits.ts';
import { read } from '../api/queries.ts';
import { filesIn, useAttaching } from '../content/attached.ts';
import { AttachButtons, AttachedList } from '../content/attachments.tsx';
import { Button } from '../design/button.tsx';
import { Choices, type Choice } from '../design/choice.tsx';
import { TextArea, TextField } from '../design/field.tsx';
import type { Visibility } from '../design/state.tsx';
import type { Drafting } from './drafting.ts';
import './posts.css';
import { readAudience } from './routes.ts';
import { usePostsText } from './words.ts';

/** The count is shown when it begins to matter. */
const LEFT_SHOWN = 500;
/** An answer travels inside its message (node/posts/model.ts). */
const REPLY_TEXT_CHARS_MAX = 10_000;
const WARNING_CHARS_MAX = 300;

export interface ComposerProps {
  readonly drafting: Drafting;
  readonly kind: 'post' | 'reply' | 'edit';
  /** Resolves once it is safe; a rejection is shown and everything stays. */
  readonly onSend: () => Promise<void>;
  readonly onCancel?: () => void;
  readonly autoFocus?: boolean;
  /** Who may see it cannot be chosen: an answer, or a changed one. */
  readonly fixedVisibility?: boolean;
  readonly problem?: string | undefined;
}

export function Composer(props: ComposerProps): ReactNode {
  const { drafting, kind, onSend, onCancel, autoFocus = false, fixedVisibility = false } = props;
  const { words, files, ready, setWords, setFiles } = drafting;
  const t = usePostsText();
  const field = useRef<HTMLTextAreaElement>(null);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const attaching = useAttaching(files, setFiles, POST_MEDIA_MAX);
  const takesFiles = kind !== 'edit';
  useEffect(() => {
    if (ready && autoFocus) field.current?.focus();
  }, [ready, autoFocus]);

  const max = kind === 'reply' ? REPLY_TEXT_CHARS_MAX : POST_TEXT_CHARS_MAX;
  const left = max - words.text.length;
  const isEmpty = words.text === '' && files.length === 0;
  const send = async (): Promise<void> => {
    if (busy) return;
    const missing = words.text.trim() === '' && files.length === 0 && kind !== 'edit';
    if (missing || attaching.pending > 0 || left < 0) {
      if (left >= 0) setProblem(t(missing ? 'write.missing' : 'write.pending'));
      field.current?.focus();
      return;
    }
    setBusy(true);
    await onSend().finally(() => setBusy(false));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
    if (event.key === 'Escape' && onCancel !== undefined) onCancel();
  };
  const take = (event: ClipboardEvent | DragEvent, transfer: DataTransfer): void => {
    const given = filesIn(transfer);
    if (!takesFiles || given.length === 0) return;
    event.preventDefault();
    void attaching.add(given);
  };
  return (
    <form
      className="writing"
      data-over={over}
      onSubmit={submit}
      onDragOver={(event) => {
        if (!takesFiles) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        take(event, event.dataTransfer);
      }}
      onPaste={(event) => {
        // Words that were copied with a picture of themselves (from an office program) are words.
        if (event.clipboardData.getData('text/plain') === '') take(event, event.clipboardData);
      }}
    >
      {words.warning !== null && (
        <TextField
          label={t('write.warning.label')}
          advice={t('write.warning.advice')}
          value={words.warning}
          maxLength={WARNING_CHARS_MAX}
          dir="auto"
          autoComplete="off"
          onChange={({ target }) => setWords({ warning: target.value })}
        />
      )}
      <TextArea
        ref={field}
        label={t(`write.label.${kind}`)}
        value={words.text}
        // A limit on the field itself would cut a long paste in silence.
        problem={left < 0 ? t('write.over', { count: -left }) : (problem ?? props.problem)}
        advice={left >= 0 && left <= LEFT_SHOWN ? t('write.left', { count: left }) : undefined}
        onKeyDown={onKeyDown}
        onChange={({ target }) => {
          setWords({ text: target.value });
          setProblem(undefined);
        }}
      />
      <div className="row tools">
        {takesFiles && <AttachButtons attaching={attaching} />}
        <Button
          look="quiet"
          className="action"
          icon="alert"
          aria-pressed={words.warning !== null}
          onClick={() => setWords({ warning: words.warning === null ? '' : null })}
        >
          {t('write.warning')}
        </Button>
      </div>
      {takesFiles && <AttachedList files={files} attaching={attaching} />}
      {!fixedVisibility && (
        <VisibilityChoice value={words.visibility} onChange={(visibility) => setWords({ visibility })} />
      )}
      <div className="row">
        <Button look="primary" type="submit" icon="send" busy={busy}>
          {t(`write.send.${kind}`)}
        </Button>
        {onCancel !== undefined && <Button onClick={onCancel}>{t('write.cancel')}</Button>}
        {onCancel === undefined && !isEmpty && (
          <Button look="quiet" onClick={() => void drafting.clear()}>
            {t('write.discard')}
          </Button>
        )}
      </div>
    </form>
  );
}

function VisibilityChoice({
  value,
  onChange,
}: {
  readonly value: Visibility;
  readonly onChange: (value: Visibility) => void;
}): ReactNode {
  const t = usePostsText();
  const audience = useQuery(read(readAudience, {}));
  const people = audience.data?.people;
  const option = (visibility: Visibility, icon: Choice<Visibility>['icon']): Choice<Visibility> => ({
    value: visibility,
    label:
      people === undefined || visibility === 'private'
        ? t(`who.${visibility}`)
        : t(`who.${visibility}.count`, { count: people[visibility] }),
    about: t(`who.${visibility}.about`),
    ...(icon === undefined ? {} : { icon }),
  });
  return (
    <Choices
      label={t('write.who')}
      value={value}
      onChange={onChange}
      options={[option('friends', 'people'), option('public', 'globe'), option('private', 'lock')]}
    />
  );
}
