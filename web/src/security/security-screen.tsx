// Who gets in, on one page: the devices that are signed in, the ways to sign in, the recovery kit, the connection, and
// the way out. What cannot be undone is asked in words first, and the node may want a fresh proof.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Icon, type IconName } from '../design/icon.tsx';
import { ProblemNote, ScreenHead, Time } from '../design/text.tsx';
import { outbox } from '../offline/outbox.ts';
import { Link } from '../router/link.tsx';
import { endSession as signOut } from '../session/lifecycle.ts';
import { Devices } from './devices.tsx';
import { Passkeys } from './passkeys.tsx';
import { readFactor, readIdentity } from './routes.ts';
import './security.css';
import { useSecurityText } from './words.ts';

export function Screen(): ReactNode {
  const t = useSecurityText();
  return (
    <div className="security">
      <ScreenHead title={t('title')} />
      <Devices />
      <section aria-labelledby="ways">
        <h2 id="ways">{t('ways')}</h2>
        <ul className="list">
          <li>
            <LinkRow to="/security/passphrase" icon="pen" title={t('passphrase')}>
              {t('passphrase.about')}
            </LinkRow>
          </li>
          <li>
            <FactorRow />
          </li>
        </ul>
        <Passkeys />
      </section>
      <section aria-labelledby="more">
        <h2 id="more">{t('safety')}</h2>
        <ul className="list">
          <li>
            <KitRow />
          </li>
          <li>
            <LinkRow to="/trust" icon="shield" title={t('connection')}>
              {t(window.isSecureContext ? 'connection.safe' : 'connection.plain')}
            </LinkRow>
          </li>
        </ul>
      </section>
      <SignOut />
    </div>
  );
}

function LinkRow({
  to,
  icon,
  title,
  children,
}: {
  readonly to: string;
  readonly icon: IconName;
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Link to={to} className="link-row">
      <Icon name={icon} />
      <span>
        <span className="link-row-title">{title}</span>
        <small>{children}</small>
      </span>
      <span className="link-row-on">
        <Icon name="back" size={20} />
      </span>
    </Link>
  );
}

function FactorRow(): ReactNode {
  const t = useSecurityText();
  const { data } = useQuery(read(readFactor, {}));
  return (
    <LinkRow to="/security/second-factor" icon="device" title={t('factor')}>
      {data === undefined && '\u00a0'}
      {data?.since === null && t('factor.off')}
      {typeof data?.since === 'string' && (
        <>
          {t('factor.on')} <Time at={data.since} />, {t('factor.left', { count: data.recovery_codes_left })}
        </>
      )}
    </LinkRow>
  );
}

function KitRow(): ReactNode {
  const t = useSecurityText();
  const { data } = useQuery(read(readIdentity, {}));
  if (data?.recovery === 'unconfirmed') {
    return (
      <LinkRow to="/welcome?step=kit" icon="alert" title={t('kit')}>
        {t('kit.open')}
      </LinkRow>
    );
  }
  return (
    <div className="link-row">
      <Icon name="check" />
      <span>
        <span className="link-row-title">{t('kit')}</span>
        <small>{data === undefined ? '\u00a0' : t('kit.confirmed')}</small>
      </span>
    </div>
  );
}

/** Ends the session here; what has not been sent would be lost, so it is said first. */
function SignOut(): ReactNode {
  const t = useSecurityText();
  const unsent = useSignal(outbox).length;
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const leave = async (): Promise<void> => {
    setAsks(false);
    setBusy(true);
    setProblem(undefined);
    try {
      await signOut();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <section className="sign-out">
      <Button busy={busy} onClick={() => (unsent > 0 ? setAsks(true) : void leave())}>
        {t('signOut')}
      </Button>
      <p className="note">{t('signOut.about')}</p>
      {problem !== undefined && <ProblemNote error={problem} />}
      {asks && (
        <Dialog
          title={t('signOut.unsent.title')}
          onClose={() => setAsks(false)}
          actions={
            <>
              <Button onClick={() => void leave()}>{t('signOut.unsent.do')}</Button>
              <Button look="primary" onClick={() => setAsks(false)}>
                {t('signOut.unsent.not')}
              </Button>
            </>
          }
        >
          <p>{t('signOut.unsent', { count: unsent })}</p>
        </Dialog>
      )}
    </section>
  );
}
