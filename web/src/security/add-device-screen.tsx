// Another device is let in from here: a QR code that opens this node on it, then a number that must be the same on both.
// The code lives two minutes and works once; nothing opens before the owner has compared the numbers.
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { makeStale } from '../api/queries.ts';
import type { OutputOf } from '../api/route.ts';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { QrCode } from '../design/pictures/qr-code.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { goBack } from '../router/location.ts';
import { nodeContext } from '../session/context.ts';
import { showToast } from '../shell/toasts.tsx';
import { isOfThisMachine, linkFor, useSecondsTo } from './pairing.ts';
import { beginPairing, confirmPairing, readPairing, refusePairing, type Pairing } from './routes.ts';
import './security.css';
import { useSecurityText } from './words.ts';

type Begun = OutputOf<typeof beginPairing>;

/** Often enough to feel immediate, for the two minutes of a pairing. */
const LOOK_AGAIN_MS = 1_200;

export function Screen(): ReactNode {
  const t = useSecurityText();
  const [begun, setBegun] = useState<Begun>();
  const [problem, setProblem] = useState<unknown>();
  const begin = useCallback(async (): Promise<void> => {
    setBegun(undefined);
    setProblem(undefined);
    try {
      setBegun(await call(beginPairing, {}));
    } catch (error) {
      setProblem(error);
    }
  }, []);
  return (
    <>
      <BackLink to="/security">{t('title')}</BackLink>
      <ScreenHead title={t('pair.title')} />
      {problem !== undefined && <ProblemNote error={problem} onRetry={() => void begin()} />}
      {begun === undefined && problem === undefined && (
        <div className="stack">
          <p className="lead">{t('pair.lead')}</p>
          <div className="row">
            <Button look="primary" icon="scan" onClick={() => void begin()}>
              {t('pair.begin')}
            </Button>
          </div>
        </div>
      )}
      {begun !== undefined && <Running key={begun.pairing_id} begun={begun} onAgain={() => void begin()} />}
    </>
  );
}

function Running({ begun, onAgain }: { readonly begun: Begun; readonly onAgain: () => void }): ReactNode {
  const t = useSecurityText();
  const pairing = usePairing(begun);
  const left = useSecondsTo(begun.expires_at);
  useEffect(() => {
    if (pairing !== 'gone' && pairing.state === 'done') {
      showToast({ text: t('pair.done', { name: pairing.device_name ?? '' }) });
      void makeStale('sessions');
      goBack('/security');
    }
  });
  if (pairing === 'gone' || pairing.state === 'refused' || (left === 0 && pairing.state === 'waiting')) {
    return (
      <div className="stack" role="status">
        <p>{t(pairing !== 'gone' && pairing.state === 'refused' ? 'pair.refused' : 'pair.over')}</p>
        <div className="row">
          <Button look="primary" onClick={onAgain}>
            {t('pair.again')}
          </Button>
        </div>
      </div>
    );
  }
  if (pairing.state === 'waiting') return <ShowCode begun={begun} left={left} />;
  if (pairing.state === 'redeemed') return <Compare pairing={pairing} />;
  return <Skeletons count={1} />;
}

/** How the pairing stands, asked again until it is over. */
function usePairing(begun: Begun): Pairing | 'gone' {
  const [pairing, setPairing] = useState<Pairing | 'gone'>(begun);
  useEffect(() => {
    const gone = new AbortController();
    const look = async (): Promise<void> => {
      try {
        const params = { pairing_id: begun.pairing_id };
        setPairing(await call(readPairing, { params }, { signal: gone.signal }));
      } catch (error) {
        if (!gone.signal.aborted && error instanceof Problem && error.status === 404) setPairing('gone');
      }
    };
    const timer = setInterval(() => void look(), LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      gone.abort();
    };
  }, [begun.pairing_id]);
  return pairing;
}

function ShowCode({ begun, left }: { readonly begun: Begun; readonly left: number }): ReactNode {
  const t = useSecurityText();
  const { data: context } = useQuery(nodeContext);
  const link = linkFor(begun, context?.url);
  return (
    <div className="stack">
      <p className="lead">{t('pair.scan')}</p>
      {isOfThisMachine(link) && <p className="problem-note">{t('pair.machineOnly')}</p>}
      <QrCode value={link} label={t('pair.qr')} />
      <p className="note">
        {t('pair.type', { address: `${new URL(link).origin}/pair` })}{' '}
        <code className="pair-code" translate="no">
          {begun.code}
        </code>
      </p>
      <p className="note" role="timer">
        {t('pair.left', { count: left })}
      </p>
    </div>
  );
}

function Compare({ pairing }: { readonly pairing: Pairing }): ReactNode {
  const t = useSecurityText();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const params = { pairing_id: pairing.pairing_id };
  const answer = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const number = pairing.number ?? '';
  return (
    <div className="stack" role="status">
      <p>{t('pair.compare', { name: pairing.device_name ?? '' })}</p>
      <p className="pair-number" translate="no">
        {number}
      </p>
      <div className="row">
        <Button
          look="primary"
          busy={busy}
          onClick={() => void answer(() => call(confirmPairing, { params, body: { number } }))}
        >
          {t('pair.same')}
        </Button>
        <Button busy={busy} onClick={() => void answer(() => call(refusePairing, { params }))}>
          {t('pair.different')}
        </Button>
      </div>
      {problem !== undefined && <ProblemNote error={problem} />}
    </div>
  );
}
