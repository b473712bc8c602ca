// The devices that are signed in: which one this is, when each was last used, a name of one's own, and the end of any of
// them at once. Ending all others wants a fresh proof; ending one does not, since it takes nothing that cannot return.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { List } from '../design/list.tsx';
import { Menu } from '../design/menu.tsx';
import { ProblemNote, Skeletons, Time } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { endOtherSessions, endSession, listSessions, renameSession, type Device } from './routes.ts';
import { useSecurityText } from './words.ts';

export function Devices(): ReactNode {
  const t = useSecurityText();
  const devices = useQuery(read(listSessions, {}));
  const [busy, setBusy] = useState(false);
  const items = devices.data?.items ?? [];
  const endOthers = async (): Promise<void> => {
    setBusy(true);
    try {
      await call(endOtherSessions, {});
      showToast({ text: t('devices.othersEnded') });
    } catch (error) {
      showToast({ text: describeProblem(error) });
    } finally {
      setBusy(false);
      await makeStale('sessions');
    }
  };
  return (
    <section aria-labelledby="devices">
      <h2 id="devices">{t('devices')}</h2>
      {devices.isPending && <Skeletons count={1} />}
      {devices.isError && items.length === 0 && (
        <ProblemNote error={devices.error} onRetry={() => void devices.refetch()} />
      )}
      <List label={t('devices')} items={inOrder(items)} keyOf={({ session_id }) => session_id}>
        {(device) => <DeviceRow device={device} />}
      </List>
      <div className="row">
        <Link to="/security/device" className="button">
          <Icon name="plus" size={20} />
          {t('devices.add')}
        </Link>
        {items.length > 1 && (
          <Button busy={busy} onClick={() => void endOthers()}>
            {t('devices.endOthers')}
          </Button>
        )}
      </div>
    </section>
  );
}

/** This one first, then by last use. */
function inOrder(devices: readonly Device[]): Device[] {
  return devices.toSorted(
    (one, other) => Number(other.current) - Number(one.current) || other.seen_at.localeCompare(one.seen_at),
  );
}

function DeviceRow({ device }: { readonly device: Device }): ReactNode {
  const t = useSecurityText();
  const [renames, setRenames] = useState(false);
  const name = device.name === '' ? t('device.unnamed') : device.name;
  const end = async (): Promise<void> => {
    try {
      await call(endSession, { params: { session_id: device.session_id } });
      showToast({ text: t('device.ended', { name }) });
    } catch (error) {
      showToast({ text: describeProblem(error) });
    }
    await makeStale('sessions');
  };
  return (
    <div className="device">
      <Icon name="device" />
      <span>
        <bdi className="device-name">{name}</bdi>
        <small>
          {device.current ? (
            <span className="mark" data-state="arrived">
              <Icon name="check" size={16} />
              {t('device.current')}
            </span>
          ) : (
            <>
              {t('device.seen')} <Time at={device.seen_at} />
            </>
          )}
          {' · '}
          {t('device.since')} <Time at={device.created_at} />
        </small>
      </span>
      <Menu
        label={t('device.more', { name })}
        items={[
          { id: 'rename', label: t('rename'), icon: 'pen', run: () => setRenames(true) },
          ...(device.current
            ? []
            : [{ id: 'end', label: t('device.end'), icon: 'close', run: () => void end() } as const]),
        ]}
      />
      {renames && (
        <RenameDialog
          name={device.name}
          onClose={() => setRenames(false)}
          rename={async (wanted) => {
            await call(renameSession, { params: { session_id: device.session_id }, body: { name: wanted } });
            await makeStale('sessions');
          }}
        />
      )}
    </div>
  );
}
