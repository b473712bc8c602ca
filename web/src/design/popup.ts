// What a button opens beside itself and what closes it again: a press elsewhere, or whoever uses it. Focus goes to the
// entry that is asked for, and back to the button where that is wanted.
import { useEffect, useRef, useState, type RefObject } from 'react';

export interface Popup {
  readonly open: boolean;
  readonly toggle: () => void;
  /** `back`: the focus returns to the button. */
  readonly close: (back: boolean) => void;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly box: RefObject<HTMLDivElement | null>;
}

/** `first`: the selector of the entry that takes the focus when it opens; `otherwise`, where there is none. */
export function usePopup(first: string, otherwise: string = first): Popup {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const find = (selector: string) => box.current?.querySelector<HTMLElement>(selector);
    (find(first) ?? find(otherwise))?.focus();
    const leave = (event: Event): void => {
      const target = event.target as Node;
      if (box.current?.contains(target) !== true && button.current?.contains(target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', leave);
    return () => document.removeEventListener('pointerdown', leave);
  }, [open, first, otherwise]);
  const close = (back: boolean): void => {
    setOpen(false);
    if (back) button.current?.focus();
  };
  return { open, toggle: () => setOpen(!open), close, button, box };
}
