// A copy of everything: made by the node in the background, with how far it is, then downloaded as one file and, when it
// is safe, removed from the node again. Leaving the page does not stop it.
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type MouseEvent, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { BackLink } from '../design/back-link.tsx';
import { Button } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { ProblemNote, ScreenHead, Skeletons, Time } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { formatBytes } from '../text/format.ts';
import { language } from '../text/language.ts';
import {
  downloadExport,
  readProgress,
  readProof,
  removeExport,
  startExport,
  type Progress,
} from './routes.ts';
import './settings.css';
import { useSettingsText } from './words.ts';

const LOOK_MS = 1_000;

/** The progress, asked again while something runs. */
export const progressQuery = {
  ...read(readProgress, {}),
  staleTime: 0,
  refetchInterval: ({
    state,
  }: {
    readonly state: { readonly data: Progress | undefined };
  }): number | false => (state.data?.state === 'running' ? LOOK_MS : false),
};

export function Screen(): ReactNode {
  const t = useSettingsText();
  const progress = useQuery(progressQuery);
  return (
    <>
      <BackLink to="/settings">{t('title')}</BackLink>
      <ScreenHead title={t('export')} />
      <p className="about">{t('export.about')}</p>
      <p className="about">{t('export.plain')}</p>
      {progress.isPending && <Skeletons count={1} />}
      {progress.isError && progress.data === undefined && (
        <ProblemNote error={progress.error} onRetry={() => void progress.refetch()} />
      )}
      {progress.data !== undefined && <ExportState progress={progress.data} />}
    </>
  );
}

/** Where the copy stands, with what can be done; shown before leaving too. */
export function ExportState({ progress }: { readonly progress: Progress }): ReactNode {
  const t = useSettingsText();
  const now = useSignal(language);
  const [busy, setBusy] = useState<'make' | 'remove'>();
  const [problem, setProblem] = useState<string>();
  const run = async (what: 'make' | 'remove'): Promise<void> => {
    setBusy(what);
    setProblem(undefined);
    try {
      if (what === 'make') await call(startExport, { body: {} });
      else await call(removeExport, {});
      await makeStale('exports');
    } catch (error) {
      setProblem(describeProblem(error));
    } finally {
      setBusy(undefined);
    }
  };
  const { exported, files, bytes } = progress;
  const running = progress.work === 'export' && progress.state === 'running';
  const failed = progress.work === 'export' && progress.state === 'failed';
  const ready = !running && exported?.downloadable === true;
  return (
    <div className="settings">
      <div role="status">
        {running && (
          <>
            <p>{t('export.running', { count: files, size: formatBytes(bytes, now) })}</p>
            <progress aria-label={t('export')} />
          </>
        )}
        {ready && (
          <p>
            {t('export.ready', { count: exported.files, size: formatBytes(exported.bytes, now) })}{' '}
            <span className="mark">
              <Time at={exported.finished_at} />
            </span>
          </p>
        )}
        {failed && <p className="note problem">{t('export.failed')}</p>}
      </div>
      <div className="row">
        {ready && <Download onProblem={setProblem} />}
        {!running && (
          <Button look={ready ? 'plain' : 'primary'} busy={busy === 'make'} onClick={() => void run('make')}>
            {t(ready ? 'export.again' : 'export.make')}
          </Button>
        )}
        {ready && (
          <Button look="quiet" icon="trash" busy={busy === 'remove'} onClick={() => void run('remove')}>
            {t('export.remove')}
          </Button>
        )}
      </div>
      <p className="note problem" role="alert">
        {problem}
      </p>
    </div>
  );
}

/** A download cannot ask who is there, so that is asked before. */
function Download({ onProblem }: { readonly onProblem: (problem: string | undefined) => void }): ReactNode {
  const t = useSettingsText();
  const proven = useRef(false);
  const prove = async (event: MouseEvent<HTMLAnchorElement>): Promise<void> => {
    if (proven.current) return;
    event.preventDefault();
    const link = event.currentTarget;
    onProblem(undefined);
    try {
      await call(readProof, {});
      proven.current = true;
      link.click();
    } catch (error) {
      onProblem(describeProblem(error));
    } finally {
      proven.current = false;
    }
  };
  return (
    <a className="button primary" href={downloadExport.path} download onClick={(event) => void prove(event)}>
      <Icon name="download" size={20} />
      {t('export.download')}
    </a>
  );
}
