// Invitations: a link that is sent by any messenger, good for so many people and so many days, and what became of each.
// The defaults suit the usual case, one friend this week, so that making one is a single press.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { INVITE_NOTE_CHARS_MAX } from '#protocol/limits.ts';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Segmented, Switch } from '../design/choice.tsx';
import { TextField } from '../design/field.tsx';
import { List } from '../design/list.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { announce } from '../shell/toasts.tsx';
import { InviteCard, SpentRow } from './invite-card.tsx';
import './invites.css';
import { createInvite, listInvites } from './routes.ts';
import { useInvitesText } from './words.ts';

const uses = ['1', '5', '25'] as const;
const days = ['1', '7', '30'] as const;

export function Screen(): ReactNode {
  const t = useInvitesText();
  const list = useQuery(read(listInvites, {}));
  const open = list.data?.items.filter(({ state }) => state === 'open') ?? [];
  const spent = list.data?.items.filter(({ state }) => state !== 'open') ?? [];
  const [made, setMade] = useState<string>();
  return (
    <>
      <ScreenHead title={t('title')} />
      <p className="lead">{t('about')}</p>
      <MakeForm onMade={setMade} />
      {list.isPending && <Skeletons count={2} />}
      {list.isError && list.data === undefined && (
        <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      )}
      {open.length > 0 && (
        <section className="part">
          <h2>{t('open')}</h2>
          {open.map((invite) => (
            <InviteCard key={invite.id} invite={invite} shown={invite.id === made} />
          ))}
        </section>
      )}
      {spent.length > 0 && (
        <section className="part">
          <h2>{t('spent')}</h2>
          <List label={t('spent')} items={spent} keyOf={({ id }) => id}>
            {(invite) => <SpentRow invite={invite} />}
          </List>
        </section>
      )}
    </>
  );
}

function MakeForm({ onMade }: { readonly onMade: (id: string) => void }): ReactNode {
  const t = useInvitesText();
  const [note, setNote] = useState('');
  const [usesMax, setUsesMax] = useState<(typeof uses)[number]>('1');
  const [lasts, setLasts] = useState<(typeof days)[number]>('7');
  const [accept, setAccept] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const make = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { note: note.trim(), uses: Number(usesMax), days: Number(lasts), accept };
      const { id } = await call(createInvite, { body });
      await makeStale('invites');
      setNote('');
      onMade(id);
      announce(t('made'));
    } catch (error) {
      setProblem(describeProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy) void make();
  };
  return (
    <form className="invite-form" onSubmit={submit}>
      <Segmented
        label={t('uses')}
        options={uses.map((value) => ({ value, label: value }))}
        value={usesMax}
        onChange={setUsesMax}
      />
      <Segmented
        label={t('days')}
        options={days.map((value) => ({ value, label: t(`days.${value}`) }))}
        value={lasts}
        onChange={setLasts}
      />
      <Switch
        label={t('accept')}
        about={t(accept ? 'accept.on' : 'accept.off')}
        checked={accept}
        onChange={setAccept}
      />
      <TextField
        label={t('note')}
        advice={t('note.about')}
        problem={problem}
        dir="auto"
        autoComplete="off"
        maxLength={INVITE_NOTE_CHARS_MAX}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <div className="row">
        <Button look="primary" type="submit" icon="plus" busy={busy}>
          {t('make')}
        </Button>
      </div>
    </form>
  );
}
