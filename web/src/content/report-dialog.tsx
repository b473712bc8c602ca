// A note of what somebody did, kept on the own node and sent to nobody. Areas that show a person or their words open it
// from their menus. An empty note is not sent; one that could not be kept stays in the form.
import { useState, type ReactNode } from 'react';
import { REASON_CHARS_MAX } from '#protocol/limits.ts';
import { call } from '../api/call.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextArea } from '../design/field.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { createReport } from './routes.ts';
import { useContentText } from './words.ts';

export function ReportDialog({
  who,
  name,
  onClose,
}: {
  /** Their node id. */
  readonly who: string;
  readonly name: string;
  readonly onClose: () => void;
}): ReactNode {
  const t = useContentText();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const keep = async (): Promise<void> => {
    if (reason.trim() === '') {
      setProblem(t('report.missing'));
      return;
    }
    setBusy(true);
    try {
      await call(createReport, { body: { about: who, reason } });
      showToast({ text: t('report.done') });
      onClose();
    } catch (error) {
      setProblem(describeProblem(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('report.title', { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('report.cancel')}</Button>
          <Button busy={busy} onClick={() => void keep()}>
            {t('report.keep')}
          </Button>
        </>
      }
    >
      <p>{t('report.about')}</p>
      <TextArea
        label={t('report.reason')}
        value={reason}
        problem={problem}
        maxLength={REASON_CHARS_MAX}
        rows={4}
        onChange={({ target }) => {
          setReason(target.value);
          setProblem(undefined);
        }}
      />
    </Dialog>
  );
}
