// Whether it is really them: the words of their identity, to be read to one another, or their code, scanned or pasted,
// which the node compares itself. Words are the first way: they need no camera and work over a telephone.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { canScan, CodeScanner } from '../design/pictures/code-scanner.tsx';
import { TextField } from '../design/field.tsx';
import { Icon } from '../design/icon.tsx';
import { ProblemNote, Skeletons } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { language } from '../text/language.ts';
import { compare } from './routes.ts';
import { usePeopleText } from './words.ts';

export function Fingerprint({ nodeId, name }: { readonly nodeId: string; readonly name: string }): ReactNode {
  const t = usePeopleText();
  const [open, setOpen] = useState(false);
  return (
    <details className="fingerprint" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('fingerprint.title', { name })}</summary>
      {open && <Comparison nodeId={nodeId} name={name} />}
    </details>
  );
}

function Comparison({ nodeId, name }: { readonly nodeId: string; readonly name: string }): ReactNode {
  const t = usePeopleText();
  const now = useSignal(language);
  const known = useQuery(read(compare, { params: { who: nodeId }, query: { language: now } }));
  if (known.data === undefined) {
    return known.isError ? (
      <ProblemNote error={known.error} onRetry={() => void known.refetch()} />
    ) : (
      <Skeletons count={1} />
    );
  }
  return (
    <>
      {known.data.held && (
        <p className="problem-note" role="alert">
          {t('fingerprint.held', { name })}
        </p>
      )}
      <p>{t('fingerprint.about', { name })}</p>
      <FingerprintWords words={known.data.fingerprint.words} />
      <CodeCheck nodeId={nodeId} name={name} />
    </>
  );
}

/** The words in order, numbered, so that two people can read them to one another. */
export function FingerprintWords({ words }: { readonly words: readonly string[] }): ReactNode {
  const t = usePeopleText();
  return (
    <ol className="fingerprint-words" aria-label={t('fingerprint.words')} translate="no">
      {words.map((word, at) => (
        <li key={`${at} ${word}`}>{word}</li>
      ))}
    </ol>
  );
}

function CodeCheck({ nodeId, name }: { readonly nodeId: string; readonly name: string }): ReactNode {
  const t = usePeopleText();
  const [code, setCode] = useState('');
  const [scanning, setScanning] = useState(false);
  const [outcome, setOutcome] = useState<{ readonly fits: boolean; readonly text: string }>();
  const check = async (given: string): Promise<void> => {
    setScanning(false);
    try {
      const { matches } = await call(compare, { params: { who: nodeId }, query: { code: given.trim() } });
      const fits = matches === true;
      setOutcome({ fits, text: t(fits ? 'fingerprint.fits' : 'fingerprint.differs', { name }) });
    } catch (error) {
      setOutcome({ fits: false, text: describeProblem(error) });
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (code.trim() !== '') void check(code);
  };
  return (
    <form className="code-check" onSubmit={submit}>
      <TextField
        label={t('fingerprint.code')}
        advice={t('fingerprint.code.about')}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <div className="row">
        <Button type="submit">{t('fingerprint.check')}</Button>
        {canScan() && (
          <Button icon="code" onClick={() => setScanning(true)}>
            {t('scan')}
          </Button>
        )}
      </div>
      <p className={outcome?.fits === true ? 'outcome fits' : 'outcome'} role="status">
        {outcome !== undefined && (
          <>
            <Icon name={outcome.fits ? 'checks' : 'alert'} size={20} />
            {outcome.text}
          </>
        )}
      </p>
      {scanning && (
        <CodeScanner
          title={t('scan.title')}
          aim={t('scan.aim')}
          refused={t('scan.refused')}
          onCode={(text) => void check(text)}
          onClose={() => setScanning(false)}
        />
      )}
    </form>
  );
}
