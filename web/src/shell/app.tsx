// The whole app: banners, ways, the screen, toasts; and the sign-in, which stands alone when nobody is signed in, and
// over the screen (kept, with all that was typed) when a session ended under it.
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { queryClient } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { useSignal } from '../api/signal.ts';
import { proofRequest } from '../api/step-up.ts';
import { Skeletons } from '../design/text.tsx';
import { screens } from '../features.ts';
import { CurrentPath } from '../router/link.tsx';
import { place } from '../router/location.ts';
import { bestMatch } from '../router/match.ts';
import { language, loadMessages } from '../text/language.ts';
import { SpokenLanguage } from '../text/messages.ts';
import { Banners } from './banners.tsx';
import { Bar, Rail } from './navigation.tsx';
import { ScreenView } from './screen-view.tsx';
import { Toasts } from './toasts.tsx';
import { useShellText } from './words.ts';

const SignIn = lazy(async () => {
  const [module] = await Promise.all([import('../session/sign-in.tsx'), loadMessages('session')]);
  return { default: module.SignIn };
});

const StepUp = lazy(async () => {
  const [module] = await Promise.all([import('../session/step-up-dialog.tsx'), loadMessages('session')]);
  return { default: module.StepUpDialog };
});

export function App(): ReactNode {
  const { path } = useSignal(place);
  const here = bestMatch(screens, path)?.screen;
  const spoken = useSignal(language);
  const isOut = useSignal(session) === 'out';
  const isAlone = here?.alone === true || (isOut && here?.open === true);
  const proof = useSignal(proofRequest);
  return (
    <SpokenLanguage value={spoken}>
      <CurrentPath value={path}>
        <QueryClientProvider client={queryClient}>
          {isAlone ? <Alone /> : <Frame />}
          {proof !== undefined && (
            <Suspense>
              <StepUp request={proof} />
            </Suspense>
          )}
          <Toasts />
        </QueryClientProvider>
      </CurrentPath>
    </SpokenLanguage>
  );
}

/** A screen without the ways of the app, whoever is signed in. */
function Alone(): ReactNode {
  return (
    <div className="alone">
      <Banners />
      <ScreenView />
    </div>
  );
}

function Frame(): ReactNode {
  const t = useShellText();
  const state = useSignal(session);
  const signedIn = state === 'in' || state === 'unknown';
  return (
    <>
      {signedIn && (
        <a className="skip" href="#content">
          {t('skip')}
        </a>
      )}
      {!signedIn && (
        <Suspense fallback={<Skeletons count={1} />}>
          <Banners />
          <SignIn again={state === 'ended'} />
        </Suspense>
      )}
      {state !== 'out' && (
        <div className={signedIn ? 'shell' : 'covered'} inert={!signedIn}>
          <Banners />
          <Rail />
          {state === 'unknown' ? <Waiting /> : <ScreenView />}
          <Bar />
        </div>
      )}
    </>
  );
}

function Waiting(): ReactNode {
  return (
    <main className="page">
      <p className="prelude" translate="no">
        O-Red
      </p>
      <Skeletons count={3} />
    </main>
  );
}
