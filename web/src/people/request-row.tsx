// Rows that wait for something: a request to answer, one's own request, somebody who is blocked.
// The note of a stranger is text, in the face of what people write, and shown before anything is accepted.
import type { ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { Time } from '../design/text.tsx';
import { nameOf } from '../text/person-name.ts';
import { useBondChange } from './bonds/bond.ts';
import { PersonRow } from './person-row.tsx';
import type { Connection } from './routes.ts';
import { usePeopleText } from './words.ts';

interface RowProps {
  readonly person: Connection;
}

export function AskingRow({ person }: RowProps): ReactNode {
  const t = usePeopleText();
  const { busy, change } = useBondChange();
  const { node_id: nodeId, note } = person;
  const name = nameOf(person);
  return (
    <div className="request">
      <PersonRow person={person} about={<Time at={person.updated_at} />} />
      {note !== null && note !== '' && (
        <p className="person-words" dir="auto">
          {note}
        </p>
      )}
      <div className="row">
        <Button
          icon="check"
          busy={busy === 'accept'}
          aria-label={t('accept.name', { name })}
          onClick={() => void change('accept', nodeId, name)}
        >
          {t('accept')}
        </Button>
        <Button
          look="quiet"
          busy={busy === 'reject'}
          aria-label={t('reject.name', { name })}
          onClick={() => void change('reject', nodeId, name)}
        >
          {t('reject')}
        </Button>
      </div>
    </div>
  );
}

export function AskedRow({ person }: RowProps): ReactNode {
  const t = usePeopleText();
  const { busy, change } = useBondChange();
  const name = nameOf(person);
  return (
    <PersonRow person={person} about={t('asked.waits')}>
      <Button
        look="quiet"
        busy={busy === 'remove'}
        aria-label={t('takeBack.name', { name })}
        onClick={() => void change('remove', person.node_id, name)}
      >
        {t('takeBack')}
      </Button>
    </PersonRow>
  );
}

export function BlockedRow({ person }: RowProps): ReactNode {
  const t = usePeopleText();
  const { busy, change } = useBondChange();
  const name = nameOf(person);
  return (
    <PersonRow person={person}>
      <Button
        busy={busy === 'unblock'}
        aria-label={t('unblock.name', { name })}
        onClick={() => void change('unblock', person.node_id, name)}
      >
        {t('unblock')}
      </Button>
    </PersonRow>
  );
}
