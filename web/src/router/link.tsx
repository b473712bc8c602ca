// A link inside the app: a real `<a href>`, so that opening in a tab, copying and reading aloud work as everywhere.
// Only a plain click is taken over. `aria-current` says which link leads to where the person is.
import { createContext, use, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from 'react';
import { navigate } from './location.ts';

/** The path where the app is, given by its root: a screen of a feed has a hundred links that ask for it. */
export const CurrentPath = createContext('');

export interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly to: string;
  readonly children: ReactNode;
}

export function Link({ to, onClick, children, ...rest }: LinkProps): ReactNode {
  const path = use(CurrentPath);
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a {...rest} href={to} onClick={follow} aria-current={path === to ? 'page' : undefined}>
      {children}
    </a>
  );
}
