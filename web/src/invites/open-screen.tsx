// Coming with somebody's invitation: the link names the node that made it, and what will happen is said before anything
// is sent. Refuses what is no invitation.
import { useState, type FormEvent, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale } from '../api/queries.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { ScreenHead } from '../design/text.tsx';
import { personPath } from '../router/addresses.ts';
import { navigate, place } from '../router/location.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import './invites.css';
import { addFriend } from './routes.ts';
import { useInvitesText } from './words.ts';

/** As the node reads it: the inviting node's address, then the secret. */
const INVITATION = /^https?:\/\/[^\s?#]+\/i\/[\w-]{22}\/?$/;

export function Screen(): ReactNode {
  const t = useInvitesText();
  const given = new URLSearchParams(useSignal(place).search).get('link') ?? '';
  const [link, setLink] = useState(given);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const fits = INVITATION.test(link.trim());
  const send = async (): Promise<void> => {
    if (!fits) {
      setProblem(t('come.missing'));
      return;
    }
    setBusy(true);
    try {
      const made = await call(addFriend, { body: { who: link.trim() } });
      await makeStale('connections', 'people');
      showToast({ text: t(made.status === 'accepted' ? 'come.friends' : 'come.done') });
      navigate(personPath(made.node_id));
    } catch (error) {
      setProblem(describeProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy) void send();
  };
  return (
    <>
      <ScreenHead title={t('come')} />
      <form className="invite-form" onSubmit={submit}>
        <p>{t('come.about')}</p>
        <TextField
          label={t('come.link')}
          advice={fits ? t('come.from', { host: new URL(link.trim()).host }) : undefined}
          problem={problem}
          type="url"
          autoComplete="off"
          value={link}
          onChange={(event) => {
            setLink(event.target.value);
            setProblem(undefined);
          }}
        />
        <div className="row">
          <Button look="primary" type="submit" icon="people" busy={busy}>
            {t('come.send')}
          </Button>
        </div>
      </form>
    </>
  );
}
