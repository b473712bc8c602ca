// Binds search's contract to its service.
// Decides nothing: the service does.
import { bind, type BoundRoute } from '#kernel/http/contract.ts';
import { searchRoute } from './api.ts';
import type { Search } from './service.ts';

export function searchRoutes(search: Search): BoundRoute[] {
  return [
    bind(searchRoute, async ({ query }) => {
      const { items, next_cursor } = await search.find({ ...query, text: query.q });
      return { items: [...items], next_cursor };
    }),
  ];
}
