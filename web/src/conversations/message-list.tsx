// The words of one conversation, oldest above, read from the bottom: only what is near the screen exists, older ones come
// when one nears the top and nothing moves, new ones are followed only by who stands at the end. The place is kept.
import { useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useSignal } from '../api/signal.ts';
import { Button } from '../design/button.tsx';
import { formatDay } from '../text/format.ts';
import { language } from '../text/language.ts';
import { useTalkText } from './words.ts';

/** One line with its foot; measured heights take its place. */
const ROW_HEIGHT = 76;
const OVERSCAN = 8;
/** So near the end (CSS pixels), one stands at it. */
const END_PX = 120;
/** So many rows before the top, older ones are fetched. */
const TOP_NEAR_ROWS = 12;

export interface Row {
  readonly key: string;
  readonly at: number;
  /** Begins the words that were not read when the conversation was opened. */
  readonly isFirstUnread: boolean;
  readonly content: ReactNode;
}

interface Place {
  readonly last: string | undefined;
  readonly offset: number;
  readonly measured: VirtualItem[];
}
const places = new Map<string, Place>();

export interface MessageListProps {
  /** Under which the place is kept. */
  readonly name: string;
  readonly label: string;
  readonly rows: readonly Row[];
  readonly onTopNear: () => void;
  readonly hasOlder: boolean;
}

export function MessageList({ name, label, rows, onTopNear, hasOlder }: MessageListProps): ReactNode {
  const t = useTalkText();
  const box = useRef<HTMLDivElement>(null);
  const kept = places.get(name);
  const last = rows.at(-1)?.key;
  // Who comes back to the same words stands where they were; else at the newest.
  const [comesBack] = useState(kept !== undefined && kept.last === last);
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    initialMeasurementsCache: comesBack ? (kept?.measured ?? []) : [],
  });
  useKeptPlace(name, virtualizer, { kept: comesBack ? kept : undefined, last });

  const shown = virtualizer.getVirtualItems();
  const atEnd = virtualizer.scrollElement === null || virtualizer.isAtEnd(END_PX);
  const topIsNear = (virtualizer.range?.startIndex ?? TOP_NEAR_ROWS) < TOP_NEAR_ROWS;
  useEffect(() => {
    if (topIsNear && hasOlder) onTopNear();
  }, [topIsNear, hasOlder, onTopNear, rows.length]);

  return (
    <div className="talk-box">
      {/* A region that scrolls takes the focus, so that the keyboard can scroll it. */}
      <div ref={box} className="talk-scroll" tabIndex={0} role="region" aria-label={label}>
        <div role="list" className="talk-rows" style={{ blockSize: virtualizer.getTotalSize() }}>
          {shown.map(({ index, key, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={key}
                ref={virtualizer.measureElement}
                role="listitem"
                aria-posinset={index + 1}
                aria-setsize={hasOlder ? -1 : rows.length}
                data-index={index}
                className="talk-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                <Day at={row.at} before={rows[index - 1]?.at} />
                {row.isFirstUnread && <p className="talk-divider new">{t('firstUnread')}</p>}
                {row.content}
              </div>
            );
          })}
        </div>
      </div>
      {!atEnd && (
        <Button
          className="to-end"
          icon="down"
          onClick={() => virtualizer.scrollToIndex(rows.length - 1, { align: 'end' })}
        >
          {t('toEnd')}
        </Button>
      )}
    </div>
  );
}

/** Begins where the person was, or at the newest; and keeps the place when they leave. */
function useKeptPlace(
  name: string,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  { kept, last }: { readonly kept: Place | undefined; readonly last: string | undefined },
): void {
  useLayoutEffect(() => {
    const end = Math.max(0, virtualizer.options.count - 1);
    if (kept === undefined) virtualizer.scrollToIndex(end, { align: 'end' });
    else virtualizer.scrollToOffset(kept.offset);
    // Once, with what is here first.
  }, []);
  const lastRef = useRef(last);
  lastRef.current = last;
  useEffect(
    () => () => {
      const { measurementsCache, scrollOffset } = virtualizer;
      places.set(name, { last: lastRef.current, offset: scrollOffset ?? 0, measured: measurementsCache });
    },
    [name, virtualizer],
  );
}

/** The day, above its first words. */
function Day({ at, before }: { readonly at: number; readonly before: number | undefined }): ReactNode {
  const now = useSignal(language);
  if (before !== undefined && new Date(before).toDateString() === new Date(at).toDateString()) return null;
  return <p className="talk-divider">{formatDay(at, Date.now(), now)}</p>;
}
