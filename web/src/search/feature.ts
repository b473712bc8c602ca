// Search in the app: everything the owner may see, by its words.
// New posts and messages make what was found stale.
import { defineFeature } from '../router/feature.ts';

export const search = defineFeature({
  name: 'search',
  screens: [
    {
      path: '/search',
      load: () => import('./search-screen.tsx'),
      navigation: { label: { en: 'Search', fr: 'Recherche' }, icon: 'search', order: 60, where: 'more' },
    },
  ],
  live: { feed: ['search'], message: ['search'] },
});
