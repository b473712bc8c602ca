// Standing words above every screen: the connection to the node is lost, the page travels unencrypted, or a new
// version of the app is ready.
// They take their room at the top and move what is below only when they come.
import type { ReactNode } from 'react';
import { contact } from '../api/contact.ts';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { Icon } from '../design/icon.tsx';
import { Link } from '../router/link.tsx';
import { update } from './service-worker.ts';
import { useShellText } from './words.ts';

export function Banners(): ReactNode {
  const t = useShellText();
  const takeUpdate = useSignal(update);
  const lost = useSignal(contact) === 'lost';
  return (
    <div className="banners" role="status">
      {!window.isSecureContext && (
        <p className="banner" data-kind="insecure">
          <Icon name="alert" size={20} />
          <span>
            {t('connection.insecure')} <Link to="/trust">{t('connection.about')}</Link>
          </span>
        </p>
      )}
      {lost && (
        <p className="banner" data-kind="lost">
          <Icon name="offline" size={20} />
          {t('connection.lost')}
        </p>
      )}
      {takeUpdate !== undefined && (
        <p className="banner" data-kind="update">
          {t('update.about')}
          <Button onClick={takeUpdate}>{t('update.use')}</Button>
        </p>
      )}
    </div>
  );
}
