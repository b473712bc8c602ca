// The way back to the page of security, above the heading of a page below it.
// A link and not the browser's back: it leads there also for who came from elsewhere.
import type { ReactNode } from 'react';
import { Icon } from '../design/icon.tsx';
import { Link } from '../router/link.tsx';
import { useSecurityText } from './words.ts';

export function BackLink(): ReactNode {
  const t = useSecurityText();
  return (
    <Link to="/security" className="back-link no-print">
      <Icon name="back" size={20} />
      {t('title')}
    </Link>
  );
}
