// In the place of the composer, while a stranger waits to be let in: what they know, and the four answers. Refusing is
// final until the owner writes; nobody is told of a block or a report.
import { useState, type ReactNode } from 'react';
import { call } from '../../api/call.ts';
import { makeStale } from '../../api/queries.ts';
import { Button } from '../../design/button.tsx';
import { navigate } from '../../router/location.ts';
import { describeProblem } from '../../shell/problem-words.ts';
import { showToast } from '../../shell/toasts.tsx';
import { changeThread } from '../routes.ts';
import { BlockDialog, ReportDialog } from '../thread-dialogs.tsx';
import { useTalkText } from '../words.ts';

export function RequestPanel({ who, name }: { readonly who: string; readonly name: string }): ReactNode {
  const t = useTalkText();
  const [busy, setBusy] = useState<'accept' | 'decline'>();
  const [asked, setAsked] = useState<'block' | 'report'>();
  const answer = async (action: 'accept' | 'decline'): Promise<void> => {
    setBusy(action);
    try {
      await call(changeThread, { params: { action }, body: { who } });
      await makeStale('conversations', 'messages', 'notifications');
      showToast({ text: t(`request.done.${action}`, { name }) });
      if (action === 'decline') navigate('/messages/requests', { replace: true });
    } catch (error) {
      showToast({ text: describeProblem(error) });
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <section className="request-panel" aria-label={t('request')}>
      <p>{t('request.about', { name })}</p>
      <div className="row">
        <Button look="primary" icon="check" busy={busy === 'accept'} onClick={() => void answer('accept')}>
          {t('request.accept')}
        </Button>
        <Button busy={busy === 'decline'} onClick={() => void answer('decline')}>
          {t('request.decline')}
        </Button>
        <Button look="quiet" onClick={() => setAsked('block')}>
          {t('block')}
        </Button>
        <Button look="quiet" onClick={() => setAsked('report')}>
          {t('report')}
        </Button>
      </div>
      {asked === 'block' && (
        <BlockDialog
          who={who}
          name={name}
          onClose={() => setAsked(undefined)}
          onDone={() => navigate('/messages/requests', { replace: true })}
        />
      )}
      {asked === 'report' && <ReportDialog who={who} name={name} onClose={() => setAsked(undefined)} />}
    </section>
  );
}
