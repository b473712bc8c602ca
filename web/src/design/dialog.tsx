// A dialog over the page: the browser's own (`<dialog>`, showModal), which holds focus, closes on Escape, gives focus
// back and makes the rest inert. It opens by being rendered, and tells `onClose` when the person leaves it.
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useShellText } from '../shell/words.ts';
import { IconButton } from './button.tsx';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the foot; the one that does what the title says comes last. */
  readonly actions?: ReactNode;
}

export function Dialog({ title, onClose, children, actions }: DialogProps): ReactNode {
  const t = useShellText();
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  // In the layout: only a dialog that is closed while it is still in the page gives the focus back.
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // The backdrop belongs to the dialog's own element; what is inside lies on a box of its own.
        if (event.target === box.current) onClose();
      }}
    >
      <div className="dialog-box">
        <header>
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label={t('close')} onClick={onClose} />
        </header>
        <div className="dialog-text">{children}</div>
        {actions !== undefined && <footer>{actions}</footer>}
      </div>
    </dialog>
  );
}
