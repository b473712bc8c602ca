// Shows the screen of the current path: loads it, catches what goes wrong in it, and does what a page load would do:
// focus to the heading, its name read out, scroll at the top, or where it was when the person comes back.
import { Component, Suspense, use, useEffect, useLayoutEffect, type ReactNode } from 'react';
import { session } from '../api/session.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { EmptyState, ScreenHead, Skeletons } from '../design/text.tsx';
import { screens } from '../features.ts';
import { loadScreen, type OpenScreen } from '../router/feature.ts';
import { Link } from '../router/link.tsx';
import { place, type Place } from '../router/location.ts';
import { bestMatch, type Params } from '../router/match.ts';
import { describeProblem } from './problem-words.ts';
import { announce } from './toasts.tsx';
import { useShellText } from './words.ts';

const SCROLL_KEPT_MAX = 50;
const scrollByKey = new Map<string, number>();

/** Signing in takes the form away that held the focus: the screen that comes instead takes it. */
let cameOut = false;
session.subscribe(() => {
  cameOut ||= session.get() === 'out';
});

/** Not of an area: the ways that have no room in a phone's bar. */
const more: OpenScreen = { path: '/more', messages: ['shell'], load: () => import('./more-screen.tsx') };
const all: readonly OpenScreen[] = [...screens, more];

export function ScreenView(): ReactNode {
  const here = useSignal(place);
  const found = bestMatch(all, here.path);
  return (
    <main className="page" id="content" key={found?.screen.path ?? 'none'}>
      <ErrorBoundary key={here.path}>
        <Suspense fallback={<Pending />}>
          {found === undefined ? (
            <NotFound here={here} />
          ) : (
            <Opened screen={found.screen} params={found.params} here={here} />
          )}
        </Suspense>
      </ErrorBoundary>
    </main>
  );
}

function Opened({
  screen,
  params,
  here,
}: {
  readonly screen: OpenScreen;
  readonly params: Params;
  readonly here: Place;
}): ReactNode {
  const { Screen } = use(loadScreen(screen));
  useArrival(here);
  return <Screen params={params} />;
}

/** What a browser does at a page load, done at a navigation. */
function useArrival(here: Place): void {
  useLayoutEffect(() => {
    if (here.by === 'replace') return undefined;
    window.scrollTo(0, here.by === 'history' ? (scrollByKey.get(here.key) ?? 0) : 0);
    const keep = (): void => {
      scrollByKey.delete(here.key);
      scrollByKey.set(here.key, window.scrollY);
      const oldest = scrollByKey.keys().next().value;
      if (scrollByKey.size > SCROLL_KEPT_MAX && oldest !== undefined) scrollByKey.delete(oldest);
    };
    // First of all who listen: after a list has moved its items, reading the place would lay them out in between.
    window.addEventListener('scroll', keep, { passive: true, capture: true });
    return () => window.removeEventListener('scroll', keep, { capture: true });
  }, [here]);
  useEffect(() => {
    const signedIn = cameOut && document.activeElement === document.body;
    if (here.by !== 'link' && here.by !== 'history' && !signedIn) return;
    cameOut = false;
    const heading = document.querySelector<HTMLElement>('[data-screen-heading]');
    // Without scrolling: coming back, the place on the screen matters more.
    heading?.focus({ preventScroll: true });
    announce(heading?.textContent ?? '');
  }, [here]);
}

function Pending(): ReactNode {
  return (
    <>
      <p className="prelude" aria-hidden="true" />
      <Skeletons />
    </>
  );
}

function NotFound({ here }: { readonly here: Place }): ReactNode {
  const t = useShellText();
  useArrival(here);
  return (
    <>
      <ScreenHead title={t('notFound.title')} />
      <EmptyState title={t('notFound.title')} action={<Link to="/">{t('notFound.home')}</Link>}>
        {t('notFound.about')}
      </EmptyState>
    </>
  );
}

class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <Broken error={this.state.error} onRetry={() => this.setState({ error: undefined })} />;
  }
}

function Broken({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }): ReactNode {
  const t = useShellText();
  return (
    <div className="problem-note" role="alert">
      <h1 tabIndex={-1} data-screen-heading>
        O-Red
      </h1>
      <p>{describeProblem(error)}</p>
      <Button icon="refresh" onClick={onRetry}>
        {t('retry')}
      </Button>
      <Button onClick={() => location.reload()}>{t('reload')}</Button>
    </div>
  );
}
