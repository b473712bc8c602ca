// Leaving for good, in plain words: what happens, to whom, what stays, and that nothing but the recovery key undoes it.
// First a copy of everything; then the own name is typed, and who is there is asked once more.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { WHO_CHARS_MAX } from '#protocol/limits.ts';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { ExportState, progressQuery } from './export-screen.tsx';
import { readProfile, startLeaving, type Progress } from './routes.ts';
import './settings.css';
import { useSettingsText } from './words.ts';

export function Screen(): ReactNode {
  const t = useSettingsText();
  const progress = useQuery(progressQuery);
  const left = progress.data?.work === 'leave' && progress.data.state !== 'failed';
  return (
    <>
      <BackLink to="/settings">{t('title')}</BackLink>
      <ScreenHead title={t('leave')} />
      {progress.isPending && <Skeletons count={2} />}
      {progress.isError && progress.data === undefined && (
        <ProblemNote error={progress.error} onRetry={() => void progress.refetch()} />
      )}
      {progress.data !== undefined &&
        (left ? <Departure progress={progress.data} /> : <Asking progress={progress.data} />)}
    </>
  );
}

function Asking({ progress }: { readonly progress: Progress }): ReactNode {
  const t = useSettingsText();
  const username = useQuery(read(readProfile, {})).data?.username;
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const exported = progress.exported !== null;
  const leave = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || username === undefined) return;
    if (typed.trim() !== username) {
      setProblem(t('leave.confirm.wrong'));
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await call(startLeaving, { body: { confirm: username } });
      await makeStale('exports');
    } catch (error) {
      setProblem(describeProblem(error));
      setBusy(false);
    }
  };
  return (
    <div className="settings">
      <p>{t('leave.about')}</p>
      <ol className="steps">
        <li>{t('leave.1')}</li>
        <li>{t('leave.2')}</li>
        <li>{t('leave.3')}</li>
      </ol>
      <p>
        <strong>{t('leave.final')}</strong>
      </p>
      <h2>{t('leave.copy')}</h2>
      <ExportState progress={progress} />
      <h2>{t('leave.close')}</h2>
      {exported ? (
        <form className="settings" onSubmit={(event) => void leave(event)} noValidate>
          <TextField
            label={t('leave.confirm')}
            advice={t('leave.confirm.advice', { name: username ?? '' })}
            problem={problem}
            value={typed}
            maxLength={WHO_CHARS_MAX}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={({ target }) => {
              setTyped(target.value);
              setProblem(undefined);
            }}
          />
          <Button type="submit" busy={busy}>
            {t('leave.do')}
          </Button>
        </form>
      ) : (
        <p className="note">{t('leave.copyFirst')}</p>
      )}
    </div>
  );
}

function Departure({ progress }: { readonly progress: Progress }): ReactNode {
  const t = useSettingsText();
  const { contacts, reached, mailboxes, missed, state } = progress;
  return (
    <div className="settings" role="status">
      <p>{t(state === 'done' ? 'leave.done' : 'leave.running')}</p>
      {state === 'running' && (
        <progress max={Math.max(1, contacts)} value={reached + mailboxes} aria-label={t('leave')} />
      )}
      <p>{t('leave.told', { reached, mailboxes, count: contacts })}</p>
      {missed.length > 0 && (
        <>
          <p>{t('leave.missed', { count: missed.length })}</p>
          <ul>
            {missed.map(({ node_id: id, username }) => (
              <li key={id}>
                <bdi>{username === '' ? id : username}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
