// What the owner wants to be told of, by kind: in the list, and by waking this device. Waking is offered only where the
// browser and the context allow it; elsewhere the screen says why not, and what would unlock it.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, queryClient, read } from '../api/queries.ts';
import { Card } from '../design/card.tsx';
import { Switch } from '../design/choice.tsx';
import { ProblemNote, ScreenHead, Skeletons } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import './notifications.css';
import { pushContext, wakeThisDevice, wakeThisDeviceNoMore } from './push.ts';
import { changeSettings, readPush, readSettings, type Kind, type Settings } from './routes.ts';
import { useNotificationsText } from './words.ts';

const settingsQuery = read(readSettings, {});
const pushQuery = read(readPush, {});

export function Screen(): ReactNode {
  const t = useNotificationsText();
  const settings = useQuery(settingsQuery);
  return (
    <>
      <ScreenHead title={t('settings.title')} />
      <PushCard />
      {settings.isPending && <Skeletons />}
      {settings.isError && settings.data === undefined && (
        <ProblemNote error={settings.error} onRetry={() => void settings.refetch()} />
      )}
      {settings.data !== undefined && <Kinds settings={settings.data} />}
    </>
  );
}

function PushCard(): ReactNode {
  const t = useNotificationsText();
  const push = useQuery(pushQuery);
  const [context, setContext] = useState(pushContext);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const on = push.data?.devices.some(({ current }) => current) === true;
  const others = push.data?.devices.filter(({ current }) => !current).length ?? 0;
  const turn = async (wanted: boolean): Promise<void> => {
    if (busy || push.data === undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      if (wanted) await wakeThisDevice(push.data.public_key);
      else await wakeThisDeviceNoMore();
      await makeStale('notifications');
    } catch (error) {
      setProblem(error instanceof DOMException ? t('push.failed') : describeProblem(error));
    } finally {
      setContext(pushContext());
      setBusy(false);
    }
  };
  return (
    <Card aria-label={t('push')} className="push-card">
      {context === 'possible' ? (
        <Switch
          label={t('push')}
          about={t(on ? 'push.on' : 'push.off')}
          checked={on}
          onChange={(wanted) => void turn(wanted)}
        />
      ) : (
        <>
          <h2>{t('push')}</h2>
          <p>{t(`push.${context}`)}</p>
          {context === 'insecure' && <Link to="/trust">{t('push.trust')}</Link>}
        </>
      )}
      {/* Always there, so that what comes later is read out. */}
      <p className={problem === undefined ? 'note' : 'note problem'} role="status">
        {problem ?? (others > 0 ? t('push.others', { count: others }) : t('push.private'))}
      </p>
    </Card>
  );
}

/** What is about the owner's own doors is always told. */
const kinds: readonly Exclude<Kind, 'security'>[] = [
  'friend_request',
  'friend_accepted',
  'follow',
  'reply',
  'reaction',
  'message',
  'message_request',
  'delivery_refused',
  'delivery_expired',
  'kit_unconfirmed',
];

function Kinds({ settings }: { readonly settings: Settings }): ReactNode {
  const t = useNotificationsText();
  const change = async (kind: Kind, wanted: { app?: boolean; push?: boolean }): Promise<void> => {
    const before = settings[kind];
    const shown = (one: Settings[Kind]): void => {
      queryClient.setQueryData<Settings>(settingsQuery.queryKey, (all) =>
        all === undefined ? all : { ...all, [kind]: one },
      );
    };
    // At once; taken back where the node refuses.
    shown({ ...before, ...wanted });
    try {
      await call(changeSettings, { body: { [kind]: wanted } });
    } catch (error) {
      shown(before);
      showToast({ text: describeProblem(error) });
    }
  };
  return (
    <>
      {kinds.map((kind) => (
        <fieldset key={kind} className="notice-kind">
          <legend>{t(`settings.${kind}`)}</legend>
          <Switch
            label={t('settings.app')}
            checked={settings[kind].app}
            onChange={(app) => void change(kind, { app })}
          />
          {settings[kind].app && (
            <Switch
              label={t('settings.push')}
              checked={settings[kind].push}
              onChange={(push) => void change(kind, { push })}
            />
          )}
        </fieldset>
      ))}
    </>
  );
}
