// The fourth step: the recovery kit. Shown to be printed or copied by hand, then confirmed by two of its words, after
// which the node forgets it. It may be put off, with plain words of what that means. It lives in this component and
// nowhere else: no cache, no storage of the browser ever holds it.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextField } from '../design/field.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { language } from '../text/language.ts';
import { confirmKit, leaveStep, readIdentity, showKit, type Kit } from './first-run.ts';
import { KitPaper } from './kit-paper.tsx';
import { StepForm } from './step-form.tsx';
import { goTo } from './steps.ts';
import { useWelcomeText } from './words.ts';

export function KitStep(): ReactNode {
  const t = useWelcomeText();
  const identity = useQuery(read(readIdentity, {}));
  if (identity.isError)
    return (
      <>
        <ScreenHead title={t('kit.title')} />
        <ProblemNote error={identity.error} onRetry={() => void identity.refetch()} />
      </>
    );
  if (identity.data === undefined) return <Skeletons count={3} />;
  if (identity.data.recovery === 'confirmed')
    return (
      <>
        <ScreenHead title={t('kit.title')} />
        <StepForm step="kit" next={t('next')} onNext={() => goTo('people')}>
          <p className="lead">{t('kit.confirmed')}</p>
        </StepForm>
      </>
    );
  return <OpenKit identity={identity.data} />;
}

export interface KitOwner {
  readonly node_id: string;
  readonly username: string;
  readonly server_url: string;
}

function OpenKit({ identity }: { readonly identity: KitOwner }): ReactNode {
  const t = useWelcomeText();
  const now = useSignal(language);
  const [kit, setKit] = useState<Kit>();
  const [problem, setProblem] = useState<unknown>();
  const [tries, setTries] = useState(0);
  const [isWritten, setWritten] = useState(false);
  useEffect(() => {
    const given = new AbortController();
    setProblem(undefined);
    call(showKit, { body: { language: now } }, { signal: given.signal }).then(setKit, (error: unknown) => {
      if (!given.signal.aborted) setProblem(error);
    });
    return () => given.abort();
  }, [now, tries]);

  return (
    <>
      <ScreenHead title={isWritten ? t('kit.check.title') : t('kit.title')} />
      {problem !== undefined && <ProblemNote error={problem} onRetry={() => setTries(tries + 1)} />}
      {kit === undefined && problem === undefined && <Skeletons count={3} />}
      {kit !== undefined && !isWritten && (
        <Shown kit={kit} identity={identity} onWritten={() => setWritten(true)} />
      )}
      {kit !== undefined && isWritten && <Check positions={kit.check} onBack={() => setWritten(false)} />}
    </>
  );
}

function Shown({
  kit,
  identity,
  onWritten,
}: {
  readonly kit: Kit;
  readonly identity: KitOwner;
  readonly onWritten: () => void;
}): ReactNode {
  const t = useWelcomeText();
  const [isLater, setLater] = useState(false);
  const later = async (): Promise<void> => {
    goTo('people');
    await leaveStep('kit', 'later').catch(() => {
      // Then it is asked again, which is no harm.
    });
  };
  return (
    <StepForm step="kit" next={t('kit.written')} onNext={onWritten}>
      <p className="lead no-print">{t('kit.about')}</p>
      <KitPaper kit={kit} identity={identity} />
      <div className="row no-print">
        <Button icon="print" onClick={() => window.print()}>
          {t('kit.print')}
        </Button>
        <Button look="quiet" onClick={() => setLater(true)}>
          {t('kit.later')}
        </Button>
      </div>
      {isLater && (
        <Dialog
          title={t('kit.later.title')}
          onClose={() => setLater(false)}
          actions={
            <>
              <Button onClick={() => void later()}>{t('kit.later.do')}</Button>
              <Button look="primary" onClick={() => setLater(false)}>
                {t('kit.later.not')}
              </Button>
            </>
          }
        >
          <p>{t('kit.later.about')}</p>
        </Dialog>
      )}
    </StepForm>
  );
}

/** Two words that only the paper knows: the place on it is asked, so that it has to be looked at. */
function Check({
  positions,
  onBack,
}: {
  readonly positions: readonly number[];
  readonly onBack: () => void;
}): ReactNode {
  const t = useWelcomeText();
  const [typed, setTyped] = useState<readonly string[]>(positions.map(() => ''));
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await call(confirmKit, { body: { words: typed.map((word) => word.trim()) } });
      goTo('people');
      await makeStale('identity', 'welcome');
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <StepForm step="kit" next={t('kit.confirm')} busy={busy} problem={problem} onNext={() => void confirm()}>
      <p className="lead">{t('kit.check.about')}</p>
      {positions.map((position, at) => (
        <TextField
          key={position}
          label={t('kit.word', { position })}
          value={typed[at] ?? ''}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={at === 0}
          onChange={({ target }) =>
            setTyped(typed.map((word, index) => (index === at ? target.value : word)))
          }
        />
      ))}
      <Button look="quiet" onClick={onBack}>
        {t('kit.look')}
      </Button>
    </StepForm>
  );
}
