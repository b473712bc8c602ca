// A long list of which only what is near the screen exists (feed/window-list.ts). Heights
// are measured and kept under the list's name, so that coming back shows the same place without a jump.
// Read as a feed (ARIA Authoring Practices, `feed`): each item says its place among all; j and k, Page Down and Page Up
// move from one to the next, and the item that holds the focus is never taken away.
import { defaultRangeExtractor, type Range, type VirtualItem } from '@tanstack/react-virtual';
import { startTransition, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useFeedKeys } from './feed/feed-keys.ts';
import { useWindowList } from './feed/window-list.ts';

/** What an item says of its place: for the attributes of its article. */
export interface ItemPlace {
  readonly 'aria-posinset': number;
  /** -1 while there are more to come. */
  readonly 'aria-setsize': number;
  readonly tabIndex: 0;
}

export interface VirtualListProps<Item> {
  /** Names the list in memory: its measured heights are kept under it. */
  readonly name: string;
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** The usual height of an item in CSS pixels; a good guess moves less. */
  readonly estimatedHeight: number;
  /** Gives one element, an article with its own heading or label, which takes `place` as attributes. */
  readonly children: (item: Item, place: ItemPlace) => ReactNode;
  /** Called when the end comes near. */
  readonly onEndNear?: () => void;
  readonly busy?: boolean;
  /** More items exist than are here. */
  readonly hasMore?: boolean;
}

const OVERSCAN = 6;
/** What is on the screen is drawn first; what lies around it when nothing else is to be done. */
const OVERSCAN_FIRST = 0;
/** So many items before the end, more are fetched: most of a page, so that a hard fling seldom meets the end. */
const END_NEAR_ITEMS = 24;

const measured = new Map<string, VirtualItem[]>();

export function VirtualList<Item>(props: VirtualListProps<Item>): ReactNode {
  const {
    name,
    label,
    items,
    keyOf,
    estimatedHeight,
    children,
    onEndNear,
    busy = false,
    hasMore = false,
  } = props;
  const box = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const [focusedAt, setFocusedAt] = useState<number>();
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    // A frame's scroll events come before this: the place that one comes back to is drawn by then.
    const frame = requestAnimationFrame(() => startTransition(() => setSettled(true)));
    return () => cancelAnimationFrame(frame);
  }, []);
  useLayoutEffect(() => {
    setOffset((box.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, []);
  const list = useWindowList({
    count: items.length,
    estimatedHeight,
    keyOf: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: settled ? OVERSCAN : OVERSCAN_FIRST,
    offset,
    range: (range) => withHeld(range, focusedAt),
    known: measured.get(name) ?? [],
    atOnce: !settled,
  });
  const { shown, lastIndex, measurements, reveal } = list;
  useEffect(() => () => void measured.set(name, measurements()), [name, measurements]);

  const endIsNear = items.length > 0 && lastIndex >= items.length - END_NEAR_ITEMS;
  useEffect(() => {
    if (endIsNear) onEndNear?.();
  }, [endIsNear, onEndNear, items.length]);

  useFeedKeys(box, items.length, reveal);

  return (
    <div
      ref={(element) => {
        box.current = element;
        list.container(element);
      }}
      onFocus={({ target }) => setFocusedAt(indexAround(target))}
      onBlur={({ relatedTarget }) => {
        if (indexAround(relatedTarget) === undefined) setFocusedAt(undefined);
      }}
      role="feed"
      aria-label={label}
      aria-busy={busy}
      className="virtual"
    >
      {shown.map(({ index, key }) => {
        const item = items[index];
        return (
          item !== undefined && (
            <div key={key} ref={list.item} data-index={index} className="virtual-item">
              {children(item, {
                'aria-posinset': index + 1,
                'aria-setsize': hasMore ? -1 : items.length,
                tabIndex: 0,
              })}
            </div>
          )
        );
      })}
    </div>
  );
}

/** What is near the screen, and the item that holds the focus, wherever it is. */
function withHeld(range: Range, held: number | undefined): number[] {
  const near = defaultRangeExtractor(range);
  const isHere = held === undefined || held >= range.count || near.includes(held);
  return isHere ? near : [...near, held].toSorted((one, other) => one - other);
}

function indexAround(element: Element | null): number | undefined {
  const index = element?.closest<HTMLElement>('[data-index]')?.dataset['index'];
  return index === undefined ? undefined : Number(index);
}
