// What has no room in the bar of a phone: the other ways through the app, from the same list, and the language.
// Where there is a rail, everything stands in it already.
import type { ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { ScreenHead } from '../design/text.tsx';
import { Icon } from '../design/icon.tsx';
import { Badge } from '../design/state.tsx';
import { Link } from '../router/link.tsx';
import { language } from '../text/language.ts';
import { LanguageChoice } from './language-choice.tsx';
import { entries, noCount, type Entry } from './navigation.tsx';
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
                <Way entry={entry} />
              </li>
            ))}
        </ul>
      </nav>
      <LanguageChoice />
    </>
  );
}

function Way({ entry }: { readonly entry: Entry }): ReactNode {
  const label = entry.label[useSignal(language)];
  // One entry always has the same hook: the list never changes while the app runs.
  const useCount = entry.useCount ?? noCount;
  const count = useCount();
  return (
    <Link to={entry.path}>
      <Icon name={entry.icon} />
      {label}
      <Badge count={count} label={String(count)} />
    </Link>
  );
}
