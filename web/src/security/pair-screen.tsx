// The new device: the code comes with the link, by the camera where there is one, or by hand; then a number is shown to
// be compared, and the app opens as soon as the other device has said yes. Nobody is signed in before.
import { useCallback, useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import type { OutputOf } from '../api/route.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { ScreenHead } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { navigate } from '../router/location.ts';
import { beginSession } from '../session/lifecycle.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { codeIn } from './pairing.ts';
import { collectPairing, redeemPairing } from './routes.ts';
import { Scanner, canScan } from './scanner.tsx';
import './security.css';
import { useSecurityText } from './words.ts';

type Redeemed = OutputOf<typeof redeemPairing>;

const LOOK_AGAIN_MS = 1_200;

/** The code of the link with which this page was opened; it works once, so it leaves the address at once. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('pair') ?? undefined;
  if (code !== undefined) history.replaceState(history.state, '', location.pathname);
  return code;
}

export function Screen(): ReactNode {
  const t = useSecurityText();
  const [redeemed, setRedeemed] = useState<Redeemed>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const given = useRef<string>(undefined);
  const redeem = useCallback(async (code: string): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      setRedeemed(await call(redeemPairing, { body: { code } }, { anonymous: true }));
    } catch (error) {
      setProblem(describeProblem(error));
    } finally {
      setBusy(false);
    }
  }, []);
  useEffect(() => {
    if (given.current !== undefined) return;
    given.current = takeCode() ?? '';
    if (given.current !== '') void redeem(given.current);
  }, [redeem]);

  return (
    <div className="pairing">
      <p className="wordmark" translate="no">
        O-Red
      </p>
      <ScreenHead title={t('join.title')} />
      {redeemed === undefined ? (
        <EnterCode busy={busy} problem={problem} onCode={(code) => void redeem(code)} />
      ) : (
        <Wait
          redeemed={redeemed}
          onOver={(why) => {
            setRedeemed(undefined);
            setProblem(why);
          }}
        />
      )}
    </div>
  );
}

function EnterCode({
  busy,
  problem,
  onCode,
}: {
  readonly busy: boolean;
  readonly problem: string | undefined;
  readonly onCode: (code: string) => void;
}): ReactNode {
  const t = useSecurityText();
  const field = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState(false);
  const [scans, setScans] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const code = codeIn(field.current?.value ?? '');
    setMissing(code === '');
    if (code === '') field.current?.focus();
    else if (!busy) onCode(code);
  };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <p className="lead">{t('join.about')}</p>
      {scans && (
        <Scanner
          onFound={(text) => {
            setScans(false);
            onCode(codeIn(text));
          }}
        />
      )}
      <TextField
        ref={field}
        label={t('join.code')}
        problem={missing ? t('join.missing') : problem}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <div className="row">
        <Button look="primary" type="submit" busy={busy}>
          {t('join.go')}
        </Button>
        {canScan() && !scans && (
          <Button icon="scan" onClick={() => setScans(true)}>
            {t('join.scan')}
          </Button>
        )}
      </div>
      <p className="note">
        <Link to="/">{t('join.signIn')}</Link>
      </p>
    </form>
  );
}

function Wait({
  redeemed,
  onOver,
}: {
  readonly redeemed: Redeemed;
  readonly onOver: (why: string) => void;
}): ReactNode {
  const t = useSecurityText();
  useEffect(() => {
    const gone = new AbortController();
    let asking = false;
    const look = async (): Promise<void> => {
      if (asking) return;
      asking = true;
      try {
        const { grant } = await call(
          collectPairing,
          { body: { token: redeemed.token } },
          { anonymous: true, signal: gone.signal },
        );
        if (grant === null) return;
        gone.abort();
        clearInterval(timer);
        await beginSession(grant.account_id);
        navigate('/', { replace: true });
      } catch (error) {
        // Without network now, with it in a moment: the pairing lives two minutes.
        if (!gone.signal.aborted && !(error instanceof Problem && error.kind === 'offline'))
          onOver(describeProblem(error));
      } finally {
        asking = false;
      }
    };
    const timer = setInterval(() => void look(), LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      gone.abort();
    };
  }, [redeemed, onOver]);
  return (
    <div className="stack" role="status">
      <p>{t('join.compare')}</p>
      <p className="pair-number" translate="no">
        {redeemed.number}
      </p>
      <p className="note">{t('join.wait')}</p>
    </div>
  );
}
