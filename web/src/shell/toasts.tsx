// Short words at the foot of the screen after an action, read out, with a way to undo it; and an announcer for what
// is only read out. A toast stays while the pointer or the focus is on it, and long enough to be read.
import { useEffect, useState, type ReactNode } from 'react';
import { signal, useSignal } from '../api/signal.ts';
import { Button, IconButton } from '../design/button.tsx';
import { useShellText } from './words.ts';

export interface Toast {
  readonly text: string;
  /** A button on it: the way back, or on. */
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

interface ShownToast extends Toast {
  readonly id: number;
}

/** Time to read and reach the button (WCAG 2.2.1 asks for room; focus or pointer stops the clock). */
const SHOWN_MS = 8_000;
const SHOWN_MAX = 3;

const toasts = signal<readonly ShownToast[]>([]);
const announced = signal('');
let count = 0;

/** Shows a toast; several at once stand above one another. */
export function showToast(toast: Toast): void {
  count += 1;
  toasts.set([...toasts.get(), { ...toast, id: count }].slice(-SHOWN_MAX));
}

/** Reads words out, without showing them. */
export function announce(text: string): void {
  // The same words again are heard again only when they differ.
  announced.set(announced.get() === text ? `${text}\u00a0` : text);
}

export function Toasts(): ReactNode {
  const shown = useSignal(toasts);
  return (
    <>
      <p className="only-read" role="status" aria-live="polite">
        {useSignal(announced)}
      </p>
      <div className="toasts" role="status" aria-live="polite">
        {shown.map((toast) => (
          <ToastBox key={toast.id} toast={toast} />
        ))}
      </div>
    </>
  );
}

function ToastBox({ toast }: { readonly toast: ShownToast }): ReactNode {
  const t = useShellText();
  const [held, setHeld] = useState(false);
  const leave = (): void => toasts.set(toasts.get().filter(({ id }) => id !== toast.id));
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(leave, SHOWN_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p>{toast.text}</p>
      {toast.action !== undefined && (
        <Button
          onClick={() => {
            leave();
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton icon="close" label={t('close')} onClick={leave} />
    </div>
  );
}
