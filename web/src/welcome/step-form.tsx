// The form around a step: Enter goes on, back leads to the step before, and what failed is said in its place with
// nothing lost. The button that goes on is the one primary act of the screen.
import type { FormEvent, ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { ProblemNote } from '../design/text.tsx';
import { goTo, stepBefore, type Step } from './steps.ts';
import { useWelcomeText } from './words.ts';

export function StepForm({
  step,
  next,
  busy = false,
  problem,
  onNext,
  children,
}: {
  readonly step: Step;
  /** What the primary button says. */
  readonly next: string;
  readonly busy?: boolean;
  readonly problem?: unknown;
  readonly onNext: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const t = useWelcomeText();
  const before = stepBefore(step);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy) onNext();
  };
  return (
    <form className="step" onSubmit={submit} noValidate>
      {children}
      {problem !== undefined && <ProblemNote error={problem} />}
      <div className="step-ways no-print">
        {before !== undefined && (
          <Button look="quiet" icon="back" onClick={() => goTo(before)}>
            {t('back')}
          </Button>
        )}
        <Button look="primary" type="submit" busy={busy}>
          {next}
        </Button>
      </div>
    </form>
  );
}
