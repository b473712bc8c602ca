// A button that opens a short list of actions, by the pattern of the ARIA Authoring Practices (menu button): arrows
// move, Home and End jump, a letter finds, Escape and Tab close, and focus returns to the button.
import { useId, type KeyboardEvent, type ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import { usePopup } from './popup.ts';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly run: () => void;
}

export interface MenuProps {
  /** What the button is called: "More about this post". */
  readonly label: string;
  readonly icon?: IconName;
  readonly items: readonly MenuItem[];
}

export function Menu({ label, icon = 'more', items }: MenuProps): ReactNode {
  const { open, toggle, close, button, box } = usePopup('[role=menuitem]');
  const id = useId();

  const move = (event: KeyboardEvent): void => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const target = nextIndex(
      event.key,
      at,
      all.map((entry) => entry.textContent ?? ''),
    );
    if (event.key === 'Escape') close(true);
    else if (event.key === 'Tab') close(false);
    else if (target === undefined) return;
    else all[target]?.focus();
    if (event.key !== 'Tab') event.preventDefault();
  };

  return (
    <div className="menu">
      <IconButton
        ref={button}
        icon={icon}
        label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={toggle}
      />
      {open && (
        // The list takes keys for its entries, which hold the focus.
        <div
          ref={box}
          id={id}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          className="menu-list"
          onKeyDown={move}
        >
          {items.map((item) => (
            <button
              key={item.id}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close(true);
                item.run();
              }}
            >
              {item.icon !== undefined && <Icon name={item.icon} size={20} />}
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Where a key leads among entries, or undefined where it leads nowhere. */
function nextIndex(key: string, at: number, labels: readonly string[]): number | undefined {
  const count = labels.length;
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (key.length !== 1 || key === ' ') return undefined;
  const later = labels.map((_label, step) => (at + 1 + step) % count);
  return later.find(
    (index) => labels[index]?.toLocaleLowerCase().startsWith(key.toLocaleLowerCase()) === true,
  );
}
