// Settings: what is chosen for this device, ways to the pages that hold the rest, and the way out, which first says what
// has not been sent.
import { useState, type ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { chooseDataSaver, dataSaver } from '../content/media/data-saver.ts';
import { Button } from '../design/button.tsx';
import { Card } from '../design/card.tsx';
import { Choices, Segmented } from '../design/choice.tsx';
import { Icon, type IconName } from '../design/icon.tsx';
import { ScreenHead } from '../design/text.tsx';
import { Link } from '../router/link.tsx';
import { LanguageChoice } from '../shell/language-choice.tsx';
import './settings.css';
import { SignOutDialog } from './sign-out-dialog.tsx';
import { chooseTheme, theme } from './theme.ts';
import { useSettingsText } from './words.ts';

export function Screen(): ReactNode {
  const t = useSettingsText();
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <ScreenHead title={t('title')} />
      <div className="settings">
        <Card aria-labelledby="settings-device">
          <h2 id="settings-device">{t('device')}</h2>
          <p className="note">{t('device.about')}</p>
          <h3>{t('language')}</h3>
          <LanguageChoice />
          <Segmented
            label={t('theme')}
            value={useSignal(theme)}
            onChange={chooseTheme}
            options={[
              { value: 'system', label: t('theme.system') },
              { value: 'light', label: t('theme.light') },
              { value: 'dark', label: t('theme.dark') },
            ]}
          />
          <Choices
            label={t('saver')}
            value={useSignal(dataSaver)}
            onChange={chooseDataSaver}
            options={[
              { value: 'auto', label: t('saver.auto'), about: t('saver.auto.about') },
              { value: 'on', label: t('saver.on'), about: t('saver.on.about') },
              { value: 'off', label: t('saver.off'), about: t('saver.off.about') },
            ]}
          />
        </Card>
        <nav className="card ways" aria-label={t('ways')}>
          <Way to="/profile" icon="person" label={t('to.profile')} about={t('to.profile.about')} />
          <Way to="/notifications/settings" icon="bell" label={t('to.news')} about={t('to.news.about')} />
          <Way to="/security" icon="key" label={t('to.security')} about={t('to.security.about')} />
          <Way to="/trust" icon="shield" label={t('to.trust')} about={t('to.trust.about')} />
          <Way to="/settings/blocks" icon="lock" label={t('to.blocks')} about={t('to.blocks.about')} />
          <Way to="/settings/export" icon="download" label={t('to.export')} about={t('to.export.about')} />
          <Way to="/settings/leave" icon="alert" label={t('to.leave')} about={t('to.leave.about')} />
        </nav>
        <Button onClick={() => setLeaving(true)}>{t('signOut')}</Button>
      </div>
      {leaving && <SignOutDialog onClose={() => setLeaving(false)} />}
    </>
  );
}

function Way({
  to,
  icon,
  label,
  about,
}: {
  readonly to: string;
  readonly icon: IconName;
  readonly label: string;
  readonly about: string;
}): ReactNode {
  return (
    <Link to={to} className="way">
      <Icon name={icon} />
      <span>
        {label}
        <small>{about}</small>
      </span>
    </Link>
  );
}
