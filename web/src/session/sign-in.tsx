// Signing in: by passphrase, with a code where the second factor is on, or by a passkey where the connection allows it.
// It also stands over a screen whose session has ended: then it takes the focus, and gives the screen back as it was.
// The address stays what it was, so that one arrives where one wanted to go.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { signInRoute } from '../api/session.ts';
import { Button } from '../design/button.tsx';
import { Link } from '../router/link.tsx';
import { LanguageChoice } from '../shell/language-choice.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { nodeContext } from './context.ts';
import { beginSession } from './lifecycle.ts';
import { passkeysExist, signInWithPasskey } from './passkeys.ts';
import { ProofForm } from './proof-form.tsx';
import './session.css';
import { useSessionText } from './words.ts';

export function SignIn({ again }: { readonly again: boolean }): ReactNode {
  const t = useSessionText();
  const { data: context } = useQuery(nodeContext);
  const isUnclaimed = context?.claimed === false;
  const name = context === undefined ? '' : context.display_name || context.username;
  const title = isUnclaimed ? t('unclaimed.title') : t('title');
  useEffect(() => {
    document.title = `${title} · O-Red`;
  }, [title]);
  return (
    <main className="page sign-in">
      <p className="wordmark" translate="no">
        O-Red
      </p>
      <h1>{title}</h1>
      {/* Its room is kept, so that the form does not move when the name comes. */}
      <p className="whose" dir="auto">
        {name === '' || isUnclaimed ? '\u00a0' : t('whose', { name })}
      </p>
      {again && <p>{t('again')}</p>}
      {isUnclaimed ? <Unclaimed /> : <Ways offersPasskey={context?.passkeys.available === true} />}
      {context?.sign_in === false && (
        <p className="problem-note">
          {t('plain')} <Link to="/trust">{t('plain.more')}</Link>
        </p>
      )}
      <LanguageChoice />
    </main>
  );
}

function Ways({ offersPasskey }: { readonly offersPasskey: boolean }): ReactNode {
  const t = useSessionText();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const byPasskey = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const grant = await signInWithPasskey();
      if (grant === undefined) setProblem(t('passkey.none'));
      else await beginSession(grant.account_id);
    } catch (error) {
      setProblem(describeProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <ProofForm
        label={t('signIn')}
        prove={async (proof) => {
          const grant = await call(signInRoute, { body: proof }, { anonymous: true });
          await beginSession(grant.account_id);
        }}
      />
      {passkeysExist() && offersPasskey && (
        <div className="other-way">
          <Button icon="key" busy={busy} onClick={() => void byPasskey()}>
            {t('passkey.signIn')}
          </Button>
          <p className="note problem" role="status">
            {problem}
          </p>
        </div>
      )}
      <p className="note">
        <Link to="/pair">{t('pair')}</Link>
      </p>
    </>
  );
}

function Unclaimed(): ReactNode {
  const t = useSessionText();
  return (
    <>
      <p>{t('unclaimed.about')}</p>
      <pre className="command">ored status</pre>
    </>
  );
}
