// One invitation: its link to send, its code to show, how often it was used and how long it lasts; taking it back is
// asked again. Whoever holds the link can use it, and the screen says so where it is shown.
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Card } from '../design/card.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { QrCode } from '../design/pictures/qr-code.tsx';
import { Time } from '../design/text.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { revokeInvite, type Invite } from './routes.ts';
import { useInvitesText } from './words.ts';

export function InviteCard({
  invite,
  shown,
}: {
  readonly invite: Invite;
  readonly shown: boolean;
}): ReactNode {
  const t = useInvitesText();
  const [opened, setOpened] = useState<boolean>();
  const [asking, setAsking] = useState(false);
  const showCode = opened ?? shown;
  // Many browsers on computers have no sheet to share with.
  const canShare = 'share' in navigator;
  const send = async (): Promise<void> => {
    await navigator
      .share({ title: 'O-Red', text: t('share.text'), url: invite.url })
      // Closing the sheet is an answer too.
      .catch(() => undefined);
  };
  const name = invite.note === '' ? t('unnamed') : invite.note;
  return (
    <Card className="invite" aria-label={name}>
      <h3 dir="auto">{name}</h3>
      <p className="invite-facts">
        <Used invite={invite} />
        <span className="mark">
          {t('ends')} <Time at={invite.expires_at} />
        </span>
        <span className="mark">{t(invite.accept ? 'accepts' : 'asks')}</span>
      </p>
      <p className="invite-link">
        <a href={invite.url} rel="noreferrer" translate="no">
          {invite.url}
        </a>
        <CopyButton text={invite.url} label={t('copy', { name })} />
      </p>
      {invite.reach !== 'everywhere' && <p className="note">{t(`reach.${invite.reach}`)}</p>}
      {showCode && (
        <>
          <QrCode value={invite.url} label={t('code', { name })} />
          <p className="note">{t('code.about')}</p>
        </>
      )}
      <div className="row">
        {canShare && (
          <Button icon="share" onClick={() => void send()}>
            {t('share')}
          </Button>
        )}
        <Button icon="code" aria-expanded={showCode} onClick={() => setOpened(!showCode)}>
          {t(showCode ? 'code.hide' : 'code.show')}
        </Button>
        <Button look="quiet" aria-label={t('revoke.name', { name })} onClick={() => setAsking(true)}>
          {t('revoke')}
        </Button>
      </div>
      {asking && <RevokeDialog invite={invite} name={name} onClose={() => setAsking(false)} />}
    </Card>
  );
}

/** An invitation that nobody can use any more. */
export function SpentRow({ invite }: { readonly invite: Invite }): ReactNode {
  const t = useInvitesText();
  return (
    <div>
      <bdi>{invite.note === '' ? t('unnamed') : invite.note}</bdi>
      <p className="invite-facts">
        <span className="mark">{t(`state.${invite.state}`)}</span>
        <Used invite={invite} />
      </p>
    </div>
  );
}

function Used({ invite }: { readonly invite: Invite }): ReactNode {
  const t = useInvitesText();
  return <span className="mark">{t('used', { count: invite.uses, max: invite.uses_max })}</span>;
}

function RevokeDialog({
  invite,
  name,
  onClose,
}: {
  readonly invite: Invite;
  readonly name: string;
  readonly onClose: () => void;
}): ReactNode {
  const t = useInvitesText();
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      await call(revokeInvite, { params: { id: invite.id } });
      showToast({ text: t('revoke.done') });
      onClose();
      await makeStale('invites');
    } catch (error) {
      showToast({ text: describeProblem(error) });
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('revoke.title', { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('revoke.keep')}</Button>
          <Button busy={busy} onClick={() => void run()}>
            {t('revoke')}
          </Button>
        </>
      }
    >
      <p>{t('revoke.about')}</p>
    </Dialog>
  );
}
