// Lists: rows with a line between them, and what the node gives in pages, with what stands there while it comes, when it
// cannot be had, and when there is nothing. What was read before stays on the screen when asking again fails.
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { itemsOf } from '../api/queries.ts';
import { useShellText } from '../shell/words.ts';
import { Button } from './button.tsx';
import { ProblemNote, Skeletons } from './text.tsx';

/** A list of rows with a line between them; `label` names it for screen readers. */
export function List<Item>({
  label,
  items,
  keyOf,
  children,
}: {
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly children: (item: Item) => ReactNode;
}): ReactNode {
  return (
    <ul className="list" aria-label={label}>
      {items.map((item) => (
        <li key={keyOf(item)}>{children(item)}</li>
      ))}
    </ul>
  );
}

export interface PagesProps<Item> {
  /** `useInfiniteQuery(readPages(...))`. */
  readonly pages: UseInfiniteQueryResult<{ readonly pages: readonly { readonly items: readonly Item[] }[] }>;
  /** How many rows to expect while the first page comes. */
  readonly expected?: number;
  /** In the place of a list without items. */
  readonly empty?: ReactNode;
  /** Shows the items that are here; called when there are some. */
  readonly children: (items: readonly Item[]) => ReactNode;
}

/** What comes in pages, and the button to the next one. */
export function Pages<Item>({ pages, expected = 4, empty, children }: PagesProps<Item>): ReactNode {
  const t = useShellText();
  const items = itemsOf(pages.data);
  return (
    <>
      {pages.isPending && <Skeletons count={expected} />}
      {pages.isError && items.length === 0 && (
        <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />
      )}
      {pages.isSuccess && items.length === 0 && empty}
      {items.length > 0 && children(items)}
      {pages.hasNextPage && (
        <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('list.more')}
        </Button>
      )}
    </>
  );
}
