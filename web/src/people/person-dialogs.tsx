// What is asked before it is done: a friend request with a word, and the two acts that cannot be taken back in silence.
// Each says what will happen, to whom it is shown, and what stays.
import { useState, type ReactNode } from 'react';
import { NOTE_CHARS_MAX } from '#protocol/limits.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextArea } from '../design/field.tsx';
import { nameOf } from '../text/person-name.ts';
import { useBondChange } from './bonds/bond.ts';
import { usePeopleText } from './words.ts';

interface DialogProps {
  readonly person: {
    readonly node_id: string;
    readonly username: string;
    readonly display_name: string | null;
  };
  readonly onClose: () => void;
}

export function AskDialog({ person, onClose }: DialogProps): ReactNode {
  const t = usePeopleText();
  const { busy, ask } = useBondChange();
  const [note, setNote] = useState('');
  const name = nameOf(person);
  const send = async (): Promise<void> => {
    if (await ask(person.node_id, name, note)) onClose();
  };
  return (
    <Dialog
      title={t('ask.title', { name })}
      onClose={onClose}
      actions={
        <Button look="primary" icon="send" busy={busy === 'add'} onClick={() => void send()}>
          {t('ask.send')}
        </Button>
      }
    >
      <TextArea
        label={t('ask.note')}
        advice={t('ask.note.about')}
        value={note}
        maxLength={NOTE_CHARS_MAX}
        rows={3}
        onChange={(event) => setNote(event.target.value)}
      />
    </Dialog>
  );
}

export function RemoveDialog({ person, onClose }: DialogProps): ReactNode {
  return <Confirmed what="remove" person={person} onClose={onClose} />;
}

export function BlockDialog({ person, onClose }: DialogProps): ReactNode {
  return <Confirmed what="block" person={person} onClose={onClose} />;
}

function Confirmed({
  what,
  person,
  onClose,
}: DialogProps & { readonly what: 'remove' | 'block' }): ReactNode {
  const t = usePeopleText();
  const { busy, change } = useBondChange();
  const name = nameOf(person);
  const run = async (): Promise<void> => {
    if (await change(what, person.node_id, name)) onClose();
  };
  return (
    <Dialog
      title={t(`${what}.title`, { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('keep')}</Button>
          <Button busy={busy === what} onClick={() => void run()}>
            {t(what)}
          </Button>
        </>
      }
    >
      <p>{t(`${what}.about`, { name })}</p>
    </Dialog>
  );
}
