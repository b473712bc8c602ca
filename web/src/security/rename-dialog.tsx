// Gives a device or a passkey the name by which its owner knows it.
// Closing it changes nothing; a refusal is said in the field.
import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { DEVICE_NAME_CHARS_MAX } from '#protocol/limits.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextField } from '../design/field.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { useSecurityText } from './words.ts';

export function RenameDialog({
  name,
  rename,
  onClose,
}: {
  readonly name: string;
  /** @throws Problem */
  readonly rename: (name: string) => Promise<void>;
  readonly onClose: () => void;
}): ReactNode {
  const t = useSecurityText();
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = field.current?.value.trim() ?? '';
    if (wanted === '') {
      setProblem(t('rename.missing'));
      return;
    }
    setBusy(true);
    try {
      await rename(wanted);
      onClose();
    } catch (error) {
      setProblem(describeProblem(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('rename.title')} onClose={onClose}>
      <form className="rename" onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          ref={field}
          label={t('rename.label')}
          defaultValue={name}
          maxLength={DEVICE_NAME_CHARS_MAX}
          problem={problem}
          autoFocus
          autoComplete="off"
          dir="auto"
        />
        <Button look="primary" type="submit" busy={busy}>
          {t('rename.do')}
        </Button>
      </form>
    </Dialog>
  );
}
