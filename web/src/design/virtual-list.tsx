// A long list of which only what is near the screen exists (TanStack Virtual on the window's own scrolling). Heights
// are measured and kept under the list's name, so that coming back shows the same place without a jump.
// Read as a feed (ARIA `feed`): each item says its place among all.
import { useWindowVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';

export interface VirtualListProps<Item> {
  /** Names the list in memory: its measured heights are kept under it. */
  readonly name: string;
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** The usual height of an item in CSS pixels; a good guess moves less. */
  readonly estimatedHeight: number;
  /** Gives one element, an article with its own heading or label. */
  readonly children: (item: Item) => ReactNode;
  /** Called when the end comes near. */
  readonly onEndNear?: () => void;
  readonly busy?: boolean;
}

const OVERSCAN = 6;
/** So many items before the end, more are fetched: about two screens. */
const END_NEAR_ITEMS = 8;

const measured = new Map<string, VirtualItem[]>();

export function VirtualList<Item>(props: VirtualListProps<Item>): ReactNode {
  const { name, label, items, keyOf, estimatedHeight, children, onEndNear, busy = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    setOffset((box.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => estimatedHeight,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: OVERSCAN,
    scrollMargin: offset,
    initialMeasurementsCache: measured.get(name) ?? [],
  });
  useEffect(() => () => void measured.set(name, virtualizer.measurementsCache), [name, virtualizer]);

  const shown = virtualizer.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const endIsNear = items.length > 0 && last >= items.length - END_NEAR_ITEMS;
  useEffect(() => {
    if (endIsNear) onEndNear?.();
  }, [endIsNear, onEndNear, items.length]);

  return (
    <div
      ref={box}
      role="feed"
      aria-label={label}
      aria-busy={busy}
      className="virtual"
      style={{ blockSize: virtualizer.getTotalSize() }}
    >
      {shown.map(({ index, key, start }) => {
        const item = items[index];
        return (
          item !== undefined && (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className="virtual-item"
              style={{ transform: `translateY(${start - offset}px)` }}
            >
              {children(item)}
            </div>
          )
        );
      })}
    </div>
  );
}
