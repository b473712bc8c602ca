// The second step: the name and the picture that people will see. Both may be left empty and changed at any time.
// The picture is cut and made small here, in the browser: what the camera wrote into the file goes nowhere.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { DISPLAY_NAME_CHARS_MAX } from '#protocol/limits.ts';
import { makePortrait } from '../api/picture.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { Icon } from '../design/icon.tsx';
import { ScreenHead } from '../design/text.tsx';
import { keepAnswers, type Answers } from './first-run.ts';
import { StepForm } from './step-form.tsx';
import { goTo } from './steps.ts';
import { useWelcomeText } from './words.ts';

export function NameStep({
  answers,
  onAnswers,
}: {
  readonly answers: Answers;
  readonly onAnswers: (answers: Answers) => void;
}): ReactNode {
  const t = useWelcomeText();
  const change = (changed: Partial<Answers>): void => {
    const next = { ...answers, ...changed };
    onAnswers(next);
    void keepAnswers(next);
  };
  return (
    <>
      <ScreenHead title={t('name.title')} />
      <StepForm step="profile" next={t('next')} onNext={() => goTo('credential')}>
        <p className="lead">{t('name.about')}</p>
        <TextField
          label={t('name.label')}
          advice={t('name.advice')}
          value={answers.name}
          onChange={({ target }) => change({ name: target.value })}
          maxLength={DISPLAY_NAME_CHARS_MAX}
          autoComplete="name"
          dir="auto"
        />
        <PictureChoice picture={answers.picture} onPicture={(picture) => change({ picture })} />
      </StepForm>
    </>
  );
}

function PictureChoice({
  picture,
  onPicture,
}: {
  readonly picture: Blob | null;
  readonly onPicture: (picture: Blob | null) => void;
}): ReactNode {
  const t = useWelcomeText();
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const choose = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem(undefined);
    try {
      onPicture(await makePortrait(file));
    } catch {
      setProblem(t('picture.unreadable'));
    }
  };
  return (
    <div className="picture-choice">
      <Preview picture={picture} />
      <div>
        <div className="row">
          <Button icon="picture" onClick={() => input.current?.click()}>
            {picture === null ? t('picture.choose') : t('picture.other')}
          </Button>
          {picture !== null && (
            <Button look="quiet" onClick={() => onPicture(null)}>
              {t('picture.remove')}
            </Button>
          )}
        </div>
        <p className={problem === undefined ? 'note' : 'note problem'} role="status">
          {problem ?? t('picture.about')}
        </p>
      </div>
      {/* The button above opens it; a file field of its own would speak the browser's language. */}
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label={t('picture.choose')}
        onChange={({ target }) => {
          void choose(target.files?.[0]);
          target.value = '';
        }}
      />
    </div>
  );
}

function Preview({ picture }: { readonly picture: Blob | null }): ReactNode {
  const t = useWelcomeText();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (picture === null) {
      setUrl(undefined);
      return undefined;
    }
    const made = URL.createObjectURL(picture);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [picture]);
  if (url === undefined) {
    return (
      <span className="picture-empty">
        <Icon name="picture" size={32} />
      </span>
    );
  }
  return <img className="avatar" src={url} alt={t('picture.alt')} width={88} height={88} />;
}
