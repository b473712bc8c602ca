// Search: one index of words over the texts of all areas, in the transactions that change them.
// Other areas put texts in and say what is shown; nobody but the owner asks.
import { defineFeature } from '#kernel/feature.ts';
import { access } from '#node/access/index.ts';
import { searchRoutes } from './http.ts';
import { migrations } from './migrations/index.ts';
import { createSearch, type SearchDoor } from './service.ts';

export type { SearchEntry, SearchHit, SearchRef } from './model.ts';
export type { SearchDoor } from './service.ts';

export const search = defineFeature({
  name: 'search',
  needs: { access },
  migrations,
  start(host, doors) {
    const service = createSearch(host);
    doors.access.register('search', {
      decide: () => ({ allow: false, why: 'the index is for the owner alone' }),
    });
    const door: SearchDoor = service;
    return { door, routes: searchRoutes(service) };
  },
});
