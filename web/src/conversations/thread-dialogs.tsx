// What is said and asked about a conversation: how it is protected, with the words by which two people know each other's
// node; and before somebody is blocked, what that does.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Icon } from '../design/icon.tsx';
import { ProblemNote, Skeletons } from '../design/text.tsx';
import { personPath } from '../router/addresses.ts';
import { Link } from '../router/link.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { language } from '../text/language.ts';
import { changeBond, compare } from './routes.ts';
import { useTalkText } from './words.ts';

interface AboutPerson {
  readonly who: string;
  readonly name: string;
  readonly onClose: () => void;
}

export function ProtectionDialog({ who, name, onClose }: AboutPerson): ReactNode {
  const t = useTalkText();
  const now = useSignal(language);
  const compared = useQuery(read(compare, { params: { who }, query: { language: now } }));
  return (
    <Dialog
      title={t('protected')}
      onClose={onClose}
      actions={
        <Link to={personPath(who)} className="button">
          {t('protected.compare')}
        </Link>
      }
    >
      <p>{t('protected.about', { name })}</p>
      <p>{t('protected.words', { name })}</p>
      {compared.isPending && <Skeletons count={1} />}
      {compared.isError && <ProblemNote error={compared.error} />}
      {compared.data !== undefined && (
        <>
          {compared.data.held && (
            <p className="note problem">
              <Icon name="alert" size={16} /> {t('protected.held', { name })}
            </p>
          )}
          <ol className="print-words" aria-label={t('protected.list')}>
            {compared.data.fingerprint.words.map((word, at) => (
              <li key={at} translate="no">
                {word}
              </li>
            ))}
          </ol>
        </>
      )}
    </Dialog>
  );
}

export function BlockDialog({
  who,
  name,
  onClose,
  onDone,
}: AboutPerson & { readonly onDone: () => void }): ReactNode {
  const t = useTalkText();
  const [busy, setBusy] = useState(false);
  const block = async (): Promise<void> => {
    setBusy(true);
    try {
      await call(changeBond, { params: { action: 'block' }, body: { who } });
      await makeStale('connections', 'people', 'conversations', 'blocks');
      showToast({ text: t('blocked', { name }) });
      onDone();
    } catch (error) {
      showToast({ text: describeProblem(error) });
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('block.title', { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button busy={busy} onClick={() => void block()}>
            {t('block')}
          </Button>
        </>
      }
    >
      <p>{t('block.about', { name })}</p>
    </Dialog>
  );
}
