// Words on a screen: the head of a screen, times, states with nothing to show, and a problem with its way out.
// Headings take the focus at a navigation (router), so every screen has one `ScreenHead`.
import { use, useEffect, type ReactNode } from 'react';
import { describeProblem } from '../shell/problem-words.ts';
import { useShellText } from '../shell/words.ts';
import { formatAge, formatMoment } from '../text/format.ts';
import { SpokenLanguage } from '../text/messages.ts';
import { Button } from './button.tsx';

/** The one heading of a screen, with its actions. Also the title of the page. */
export function ScreenHead({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}): ReactNode {
  useEffect(() => {
    document.title = `${title} · O-Red`;
  }, [title]);
  return (
    <header>
      <h1 tabIndex={-1} data-screen-heading>
        {title}
      </h1>
      {children}
    </header>
  );
}

/** A moment, relative while it is young; the exact one in its title. */
export function Time({ at }: { readonly at: string }): ReactNode {
  const now = use(SpokenLanguage);
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={formatMoment(ms, now)}>
      {formatAge(ms, Date.now(), now)}
    </time>
  );
}

/** Nothing to show yet: what will be here, and how it comes. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <span className="empty-ring" aria-hidden="true" />
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}

/** Something failed: what, in words, and a way to try again. */
export function ProblemNote({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}): ReactNode {
  const t = useShellText();
  return (
    <div className="problem-note" role="alert">
      <p>{describeProblem(error)}</p>
      {onRetry !== undefined && (
        <Button icon="refresh" onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  );
}

/** The boxes of a list that is on its way, in the size of what will come. */
export function Skeletons({ count = 4 }: { readonly count?: number }): ReactNode {
  const t = useShellText();
  return (
    <div aria-busy="true">
      <p className="only-read" role="status">
        {t('loading')}
      </p>
      {Array.from({ length: count }, (_item, at) => (
        <div key={at} className="skeleton" aria-hidden="true" />
      ))}
    </div>
  );
}
