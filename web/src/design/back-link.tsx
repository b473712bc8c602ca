// The way up from a page to the one that it belongs to, above its heading. A link and not the browser's back: it leads
// there also for who came from elsewhere.
import type { ReactNode } from 'react';
import { Link } from '../router/link.tsx';
import { Icon } from './icon.tsx';

export function BackLink({ to, children }: { readonly to: string; readonly children: ReactNode }): ReactNode {
  return (
    <Link to={to} className="back-link no-print">
      <Icon name="back" size={20} />
      {children}
    </Link>
  );
}
