// Signing out takes everything of the account out of this browser. What has not reached the node would be lost with it,
// so it is named first; what the node has stays there.
import { useState, type ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import type { OutboxItem } from '../offline/database.ts';
import { drain, outbox } from '../offline/outbox.ts';
import { navigate } from '../router/location.ts';
import { endSession } from '../session/lifecycle.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { useSettingsText } from './words.ts';

const NAMED_MAX = 5;
const WORDS_CHARS_MAX = 60;

export function SignOutDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useSettingsText();
  const waiting = useSignal(outbox);
  const [busy, setBusy] = useState<'send' | 'leave'>();
  const [problem, setProblem] = useState<string>();
  const sendFirst = async (): Promise<void> => {
    setBusy('send');
    await drain();
    setBusy(undefined);
  };
  const leave = async (): Promise<void> => {
    setBusy('leave');
    setProblem(undefined);
    try {
      await endSession();
      navigate('/', { replace: true });
    } catch (error) {
      setProblem(describeProblem(error));
      setBusy(undefined);
    }
  };
  return (
    <Dialog
      title={t('signOut')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('stay')}</Button>
          {waiting.length > 0 && (
            <Button look="primary" icon="send" busy={busy === 'send'} onClick={() => void sendFirst()}>
              {t('signOut.send')}
            </Button>
          )}
          <Button
            look={waiting.length > 0 ? 'plain' : 'primary'}
            busy={busy === 'leave'}
            onClick={() => void leave()}
          >
            {t(waiting.length > 0 ? 'signOut.lose' : 'signOut')}
          </Button>
        </>
      }
    >
      <p>{t('signOut.about')}</p>
      {waiting.length > 0 && (
        <>
          <p>{t('signOut.waiting', { count: waiting.length })}</p>
          <ul className="not-sent">
            {waiting.slice(0, NAMED_MAX).map((item) => (
              <li key={item.key}>
                <bdi>{wordsOf(item) ?? t('signOut.other')}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="note problem" role="alert">
        {problem}
      </p>
    </Dialog>
  );
}

/** The beginning of what was written, where the change holds words. */
function wordsOf({ body }: OutboxItem): string | undefined {
  const text: unknown = typeof body === 'object' && body !== null && 'text' in body ? body.text : undefined;
  return typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, WORDS_CHARS_MAX) : undefined;
}
