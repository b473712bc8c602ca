// The third step: what proves the owner from now on, a passphrase or, where the connection allows it, a passkey. This is
// where the node gets its owner. Tried again, it goes on where it stopped: nobody is left before a half-claimed node.
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { PASSPHRASE_CHARS_MIN } from '#protocol/limits.ts';
import { session } from '../api/session.ts';
import { useSignal } from '../api/signal.ts';
import { Choices } from '../design/choice.tsx';
import { ScreenHead } from '../design/text.tsx';
import { nodeContext } from '../session/context.ts';
import { addPasskeyHere, passkeysExist } from '../session/passkeys.ts';
import { NewSecretField } from '../session/secret-field.tsx';
import { becomeOwner, sendAnswers } from './first-run.ts';
import { StepForm } from './step-form.tsx';
import { claimToken, goTo } from './steps.ts';
import { useWelcomeText } from './words.ts';

type Way = 'passphrase' | 'passkey';

export function SecretStep(): ReactNode {
  const t = useWelcomeText();
  return useSignal(session) === 'in' && claimToken() === undefined ? (
    <>
      <ScreenHead title={t('secret.title')} />
      <StepForm step="credential" next={t('next')} onNext={() => goTo('kit')}>
        <p className="lead">{t('secret.done')}</p>
      </StepForm>
    </>
  ) : (
    <Choose />
  );
}

function Choose(): ReactNode {
  const t = useWelcomeText();
  const field = useRef<HTMLInputElement>(null);
  const { data: context } = useQuery(nodeContext);
  const [way, setWay] = useState<Way>('passphrase');
  const [passphrase, setPassphrase] = useState('');
  const [fieldProblem, setFieldProblem] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const offersPasskey = passkeysExist() && context?.passkeys.available === true;

  const go = async (): Promise<void> => {
    if (way === 'passphrase' && passphrase.length < PASSPHRASE_CHARS_MIN) {
      setFieldProblem(t('secret.short', { count: PASSPHRASE_CHARS_MIN }));
      field.current?.focus();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await becomeOwner(claimToken() ?? '', way === 'passphrase' ? passphrase : undefined);
      if (way === 'passkey' && !(await addPasskeyHere())) {
        setFieldProblem(t('passkey.none'));
        return;
      }
      await sendAnswers();
      // The link has done its work: its secret leaves the address.
      history.replaceState(history.state, '', location.pathname + location.search);
      goTo('kit', { replace: true });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <ScreenHead title={t('secret.title')} />
      <StepForm
        step="credential"
        next={way === 'passkey' ? t('passkey.make') : t('secret.make')}
        busy={busy}
        problem={problem}
        onNext={() => void go()}
      >
        <p className="lead">{t('secret.about')}</p>
        {offersPasskey && (
          <WayChoice
            way={way}
            onWay={(wanted) => {
              setWay(wanted);
              setFieldProblem(undefined);
            }}
          />
        )}
        {way === 'passphrase' ? (
          <>
            <NewSecretField
              ref={field}
              label={t('secret.label')}
              name="passphrase"
              value={passphrase}
              problem={fieldProblem}
              required
              onValue={(value) => {
                setPassphrase(value);
                setFieldProblem(undefined);
              }}
            />
          </>
        ) : (
          <p className="note problem" role="alert">
            {fieldProblem}
          </p>
        )}
      </StepForm>
    </>
  );
}

function WayChoice({ way, onWay }: { readonly way: Way; readonly onWay: (way: Way) => void }): ReactNode {
  const t = useWelcomeText();
  return (
    <Choices
      label={t('way')}
      value={way}
      onChange={onWay}
      options={[
        { value: 'passphrase', label: t('way.passphrase'), about: t('way.passphrase.about'), icon: 'pen' },
        { value: 'passkey', label: t('way.passkey'), about: t('way.passkey.about'), icon: 'key' },
      ]}
    />
  );
}
