// The first step: the language, chosen at once for the whole app, and what this is, in three sentences.
// The browser's own language is chosen already, so that most people only go on.
import type { ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { Choices } from '../design/choice.tsx';
import { ScreenHead } from '../design/text.tsx';
import { chooseLanguage, language, type Language } from '../text/language.ts';
import { StepForm } from './step-form.tsx';
import { goTo } from './steps.ts';
import { useWelcomeText } from './words.ts';

/** Each by its own name: who cannot read the one reads the other. */
const options: readonly { readonly value: Language; readonly label: string }[] = [
  { value: 'fr', label: 'Français' },
  { value: 'en', label: 'English' },
];

export function LanguageStep(): ReactNode {
  const t = useWelcomeText();
  return (
    <>
      <ScreenHead title={t('language.title')} />
      <StepForm step="language" next={t('next')} onNext={() => goTo('profile')}>
        <p className="lead">{t('language.about')}</p>
        <Choices
          label="Langue · Language"
          options={options}
          value={useSignal(language)}
          onChange={(wanted) => void chooseLanguage(wanted)}
        />
      </StepForm>
    </>
  );
}
