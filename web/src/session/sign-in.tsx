// Signing in with the passphrase. It also stands over a screen whose session has ended: then it takes the focus, and
// gives the screen back as it was. Password managers know the field by its autocomplete names.
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { signInRoute } from '../api/session.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { LanguageChoice } from '../shell/language-choice.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { beginSession } from './lifecycle.ts';
import { useSessionText } from './words.ts';

export function SignIn({ again }: { readonly again: boolean }): ReactNode {
  const t = useSessionText();
  const field = useRef<HTMLInputElement>(null);
  const [visible, setVisible] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    document.title = `${t('title')} · O-Red`;
    field.current?.focus();
  }, [t]);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const passphrase = field.current?.value ?? '';
    if (busy) return;
    if (passphrase === '') {
      setProblem(t('passphrase.missing'));
      field.current?.focus();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const grant = await call(signInRoute, { body: { passphrase } }, { anonymous: true });
      await beginSession(grant.account_id);
    } catch (error) {
      const wait = error instanceof Problem && error.status === 429 ? error.retryAfterS : undefined;
      setProblem(wait === undefined ? describeProblem(error) : t('tooMany', { count: wait }));
      setBusy(false);
      field.current?.select();
    }
  };

  return (
    <main className="page sign-in">
      <p className="wordmark" translate="no">
        O-Red
      </p>
      <h1>{t('title')}</h1>
      {again && <p>{t('again')}</p>}
      <form onSubmit={(event) => void submit(event)} noValidate>
        {/* So that a password manager keeps one entry for this node, and not one without a name. */}
        <input
          className="only-read"
          type="text"
          name="username"
          autoComplete="username"
          value={location.host}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <TextField
          ref={field}
          label={t('passphrase')}
          advice={t('passphrase.advice')}
          problem={problem}
          type={visible ? 'text' : 'password'}
          name="passphrase"
          autoComplete="current-password"
          autoCapitalize="off"
          spellCheck={false}
          required
        />
        <div className="row">
          <Button look="primary" type="submit" busy={busy}>
            {t('signIn')}
          </Button>
          <Button look="quiet" aria-pressed={visible} onClick={() => setVisible(!visible)}>
            {visible ? t('hide') : t('show')}
          </Button>
        </div>
      </form>
      <LanguageChoice />
    </main>
  );
}
