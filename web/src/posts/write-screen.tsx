// Writing a post: the words, and who may see them, in words. What is typed is kept as a draft; sending puts it into the
// outbox, which never loses it, so this screen needs no network. Who may see it is remembered for the next post.
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent, type ReactNode } from 'react';
import { POST_TEXT_CHARS_MAX } from '#protocol/limits.ts';
import { Button } from '../design/button.tsx';
import { Choices } from '../design/choice.tsx';
import { TextArea } from '../design/field.tsx';
import type { Visibility } from '../design/state.tsx';
import { ScreenHead } from '../design/text.tsx';
import { heldRoot } from '../api/queries.ts';
import { contact } from '../api/contact.ts';
import { keepDraft, readDraft, useDraftKeeper } from '../offline/drafts.ts';
import { enqueue, showsIn } from '../offline/outbox.ts';
import { navigate } from '../router/location.ts';
import { showToast } from '../shell/toasts.tsx';
import type { WaitingPost } from './post-card.tsx';
import './posts.css';
import { createPost } from './routes.ts';
import { usePostsText } from './words.ts';

const DRAFT = 'posts/new';
/** The count is shown when it begins to matter. */
const LEFT_SHOWN = 500;

showsIn('posts.create', ['feed', heldRoot('feed')]);

export function Screen(): ReactNode {
  const t = usePostsText();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  const [visibility, setVisibility] = useState<Visibility>('friends');
  const [ready, setReady] = useState(false);
  const [problem, setProblem] = useState<string>();
  useDraftKeeper(DRAFT, text === '' ? null : ({ text, visibility } satisfies WaitingPost), ready);
  useEffect(() => {
    void readDraft<WaitingPost>(DRAFT)
      .then((draft) => {
        if (draft === undefined) return;
        setText(draft.text);
        setVisibility(draft.visibility);
      })
      .finally(() => {
        setReady(true);
        field.current?.focus();
      });
  }, []);

  const left = POST_TEXT_CHARS_MAX - text.length;
  const send = async (): Promise<void> => {
    if (text.trim() === '') {
      setProblem(t('write.missing'));
      field.current?.focus();
      return;
    }
    await enqueue('posts.create', createPost, { body: { text, visibility } });
    setText('');
    await keepDraft(DRAFT, null);
    if (contact.get() === 'lost') showToast({ text: t('write.kept') });
    navigate('/');
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
  };

  return (
    <>
      <ScreenHead title={t('write.title')} />
      <form className="writing" onSubmit={submit}>
        <TextArea
          ref={field}
          label={t('write.label')}
          value={text}
          problem={problem}
          advice={left <= LEFT_SHOWN ? t('write.left', { count: Math.max(0, left) }) : undefined}
          maxLength={POST_TEXT_CHARS_MAX}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(undefined);
          }}
        />
        <Choices
          label={t('write.who')}
          value={visibility}
          onChange={setVisibility}
          options={[
            { value: 'friends', label: t('who.friends'), about: t('who.friends.about'), icon: 'people' },
            { value: 'public', label: t('who.public'), about: t('who.public.about'), icon: 'globe' },
            { value: 'private', label: t('who.private'), about: t('who.private.about'), icon: 'lock' },
          ]}
        />
        <div className="row">
          <Button look="primary" type="submit" icon="send">
            {t('write.send')}
          </Button>
          {text !== '' && (
            <Button look="quiet" onClick={() => setText('')}>
              {t('write.discard')}
            </Button>
          )}
        </div>
      </form>
    </>
  );
}
