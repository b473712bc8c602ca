// The recovery codes as a sheet of paper: each signs in once, where the authenticator app is lost.
// They are shown this once; leaving the page without them is asked about in words on the button.
import type { ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { useSecurityText } from './words.ts';

export function CodesPaper({
  codes,
  onDone,
}: {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}): ReactNode {
  const t = useSecurityText();
  return (
    <div className="stack">
      <p className="lead">{t('codes.about')}</p>
      <ol className="codes" translate="no">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <p className="note">
        {t('codes.of')} <span translate="no">{location.host}</span>
      </p>
      <div className="row no-print">
        <Button icon="print" onClick={() => window.print()}>
          {t('print')}
        </Button>
        <Button look="primary" onClick={onDone}>
          {t('codes.done')}
        </Button>
      </div>
    </div>
  );
}
