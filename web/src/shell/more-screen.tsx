// What has no room in the bar of a phone: the other ways through the app, from the same list, and the language.
// Where there is a rail, everything stands in it already.
import type { ReactNode } from 'react';
import { ScreenHead } from '../design/text.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { entries, NavigationLink } from './navigation.tsx';
import { useShellText } from './words.ts';

export function Screen(): ReactNode {
  const t = useShellText();
  return (
    <>
      <ScreenHead title={t('more')} />
      <nav aria-label={t('more')}>
        <ul className="list ways">
          {entries
            .filter(({ where }) => where === 'more')
            .map((entry) => (
              <li key={entry.path}>
                <NavigationLink entry={entry} />
              </li>
            ))}
        </ul>
      </nav>
      <LanguageChoice />
    </>
  );
}
