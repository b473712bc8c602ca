// Bringing along what one wrote elsewhere: choose the archive, see how far it is, what came and what did not and why,
// and take all of it away again. It goes on on the node when this page is closed, and nobody is told of old posts.
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { Card } from '../design/card.tsx';
import { Dialog } from '../design/dialog.tsx';
import { ProblemNote, ScreenHead, Skeletons, Time } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { language } from '../text/language.ts';
import './import.css';
import { cancelImport, listImports, undoImport, type Import } from './routes.ts';
import { sendArchive, sending, stopSending } from './sending.ts';
import { useImportText } from './words.ts';

/** How often the node is asked while something runs. */
const ASK_MS = 1_500;
const isRunning = ({ state }: Import): boolean => state === 'running' || state === 'undoing';

export function Screen(): ReactNode {
  const t = useImportText();
  const imports = useQuery({
    ...read(listImports, {}),
    refetchInterval: ({ state }) => (state.data?.items.some(isRunning) === true ? ASK_MS : false),
  });
  const items = imports.data?.items ?? [];
  return (
    <>
      <ScreenHead title={t('title')} />
      <div className="import">
        <p>{t('about')}</p>
        {!items.some(isRunning) && <ArchiveChoice />}
        {imports.isPending && <Skeletons count={1} />}
        {imports.isError && <ProblemNote error={imports.error} onRetry={() => void imports.refetch()} />}
        {items.map((item) => (
          <ImportCard key={item.id} item={item} />
        ))}
        <details>
          <summary>{t('how')}</summary>
          <ol className="import-steps">
            <li>{t('how.1')}</li>
            <li>{t('how.2')}</li>
            <li>{t('how.3')}</li>
          </ol>
        </details>
      </div>
    </>
  );
}

function ArchiveChoice(): ReactNode {
  const t = useImportText();
  const input = useRef<HTMLInputElement>(null);
  const now = useSignal(sending);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null): void => {
    const file = files?.[0];
    if (file !== undefined) void sendArchive(file);
  };
  if (now !== undefined && now.error === undefined) {
    const percent = Math.floor(now.share * 100);
    return (
      <Card className="import-card">
        <h2>
          <bdi>{now.name}</bdi>
        </h2>
        <Progress label={t('sending')} value={now.share} about={t('percent', { percent })} />
        <p className="note">{t('sending.about')}</p>
        <Button onClick={stopSending}>{t('stop')}</Button>
      </Card>
    );
  }
  return (
    <Card
      className="import-card drop"
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      {now !== undefined && <ProblemNote error={now.error} />}
      <Button look="primary" icon="archive" onClick={() => input.current?.click()}>
        {t(now === undefined ? 'choose' : 'choose.again')}
      </Button>
      <p className="note">{t('choose.about')}</p>
      <input
        ref={input}
        type="file"
        hidden
        accept=".zip,.gz,.tgz,application/zip,application/gzip"
        onChange={({ currentTarget }) => take(currentTarget.files)}
      />
    </Card>
  );
}

function Progress({
  label,
  value,
  about,
}: {
  readonly label: string;
  readonly value: number;
  readonly about: string;
}): ReactNode {
  return (
    <p className="import-progress">
      <progress value={value} max={1} aria-label={label} />
      <span>
        {label} <span className="mark">{about}</span>
      </span>
    </p>
  );
}

function ImportCard({ item }: { readonly item: Import }): ReactNode {
  const t = useImportText();
  const now = useSignal(language);
  const [asking, setAsking] = useState(false);
  const act = async (target: typeof cancelImport | typeof undoImport): Promise<void> => {
    setAsking(false);
    try {
      await call(target, { params: { id: item.id } });
    } catch (error) {
      showToast({ text: describeProblem(error) });
    }
    await makeStale('imports', 'feed', 'posts');
  };
  const { items, files } = item;
  const canUndo = item.state !== 'running' && item.state !== 'undoing' && item.state !== 'undone';
  return (
    <Card className="import-card" aria-label={t(`state.${item.state}`)}>
      <div role="status">
        <h2>{t(`state.${item.state}`)}</h2>
      </div>
      <p className="mark">
        <Time at={item.finished_at ?? item.created_at} />
      </p>
      {item.state === 'running' && <Running item={item} />}
      {item.problem !== null && <p className="problem-note">{item.problem[now]}</p>}
      {item.state === 'failed' && <p className="note">{t('failed.about')}</p>}
      <dl className="import-counts">
        <Count label={t('posts')} value={items.posts} />
        <Count label={t('files')} value={files.done} />
        <Count label={t('failed')} value={items.failed} />
        <Count label={t('files.missing')} value={files.missing} />
        {(['boost', 'direct', 'already', 'malformed', 'too-large', 'other'] as const).map((why) => (
          <Count key={why} label={t(`skipped.${why}`)} value={item.skipped[why]} />
        ))}
      </dl>
      {item.state === 'running' && <Button onClick={() => void act(cancelImport)}>{t('cancel')}</Button>}
      {canUndo && items.posts > 0 && (
        <Button icon="trash" onClick={() => setAsking(true)}>
          {t('undo')}
        </Button>
      )}
      {asking && (
        <Dialog
          title={t('undo.title')}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => void act(undoImport)}>{t('undo.do', { count: items.posts })}</Button>
              <Button look="primary" onClick={() => setAsking(false)}>
                {t('undo.keep')}
              </Button>
            </>
          }
        >
          <p>{t('undo.about')}</p>
        </Dialog>
      )}
    </Card>
  );
}

function Running({ item: { phase, items, files } }: { readonly item: Import }): ReactNode {
  const t = useImportText();
  const [done, all] =
    phase === 'files' ? [files.done + files.missing, files.total] : [items.posts + items.failed, items.total];
  // While the archive is read, nobody knows how much there is.
  if (phase === 'outbox' || all === 0) {
    return (
      <p className="import-progress">
        <progress aria-label={t('phase.outbox')} />
        <span>{t('phase.outbox')}</span>
      </p>
    );
  }
  return <Progress label={t(`phase.${phase}`)} value={done / all} about={t('of', { done, all })} />;
}

/** A number that says something: none is left out. */
function Count({ label, value }: { readonly label: string; readonly value: number }): ReactNode {
  if (value === 0) return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
