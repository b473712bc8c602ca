// The ways through the app, made from THE LIST: a rail where there is room, a bar at the foot of a phone.
// Both are in the page and the style sheet shows one, so that turning a tablet moves nothing else.
import type { ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { Badge } from '../design/state.tsx';
import { Icon } from '../design/icon.tsx';
import { screens } from '../features.ts';
import type { NavigationEntry } from '../router/feature.ts';
import { Link } from '../router/link.tsx';
import { language } from '../text/language.ts';
import { useShellText } from './words.ts';

interface Entry extends NavigationEntry {
  readonly path: string;
}

export const entries: readonly Entry[] = screens
  .flatMap(({ path, navigation }) => (navigation === undefined ? [] : [{ path, ...navigation }]))
  .toSorted((one, other) => one.order - other.order);

const noCount = (): number => 0;

export function Rail(): ReactNode {
  const t = useShellText();
  return (
    <nav className="rail" aria-label={t('navigation')}>
      <span className="wordmark" translate="no">
        O-Red
      </span>
      {entries.map((entry) => (
        <NavigationLink key={entry.path} entry={entry} />
      ))}
    </nav>
  );
}

export function Bar(): ReactNode {
  const t = useShellText();
  return (
    <nav className="bar" aria-label={t('navigation')}>
      {entries
        .filter(({ where }) => where === 'bar')
        .map((entry) => (
          <NavigationLink key={entry.path} entry={entry} />
        ))}
      {entries.some(({ where }) => where === 'more') && (
        <Link to="/more">
          <Icon name="more" />
          {t('more')}
        </Link>
      )}
    </nav>
  );
}

/** One way: its picture, its name, and the number of what waits there. */
export function NavigationLink({ entry }: { readonly entry: Entry }): ReactNode {
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
