// The second factor: an authenticator app is set up by QR code or by typing, proven by a code of it, and answered with
// ten recovery codes on a sheet of paper. Neither the secret nor the codes are kept in any cache of the browser.
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import type { OutputOf } from '../api/route.ts';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextField } from '../design/field.tsx';
import { QrCode } from '../design/pictures/qr-code.tsx';
import { ProblemNote, ScreenHead, Skeletons, Time } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { CodesPaper } from './codes-paper.tsx';
import { beginFactor, confirmFactor, readFactor, renewCodes, turnOffFactor } from './routes.ts';
import './security.css';
import { useSecurityText } from './words.ts';

type Setup = OutputOf<typeof beginFactor>;

export function Screen(): ReactNode {
  const t = useSecurityText();
  const state = useQuery(read(readFactor, {}));
  const [setup, setSetup] = useState<Setup>();
  const [codes, setCodes] = useState<readonly string[]>();
  return (
    <>
      <BackLink to="/security">{t('title')}</BackLink>
      <ScreenHead title={codes === undefined ? t('factor') : t('codes.title')} />
      {state.isPending && <Skeletons count={1} />}
      {state.isError && state.data === undefined && (
        <ProblemNote error={state.error} onRetry={() => void state.refetch()} />
      )}
      {codes !== undefined && <CodesPaper codes={codes} onDone={() => setCodes(undefined)} />}
      {codes === undefined && setup !== undefined && (
        <Confirm
          setup={setup}
          onCodes={(given) => {
            setSetup(undefined);
            setCodes(given);
          }}
        />
      )}
      {codes === undefined && setup === undefined && state.data !== undefined && (
        <State
          since={state.data.since}
          left={state.data.recovery_codes_left}
          onSetup={setSetup}
          onCodes={setCodes}
        />
      )}
    </>
  );
}

function State({
  since,
  left,
  onSetup,
  onCodes,
}: {
  readonly since: string | null;
  readonly left: number;
  readonly onSetup: (setup: Setup) => void;
  readonly onCodes: (codes: readonly string[]) => void;
}): ReactNode {
  const t = useSecurityText();
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setAsks(false);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const turnOff = async (): Promise<void> => {
    await call(turnOffFactor, {});
    showToast({ text: t('factor.turnedOff') });
    await makeStale('second-factor');
  };
  const renew = async (): Promise<void> => {
    onCodes((await call(renewCodes, {})).recovery_codes);
    await makeStale('second-factor');
  };
  return (
    <div className="stack">
      <p className="lead">{t('factor.about')}</p>
      {since === null ? (
        <div className="row">
          <Button
            look="primary"
            busy={busy}
            onClick={() => void attempt(async () => onSetup(await call(beginFactor, {})))}
          >
            {t('factor.turnOn')}
          </Button>
        </div>
      ) : (
        <>
          <p>
            {t('factor.on')} <Time at={since} />. {t('factor.left.long', { count: left })}
          </p>
          <div className="row">
            <Button busy={busy} onClick={() => void attempt(renew)}>
              {t('codes.renew')}
            </Button>
            <Button busy={busy} onClick={() => setAsks(true)}>
              {t('factor.turnOff')}
            </Button>
          </div>
        </>
      )}
      {problem !== undefined && <ProblemNote error={problem} />}
      {asks && <TurnOff onClose={() => setAsks(false)} onTurnOff={() => void attempt(turnOff)} />}
    </div>
  );
}

function TurnOff({
  onClose,
  onTurnOff,
}: {
  readonly onClose: () => void;
  readonly onTurnOff: () => void;
}): ReactNode {
  const t = useSecurityText();
  return (
    <Dialog
      title={t('factor.turnOff.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('keep')}</Button>
          <Button look="primary" onClick={onTurnOff}>
            {t('factor.turnOff')}
          </Button>
        </>
      }
    >
      <p>{t('factor.turnOff.about')}</p>
    </Dialog>
  );
}

function Confirm({
  setup,
  onCodes,
}: {
  readonly setup: Setup;
  readonly onCodes: (codes: readonly string[]) => void;
}): ReactNode {
  const t = useSecurityText();
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const confirm = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const code = field.current?.value.replaceAll(/\s/g, '') ?? '';
    if (code === '') {
      setProblem(t('code.missing'));
      field.current?.focus();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      onCodes((await call(confirmFactor, { body: { code } })).recovery_codes);
      await makeStale('second-factor');
    } catch (error) {
      setProblem(describeProblem(error));
      field.current?.select();
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void confirm(event)} noValidate>
      <p className="lead">{t('setup.about')}</p>
      <QrCode value={setup.url} label={t('setup.qr')} />
      <p className="note">
        {t('setup.type')} <code translate="no">{inGroups(setup.secret)}</code>
      </p>
      <TextField
        ref={field}
        label={t('setup.code')}
        problem={problem}
        inputMode="numeric"
        autoComplete="one-time-code"
        autoFocus
        required
      />
      <div className="row">
        <Button look="primary" type="submit" busy={busy}>
          {t('setup.confirm')}
        </Button>
      </div>
    </form>
  );
}

/** Groups of four are typed with fewer mistakes. */
const inGroups = (secret: string): string => (secret.match(/.{1,4}/g) ?? []).join(' ');
