// Keys of a feed: j or Page Down to the next item, k or Page Up to the one before, Enter opens it (its first link to a
// page of the app that is marked so). Plain letters only where nobody is typing, and never with another key held.
import { useEffect, useRef, type RefObject } from 'react';

const steps: Readonly<Record<string, number>> = { j: 1, PageDown: 1, k: -1, PageUp: -1 };
/** Frames that an item may take to be drawn after the list has moved to it. */
const FRAMES_MAX = 12;

/** Moves the focus through the items of `box` (elements with `data-index`), of which only some are drawn. */
export function useFeedKeys(
  box: RefObject<HTMLElement | null>,
  count: number,
  reveal: (index: number) => void,
): void {
  const latest = useRef({ count, reveal });
  latest.current = { count, reveal };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const feed = box.current;
      if (feed === null || event.defaultPrevented || isTyping(event)) return;
      const focused = document.activeElement;
      const inside = feed.contains(focused);
      const step = steps[event.key];
      if (event.key === 'Enter' && inside && focused?.parentElement?.dataset['index'] !== undefined) {
        focused.querySelector<HTMLElement>('[data-opens]')?.click();
      } else if (step !== undefined && (inside || event.key.length === 1)) {
        const index = inside ? indexOf(focused) + step : firstShown(feed);
        if (index < 0 || index >= latest.current.count) return;
        latest.current.reveal(index);
        focusWhenDrawn(feed, index, FRAMES_MAX);
      } else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [box]);
}

function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return true;
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest('input, textarea, select, dialog, [role=menu], audio, video') !== null;
}

const indexOf = (element: Element | null): number =>
  Number(element?.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? -1);

/** The first item whose head is on the screen. */
function firstShown(feed: HTMLElement): number {
  const items = [...feed.querySelectorAll<HTMLElement>(':scope > [data-index]')];
  const shown = items.find((item) => item.getBoundingClientRect().top >= 0) ?? items[0];
  return indexOf(shown ?? null);
}

function focusWhenDrawn(feed: HTMLElement, index: number, frames: number): void {
  const item = feed.querySelector<HTMLElement>(`:scope > [data-index="${index}"] > *`);
  if (item !== null) {
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: 'nearest' });
  } else if (frames > 0) requestAnimationFrame(() => focusWhenDrawn(feed, index, frames - 1));
}
