// The ways through the app, made from THE LIST: a rail where there is room, a bar at the foot of a phone.
// Only the one that is shown is drawn: a phone's start has better things to do than the other.
import { useSyncExternalStore, type ReactNode } from 'react';
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

/** As in shell.css, whose media query gives the rail its room. */
const room = matchMedia('(min-width: 48rem)');
const watchRoom = (run: () => void): (() => void) => {
  room.addEventListener('change', run);
  return () => room.removeEventListener('change', run);
};

/** The rail, or nothing where the bar stands. */
export function Rail(): ReactNode {
  const hasRoom = useSyncExternalStore(watchRoom, () => room.matches);
  return hasRoom && <RailLinks />;
}

/** The bar, or nothing where the rail stands. */
export function Bar(): ReactNode {
  const hasRoom = useSyncExternalStore(watchRoom, () => room.matches);
  return !hasRoom && <BarLinks />;
}

function RailLinks(): ReactNode {
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

function BarLinks(): ReactNode {
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
