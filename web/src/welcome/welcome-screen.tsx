// The first run, one question at a time: language, name, what proves the owner, the recovery kit, people. Whoever comes
// back finds the step where they were; without a claim link and without a session there is nothing to do here but to
// learn where the link is.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { read } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { useSignal } from '../api/signal.ts';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { place } from '../router/location.ts';
import { LanguageStep } from './language-step.tsx';
import { KitStep } from './kit-step.tsx';
import { NameStep } from './name-step.tsx';
import { PeopleStep } from './people-step.tsx';
import { readAnswers, sendAnswers, type Answers } from './first-run.ts';
import { readWelcome } from '../session/first-run.ts';
import { SecretStep } from './secret-step.tsx';
import { claimToken, goTo, openStep, stepOf, steps, type Step } from './steps.ts';
import './welcome.css';
import { useWelcomeText } from './words.ts';

export function Screen(): ReactNode {
  const { search } = useSignal(place);
  const state = useSignal(session);
  const [answers, setAnswers] = useState<Answers>();
  useEffect(() => {
    void readAnswers().then(setAnswers);
  }, []);
  const claimed = state === 'in';
  useEffect(() => {
    // What a first run that was interrupted has not told yet; the steps that follow do not wait for it.
    if (claimed) sendAnswers().catch(() => undefined);
  }, [claimed]);

  if (state === 'unknown' || answers === undefined) return <Skeletons count={2} />;
  if (!claimed && claimToken() === undefined) return <NoLink />;
  const wanted = stepOf(search);
  if (claimed && wanted === undefined) return <Resume />;
  const step = openStep(wanted, claimed);
  return (
    <div className="welcome">
      <Progress step={step} />
      <StepScreen step={step} answers={answers} onAnswers={setAnswers} />
    </div>
  );
}

/** Goes on where an interrupted first run stopped. */
function Resume(): ReactNode {
  const how = useQuery({ ...read(readWelcome, {}), staleTime: 0 });
  const first = how.data?.steps.find(({ state }) => state === 'open')?.step;
  useEffect(() => {
    if (how.isSuccess) goTo(first ?? 'people', { replace: true });
  }, [how.isSuccess, first]);
  if (how.isError) return <ProblemNote error={how.error} onRetry={() => void how.refetch()} />;
  return <Skeletons count={2} />;
}

function StepScreen({
  step,
  answers,
  onAnswers,
}: {
  readonly step: Step;
  readonly answers: Answers;
  readonly onAnswers: (answers: Answers) => void;
}): ReactNode {
  if (step === 'language') return <LanguageStep />;
  if (step === 'profile') return <NameStep answers={answers} onAnswers={onAnswers} />;
  if (step === 'credential') return <SecretStep />;
  return step === 'kit' ? <KitStep /> : <PeopleStep />;
}

function Progress({ step }: { readonly step: Step }): ReactNode {
  const t = useWelcomeText();
  const at = steps.indexOf(step);
  return (
    <div className="progress no-print">
      <div className="progress-head">
        <span className="wordmark" translate="no">
          O-Red
        </span>
        <span>{t('progress', { at: at + 1, of: steps.length })}</span>
      </div>
      <div className="progress-bar" aria-hidden="true">
        {steps.map((name, index) => (
          <span key={name} data-done={index <= at || undefined} />
        ))}
      </div>
    </div>
  );
}

function NoLink(): ReactNode {
  const t = useWelcomeText();
  return (
    <div className="welcome">
      <ScreenHead title={t('noLink.title')} />
      <p>{t('noLink.about')}</p>
      <pre className="command">ored status</pre>
      <p>
        <Link to="/">{t('noLink.signIn')}</Link>
      </p>
    </div>
  );
}
