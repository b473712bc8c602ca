// One picture after the other over the whole screen: arrows, swipe and buttons go on, a double tap, wheel, pinch, + and
// - make it larger, what it shows is written under it, Escape closes and gives the focus back. A modal dialog of the
// browser; nothing moves where the system asks for calm.
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { IconButton } from '../../design/button.tsx';
import { useShellText } from '../../shell/words.ts';
import '../content.css';
import { useContentText } from '../words.ts';
import { useFingers, whole, zoomed } from './fingers.ts';
import type { ShownFile } from './media.ts';

const ZOOM_STEP = 1.5;

export interface MediaViewerProps {
  readonly files: readonly ShownFile[];
  readonly start: number;
  readonly onClose: () => void;
}

export function MediaViewer({ files, start, onClose }: MediaViewerProps): ReactNode {
  const t = useContentText();
  const shell = useShellText();
  const box = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(start);
  const [view, setView] = useState(whole);
  const fingers = useFingers(view, setView, (step) => go(step));
  // In the layout: only a dialog that is closed while it is still in the page gives the focus back.
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);

  const file = files[at];
  if (file === undefined) return null;
  const go = (step: number): void => {
    const next = at + step;
    if (next < 0 || next >= files.length) return;
    setAt(next);
    setView(whole);
  };
  const zoomTo = (zoom: number): void => setView(zoomed(view, zoom));
  const onKeyDown = (event: KeyboardEvent): void => {
    // In a page from right to left, the arrow to the left goes on.
    const forward = getComputedStyle(event.currentTarget).direction === 'rtl' ? -1 : 1;
    if (event.key === 'ArrowRight') go(forward);
    else if (event.key === 'ArrowLeft') go(-forward);
    else if (event.key === 'Home') go(-at);
    else if (event.key === 'End') go(files.length - 1 - at);
    else if (event.key === '+' || event.key === '=') zoomTo(view.zoom * ZOOM_STEP);
    else if (event.key === '-') zoomTo(view.zoom / ZOOM_STEP);
    else return;
    event.preventDefault();
  };
  const alt = file.alt ?? t('alt.none');
  return (
    <dialog
      ref={box}
      className="viewer"
      aria-label={t('viewer.title')}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div
        className="viewer-stage"
        onDoubleClick={() => zoomTo(view.zoom > 1 ? 1 : ZOOM_STEP * ZOOM_STEP)}
        onWheel={({ deltaY }) => zoomTo(view.zoom * (deltaY < 0 ? 1.15 : 1 / 1.15))}
        {...fingers}
      >
        <img
          key={file.key}
          src={view.zoom > 1 ? file.full : (file.view ?? file.full)}
          alt={file.alt ?? ''}
          draggable={false}
          width={file.width ?? undefined}
          height={file.height ?? undefined}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` }}
        />
      </div>
      <div className="viewer-bar">
        <IconButton icon="close" label={shell('close')} onClick={onClose} />
        <span className="viewer-place" role="status">
          {t('viewer.place', { at: at + 1, count: files.length })}
        </span>
        <IconButton icon="minus" label={t('viewer.smaller')} onClick={() => zoomTo(view.zoom / ZOOM_STEP)} />
        <IconButton icon="plus" label={t('viewer.larger')} onClick={() => zoomTo(view.zoom * ZOOM_STEP)} />
      </div>
      {files.length > 1 && <Steps at={at} count={files.length} onStep={go} />}
      <p className="viewer-alt" dir="auto">
        {alt}
      </p>
    </dialog>
  );
}

function Steps({
  at,
  count,
  onStep,
}: {
  readonly at: number;
  readonly count: number;
  readonly onStep: (step: number) => void;
}): ReactNode {
  const t = useContentText();
  return (
    <>
      <IconButton
        icon="back"
        className="viewer-before"
        label={t('viewer.before')}
        aria-disabled={at === 0}
        onClick={() => onStep(-1)}
      />
      <IconButton
        icon="back"
        className="viewer-next"
        label={t('viewer.next')}
        aria-disabled={at === count - 1}
        onClick={() => onStep(1)}
      />
    </>
  );
}
