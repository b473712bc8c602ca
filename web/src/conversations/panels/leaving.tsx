// Leaving a conversation and coming back: at once, with a way to undo it, because nothing is deleted. In the place of the
// composer stands who has left, and what can be done.
import { useState, type ReactNode } from 'react';
import { call } from '../../api/call.ts';
import { makeStale } from '../../api/queries.ts';
import { Button } from '../../design/button.tsx';
import { navigate } from '../../router/location.ts';
import { describeProblem } from '../../shell/problem-words.ts';
import { showToast } from '../../shell/toasts.tsx';
import { useShellText } from '../../shell/words.ts';
import { changeThread } from '../routes.ts';
import { useTalkText } from '../words.ts';

interface Leaving {
  readonly leave: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
}

export function useLeaving(who: string, name: string): Leaving {
  const t = useTalkText();
  const shell = useShellText();
  const change = async (action: 'leave' | 'reopen'): Promise<boolean> => {
    try {
      await call(changeThread, { params: { action }, body: { who } });
      await makeStale('conversations', 'messages', 'notifications');
      return true;
    } catch (error) {
      showToast({ text: describeProblem(error) });
      return false;
    }
  };
  const comeBack = async (): Promise<void> => {
    if (await change('reopen')) showToast({ text: t('leave.returned', { name }) });
  };
  const leave = async (): Promise<void> => {
    if (!(await change('leave'))) return;
    navigate('/messages');
    const undo = { label: shell('undo'), run: () => void comeBack() };
    showToast({ text: t('leave.done', { name }), action: undo });
  };
  return { leave, comeBack };
}

export function LeftPanel({
  who,
  name,
  byMe,
}: {
  readonly who: string;
  readonly name: string;
  /** Else by the other person. */
  readonly byMe: boolean;
}): ReactNode {
  const t = useTalkText();
  const { comeBack } = useLeaving(who, name);
  const [busy, setBusy] = useState(false);
  return (
    <section className="request-panel" aria-label={t('leave.state')}>
      <p>{t(byMe ? 'leave.about' : 'leave.they', { name })}</p>
      {byMe && (
        <div className="row">
          <Button
            look="primary"
            busy={busy}
            onClick={() => {
              setBusy(true);
              void comeBack().finally(() => setBusy(false));
            }}
          >
            {t('leave.return')}
          </Button>
        </div>
      )}
    </section>
  );
}
