// The choice between the app's languages, each by its own name. It changes at once, without loading the page anew.
// The choice is kept on this device.
import type { ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { chooseLanguage, language, languages, type Language } from '../text/language.ts';
import { Segmented } from '../design/choice.tsx';

const names: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français' };

export function LanguageChoice(): ReactNode {
  const now = useSignal(language);
  return (
    <Segmented
      label="Language · Langue"
      labelHidden
      options={languages.map((value) => ({ value, label: names[value] }))}
      value={now}
      onChange={(value) => void chooseLanguage(value)}
    />
  );
}
