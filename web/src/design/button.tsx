// Buttons: a native one, so that every way of pressing it works. One `primary` a screen, in madder; `danger` is said in
// words and asked again, so it has no red of its own. While `busy` it keeps its size and focus, and presses nothing.
import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'plain' | 'quiet';
  readonly icon?: IconName;
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({
  look = 'plain',
  icon,
  busy = false,
  children,
  onClick,
  type = 'button',
  className = '',
  ...rest
}: ButtonProps): ReactNode {
  const press = (event: MouseEvent<HTMLButtonElement>): void => {
    if (busy) event.preventDefault();
    else onClick?.(event);
  };
  return (
    // aria-disabled, not disabled: a button that loses focus while it works throws a keyboard user to the page's start.
    <button
      {...rest}
      type={type}
      onClick={press}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      className={`button ${look} ${className}`}
    >
      {icon !== undefined && <Icon name={icon} size={20} />}
      {children}
    </button>
  );
}

/** A button that shows only an icon; `label` is its name for everybody else, and its tooltip. */
export function IconButton({
  icon,
  label,
  ...rest
}: Omit<ButtonProps, 'icon' | 'children'> & { readonly icon: IconName; readonly label: string }): ReactNode {
  return (
    <Button
      {...rest}
      look={rest.look ?? 'quiet'}
      aria-label={label}
      title={label}
      className={`round ${rest.className ?? ''}`}
    >
      <Icon name={icon} />
    </Button>
  );
}
