// The passkeys that sign in here: a name, the last use, adding one on this device and removing one. Where the connection
// does not allow passkeys, the node's own sentence says why, and adding is not offered.
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call } from '../api/call.ts';
import { makeStale, read } from '../api/queries.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Icon } from '../design/icon.tsx';
import { List } from '../design/list.tsx';
import { Menu } from '../design/menu.tsx';
import { ProblemNote, Time } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { nodeContext } from '../session/context.ts';
import { addPasskeyHere, passkeysExist } from '../session/passkeys.ts';
import { describeProblem } from '../shell/problem-words.ts';
import { showToast } from '../shell/toasts.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { listPasskeys, removePasskey, renamePasskey, type Passkey } from './routes.ts';
import { useSecurityText } from './words.ts';

export function Passkeys(): ReactNode {
  const t = useSecurityText();
  const passkeys = useQuery(read(listPasskeys, {}));
  const { data: context } = useQuery(nodeContext);
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const add = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      showToast({ text: t((await addPasskeyHere()) ? 'passkey.added' : 'passkey.none') });
      await makeStale('passkeys');
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const items = passkeys.data?.items ?? [];
  return (
    <div className="passkeys">
      <h3>{t('passkeys')}</h3>
      {items.length > 0 ? (
        <List label={t('passkeys')} items={items} keyOf={({ passkey_id }) => passkey_id}>
          {(passkey) => <PasskeyRow passkey={passkey} />}
        </List>
      ) : (
        <p className="note">{t('passkeys.about')}</p>
      )}
      {passkeysExist() && context?.passkeys.available !== false ? (
        <Button icon="key" busy={busy} onClick={() => void add()}>
          {t('passkey.add')}
        </Button>
      ) : (
        <p className="note">
          {context?.passkeys.say ?? t('passkeys.notHere')} <Link to="/trust">{t('passkeys.why')}</Link>
        </p>
      )}
      {problem !== undefined && <ProblemNote error={problem} />}
    </div>
  );
}

function PasskeyRow({ passkey }: { readonly passkey: Passkey }): ReactNode {
  const t = useSecurityText();
  const [shown, setShown] = useState<'rename' | 'remove'>();
  const params = { passkey_id: passkey.passkey_id };
  const remove = async (): Promise<void> => {
    setShown(undefined);
    try {
      await call(removePasskey, { params });
      showToast({ text: t('passkey.removed', { name: passkey.name }) });
    } catch (error) {
      showToast({ text: describeProblem(error) });
    }
    await makeStale('passkeys');
  };
  return (
    <div className="device">
      <Icon name="key" />
      <span>
        <bdi className="device-name">{passkey.name}</bdi>
        <small>
          {passkey.used_at === null ? (
            t('passkey.unused')
          ) : (
            <>
              {t('device.seen')} <Time at={passkey.used_at} />
            </>
          )}
          {' · '}
          <span translate="no">{passkey.rp_id}</span>
        </small>
      </span>
      <Menu
        label={t('device.more', { name: passkey.name })}
        items={[
          { id: 'rename', label: t('rename'), icon: 'pen', run: () => setShown('rename') },
          { id: 'remove', label: t('passkey.remove'), icon: 'trash', run: () => setShown('remove') },
        ]}
      />
      {shown === 'rename' && (
        <RenameDialog
          name={passkey.name}
          onClose={() => setShown(undefined)}
          rename={async (name) => {
            await call(renamePasskey, { params, body: { name } });
            await makeStale('passkeys');
          }}
        />
      )}
      {shown === 'remove' && (
        <Dialog
          title={t('passkey.remove.title', { name: passkey.name })}
          onClose={() => setShown(undefined)}
          actions={
            <>
              <Button onClick={() => setShown(undefined)}>{t('keep')}</Button>
              <Button look="primary" onClick={() => void remove()}>
                {t('passkey.remove')}
              </Button>
            </>
          }
        >
          <p>{t('passkey.remove.about')}</p>
        </Dialog>
      )}
    </div>
  );
}
