// Reads a paged list to its end, or to a limit: what a CLI command does with every `{items, next_cursor}` route.
// It refuses to loop on a cursor that does not move.

/** The largest page that list routes give. */
export const PAGE_MAX = 100;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

/** Reads pages until there are `limit` items (all when absent), in order. */
export async function readPages<Item>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<Item>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  while (items.length < limit) {
    const size = Math.min(PAGE_MAX, limit - items.length);
    const page: Page<Item> = await read(cursor === null ? { limit: size } : { limit: size, cursor });
    items.push(...page.items);
    if (page.next_cursor === null || page.next_cursor === cursor) break;
    cursor = page.next_cursor;
  }
  return items.slice(0, limit);
}
