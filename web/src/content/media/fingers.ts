// Fingers on a picture: one moves a large picture or swipes a whole one away, two make it larger.
// It knows nothing of what is shown, only how large it is and where.
import { useRef, type PointerEvent } from 'react';

const ZOOM_MAX = 6;
/** A finger that went this far sideways wanted the next picture. */
const SWIPE_PX = 48;

export interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}
export const whole: View = { zoom: 1, x: 0, y: 0 };

/** The same place, larger or smaller; a whole picture lies in the middle. */
export const zoomed = (view: View, zoom: number): View =>
  zoom <= 1 ? whole : { ...view, zoom: Math.min(ZOOM_MAX, zoom) };

interface FingerHandlers {
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: (event: PointerEvent) => void;
  readonly onPointerCancel: (event: PointerEvent) => void;
}

/** One finger moves a large picture or swipes a whole one; two make it larger. */
export function useFingers(
  view: View,
  setView: (view: View) => void,
  go: (step: number) => void,
): FingerHandlers {
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
        setView(zoomed(started.view, (started.view.zoom * distance(one, other)) / started.spread));
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
