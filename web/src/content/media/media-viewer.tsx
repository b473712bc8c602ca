// One picture after the other over the whole screen: arrows, swipe and buttons go on, a double tap, wheel, pinch, + and
// - make it larger, what it shows is written under it, Escape closes and gives the focus back. A modal dialog of the
// browser; nothing moves where the system asks for calm.
import {
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { IconButton } from '../../design/button.tsx';
import { useShellText } from '../../shell/words.ts';
import '../content.css';
import { useContentText } from '../words.ts';
import type { ShownFile } from './media.ts';

const ZOOM_MAX = 6;
const ZOOM_STEP = 1.5;
/** A finger that went this far sideways wanted the next picture. */
const SWIPE_PX = 48;

interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}
const whole: View = { zoom: 1, x: 0, y: 0 };

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
  const zoomTo = (zoom: number): void =>
    setView(zoom <= 1 ? whole : { ...view, zoom: Math.min(ZOOM_MAX, zoom) });
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
      {files.length > 1 && (
        <>
          <IconButton
            icon="back"
            className="viewer-before"
            label={t('viewer.before')}
            aria-disabled={at === 0}
            onClick={() => go(-1)}
          />
          <IconButton
            icon="back"
            className="viewer-next"
            label={t('viewer.next')}
            aria-disabled={at === files.length - 1}
            onClick={() => go(1)}
          />
        </>
      )}
      <p className="viewer-alt" dir="auto">
        {alt}
      </p>
    </dialog>
  );
}

interface FingerHandlers {
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: (event: PointerEvent) => void;
  readonly onPointerCancel: (event: PointerEvent) => void;
}

/** One finger moves a large picture or swipes a whole one; two make it larger. */
function useFingers(view: View, setView: (view: View) => void, go: (step: number) => void): FingerHandlers {
  const down = useRef(new Map<number, { x: number; y: number }>());
  const from = useRef<{ x: number; y: number; view: View; spread: number } | undefined>(undefined);
  const begin = (): void => {
    const [one, other] = [...down.current.values()];
    from.current =
      one === undefined
        ? undefined
        : { x: one.x, y: one.y, view, spread: other === undefined ? 0 : distance(one, other) };
  };
  const end = (event: PointerEvent): void => {
    const started = from.current;
    const single = down.current.size === 1;
    down.current.delete(event.pointerId);
    if (started !== undefined && single && started.view.zoom === 1 && started.spread === 0) {
      const moved = event.clientX - started.x;
      const forward = getComputedStyle(event.currentTarget).direction === 'rtl' ? 1 : -1;
      if (Math.abs(moved) > SWIPE_PX) go(moved < 0 ? -forward : forward);
    }
    begin();
  };
  return {
    onPointerDown: (event) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      down.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      begin();
    },
    onPointerMove: (event) => {
      const started = from.current;
      if (started === undefined || !down.current.has(event.pointerId)) return;
      down.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const [one, other] = [...down.current.values()];
      if (one !== undefined && other !== undefined && started.spread > 0) {
        const zoom = Math.min(ZOOM_MAX, (started.view.zoom * distance(one, other)) / started.spread);
        setView(zoom <= 1 ? whole : { ...started.view, zoom });
      } else if (started.view.zoom > 1) {
        const { x, y, zoom } = started.view;
        setView({ zoom, x: x + event.clientX - started.x, y: y + event.clientY - started.y });
      }
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

const distance = (one: { x: number; y: number }, other: { x: number; y: number }): number =>
  Math.hypot(one.x - other.x, one.y - other.y);
