// Copies a text that is shown beside it, and says so. Where the context forbids the clipboard (plain http), the text is
// selected, so that the device's own copying is one touch away.
import { useRef, type ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { showToast } from '../shell/toasts.tsx';
import { useShellText } from '../shell/words.ts';

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const t = useShellText();
  const button = useRef<HTMLButtonElement>(null);
  const copy = async (): Promise<void> => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    try {
      if (clipboard === undefined) throw new Error('no clipboard in this context');
      await clipboard.writeText(text);
      showToast({ text: t('copied') });
    } catch {
      const shown = button.current?.previousElementSibling;
      if (shown !== null && shown !== undefined) getSelection()?.selectAllChildren(shown);
      showToast({ text: t('copy.byHand') });
    }
  };
  return <IconButton ref={button} icon="copy" label={label} onClick={() => void copy()} />;
}
