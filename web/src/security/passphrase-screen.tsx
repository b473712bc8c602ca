// Another passphrase: typed once, and looked at if one wants to. The node asks for a fresh proof, and ends all other
// sessions with the change, which is said before.
import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { PASSPHRASE_CHARS_MIN } from '#protocol/limits.ts';
import { call } from '../api/call.ts';
import { makeStale } from '../api/queries.ts';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { ProblemNote, ScreenHead } from '../design/text.tsx';
import { goBack } from '../router/location.ts';
import { NewSecretField } from '../session/secret-field.tsx';
import { showToast } from '../shell/toasts.tsx';
import { changePassphrase } from './routes.ts';
import './security.css';
import { useSecurityText } from './words.ts';

export function Screen(): ReactNode {
  const t = useSecurityText();
  const field = useRef<HTMLInputElement>(null);
  const [next, setNext] = useState('');
  const [short, setShort] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const change = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setShort(next.length < PASSPHRASE_CHARS_MIN);
    if (next.length < PASSPHRASE_CHARS_MIN) {
      field.current?.focus();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await call(changePassphrase, { body: { next } });
      showToast({ text: t('passphrase.changed') });
      await makeStale('sessions');
      goBack('/security');
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <>
      <BackLink to="/security">{t('title')}</BackLink>
      <ScreenHead title={t('passphrase.title')} />
      <form className="stack" onSubmit={(event) => void change(event)} noValidate>
        <p className="lead">{t('passphrase.lead')}</p>
        <NewSecretField
          ref={field}
          label={t('passphrase.next')}
          name="passphrase"
          value={next}
          problem={short ? t('passphrase.short', { count: PASSPHRASE_CHARS_MIN }) : undefined}
          required
          onValue={(value) => {
            setNext(value);
            setShort(false);
          }}
        />
        {problem !== undefined && <ProblemNote error={problem} />}
        <div className="row">
          <Button look="primary" type="submit" busy={busy}>
            {t('passphrase.change')}
          </Button>
        </div>
      </form>
    </>
  );
}
