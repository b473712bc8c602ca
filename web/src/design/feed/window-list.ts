// Which items of a long list are drawn, and where, on the window's own scrolling: TanStack Virtual's sums with a binding
// of our own. It moves items without drawing them anew, and draws few new ones at a time, so that no step outlasts a
// frame or two however hard one flings; what is not drawn yet is the list's own ground (components.css).
import {
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
  type VirtualItem,
  type VirtualizerOptions,
} from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import { flushSync } from 'react-dom';

export interface WindowListOptions {
  readonly count: number;
  readonly keyOf: (index: number) => string | number;
  readonly estimatedHeight: number;
  /** Items drawn beyond each end of the screen. */
  readonly overscan: number;
  /** From the page's top to the list's, in CSS pixels. */
  readonly offset: number;
  /** Items that stay drawn wherever the screen is. */
  readonly range: (near: {
    startIndex: number;
    endIndex: number;
    overscan: number;
    count: number;
  }) => number[];
  /** What `measurements()` gave when the list was last left. */
  readonly known: VirtualItem[];
  /** At once and all, in the frame of the scrolling: while a screen opens, which may begin far down. */
  readonly atOnce: boolean;
}

export interface WindowList {
  readonly shown: readonly VirtualItem[];
  /** The last item that is on the screen. */
  readonly lastIndex: number;
  readonly container: (element: HTMLElement | null) => void;
  readonly item: (element: HTMLElement | null) => void;
  readonly reveal: (index: number) => void;
  readonly measurements: () => VirtualItem[];
}

/** New items in one step: a post costs a slowed phone's processor 8 ms of script and as much again of layout. */
const FRESH_ITEMS_MAX = 1;

export function useWindowList(options: WindowListOptions): WindowList {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const [list] = useState(() => new Placed(options, draw));
  list.setOptions(options);
  useLayoutEffect(() => list.virtualizer._didMount(), [list]);
  useLayoutEffect(() => {
    list.virtualizer._willUpdate();
    list.place();
  });
  const { virtualizer } = list;
  const near = virtualizer.getVirtualItems();
  return {
    shown: useFew(near, virtualizer.scrollOffset ?? 0, options.atOnce),
    lastIndex: virtualizer.range?.endIndex ?? 0,
    container: list.hold,
    item: list.measure,
    reveal: list.reveal,
    measurements: list.measurements,
  };
}

/** The sums, and the elements that they move: by a flat transform, which neither shifts the layout nor makes a layer. */
class Placed {
  readonly virtualizer: Virtualizer<Window, HTMLElement>;
  readonly #draw: () => void;
  readonly #places = new WeakMap<Element, number>();
  #container: HTMLElement | null = null;
  #height = -1;
  #drawnRange = '';
  #atOnce = true;
  /** React is committing: it draws what changes now by itself. */
  #committing = false;

  constructor(options: WindowListOptions, draw: () => void) {
    this.#draw = draw;
    this.virtualizer = new Virtualizer(this.#optionsOf(options));
  }

  setOptions(options: WindowListOptions): void {
    this.#atOnce = options.atOnce;
    this.virtualizer.setOptions(this.#optionsOf(options));
  }

  #optionsOf({
    count,
    keyOf,
    estimatedHeight,
    overscan,
    offset,
    range,
    known,
  }: WindowListOptions): VirtualizerOptions<Window, HTMLElement> {
    return {
      count,
      getItemKey: keyOf,
      estimateSize: () => estimatedHeight,
      overscan,
      scrollMargin: offset,
      rangeExtractor: range,
      initialMeasurementsCache: known,
      getScrollElement: () => window,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      scrollToFn: windowScroll,
      initialOffset: () => window.scrollY,
      onChange: (_virtualizer, sync) => this.#changed(sync),
    };
  }

  #changed(sync: boolean): void {
    this.place();
    const { startIndex, endIndex } = this.virtualizer.range ?? { startIndex: -1, endIndex: -1 };
    const range = `${startIndex}-${endIndex}`;
    // A height that was guessed wrong moves the items below it, and draws none of them anew.
    if (range === this.#drawnRange) return;
    this.#drawnRange = range;
    if (this.#atOnce && sync && !this.#committing) flushSync(this.#draw);
    else this.#draw();
  }

  /** Writes the list's height, and the place of each item where it has changed. */
  place(): void {
    if (this.#container === null) return;
    const height = this.virtualizer.getTotalSize();
    if (height !== this.#height) {
      this.#height = height;
      this.#container.style.height = `${height}px`;
    }
    for (const { key, start } of this.virtualizer.getVirtualItems()) {
      const element = this.virtualizer.elementsCache.get(key);
      const top = start - this.virtualizer.options.scrollMargin;
      if (element === undefined || this.#places.get(element) === top) continue;
      this.#places.set(element, top);
      element.style.transform = `translateY(${top}px)`;
    }
  }

  readonly hold = (element: HTMLElement | null): void => {
    this.#container = element;
    this.#height = -1;
    this.place();
  };

  readonly measure = (element: HTMLElement | null): void => {
    this.#committing = true;
    try {
      this.virtualizer.measureElement(element);
    } finally {
      this.#committing = false;
    }
  };

  readonly reveal = (index: number): void => this.virtualizer.scrollToIndex(index, { align: 'auto' });

  readonly measurements = (): VirtualItem[] => this.virtualizer.measurementsCache;
}

/** Of the items near the screen all that were drawn and few new ones, the nearest to the middle of the screen first. */
function useFew(near: readonly VirtualItem[], offset: number, all: boolean): readonly VirtualItem[] {
  const [, step] = useReducer((count: number) => count + 1, 0);
  const drawn = useRef<ReadonlySet<VirtualItem['key']>>(new Set());
  const middle = offset + window.innerHeight / 2;
  const fresh = near.filter(({ key }) => !drawn.current.has(key));
  const waits = !all && fresh.length > FRESH_ITEMS_MAX;
  const byDistance = fresh.toSorted((one, other) => distance(one, middle) - distance(other, middle));
  const late = new Set(waits ? byDistance.slice(FRESH_ITEMS_MAX) : []);
  const shown = waits ? near.filter((item) => !late.has(item)) : near;
  useLayoutEffect(() => {
    drawn.current = new Set(shown.map(({ key }) => key));
  });
  useEffect(() => {
    if (!waits) return undefined;
    const frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  });
  return shown;
}

const distance = ({ start, end }: VirtualItem, middle: number): number =>
  Math.max(0, start - middle, middle - end);
