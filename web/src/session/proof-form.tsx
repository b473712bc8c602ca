// The passphrase, and the code of the second factor when the node asks for it: one form for signing in and for step-up.
// A wrong try says what was wrong; too many say how long to wait, counted down, and the button waits with it.
// Password managers know the fields by their autocomplete names.
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Problem } from '../api/problem.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { NodeNameField, SecretField } from './secret-field.tsx';
import { useSessionText } from './words.ts';

export interface Proof {
  readonly passphrase: string;
  readonly code?: string;
}

/** The passphrase was right, and a code is wanted besides. */
const SECOND_FACTOR_CODE = 'session/second-factor';
const WRONG_CODE = 'session/code';
const SECONDS_TOLD_MAX = 90;

export function ProofForm({
  label,
  prove,
}: {
  /** What the button says. */
  readonly label: string;
  /** Settles once proven. @throws Problem */
  readonly prove: (proof: Proof) => Promise<void>;
}): ReactNode {
  const t = useSessionText();
  const field = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  const [asksCode, setAsksCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ readonly of: 'passphrase' | 'code'; readonly text: string }>();
  const [wait, setWait] = useWait();
  useEffect(() => {
    (asksCode ? codeField : field).current?.focus();
  }, [asksCode]);

  const fail = (error: unknown): void => {
    const code = error instanceof Problem ? error.code : '';
    if (code === SECOND_FACTOR_CODE) {
      setAsksCode(true);
      return;
    }
    if (error instanceof Problem && error.status === 429) setWait(error.retryAfterS ?? 1);
    const of = code === WRONG_CODE ? 'code' : 'passphrase';
    setProblem({ of, text: describeProblem(error) });
    (of === 'code' ? codeField : field).current?.select();
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || wait > 0) return;
    const passphrase = field.current?.value ?? '';
    const code = codeField.current?.value.trim() ?? '';
    if (passphrase === '') {
      setProblem({ of: 'passphrase', text: t('passphrase.missing') });
      field.current?.focus();
      return;
    }
    if (asksCode && code === '') {
      setProblem({ of: 'code', text: t('code.missing') });
      codeField.current?.focus();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await prove({ passphrase, ...(asksCode ? { code } : {}) });
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  };
  const problemOf = (of: 'passphrase' | 'code'): string | undefined => {
    if (problem?.of !== of) return undefined;
    return wait > 0 ? tooMany(t, wait) : problem.text;
  };

  return (
    <form className="proof" onSubmit={(event) => void submit(event)} noValidate>
      <NodeNameField />
      <SecretField
        ref={field}
        label={t('passphrase')}
        advice={asksCode ? undefined : t('passphrase.advice')}
        problem={problemOf('passphrase')}
        name="passphrase"
        autoComplete="current-password"
        required
      />
      {asksCode && (
        <TextField
          ref={codeField}
          label={t('code')}
          advice={t('code.advice')}
          problem={problemOf('code')}
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
      )}
      <Button look="primary" type="submit" busy={busy || wait > 0}>
        {label}
      </Button>
    </form>
  );
}

/** Long waits are told in minutes: nobody counts nine hundred seconds. */
function tooMany(t: ReturnType<typeof useSessionText>, seconds: number): string {
  return seconds <= SECONDS_TOLD_MAX
    ? t('tooMany', { count: seconds })
    : t('tooManyMinutes', { count: Math.ceil(seconds / 60) });
}

/** Seconds that are left to wait, counted down. */
function useWait(): readonly [left: number, begin: (seconds: number) => void] {
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (until <= now) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), 1_000 - (Date.now() % 1_000));
    return () => clearTimeout(timer);
  }, [until, now]);
  const begin = (seconds: number): void => {
    setNow(Date.now());
    setUntil(Date.now() + seconds * 1_000);
  };
  return [Math.max(0, Math.ceil((until - now) / 1_000)), begin];
}
