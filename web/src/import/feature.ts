// Bringing along what one wrote elsewhere: an export of a Mastodon account becomes posts.
// Events of posts say nothing here: the screen asks how far it is while something runs.
import { defineFeature } from '../router/feature.ts';

export const imports = defineFeature({
  name: 'import',
  screens: [
    {
      path: '/import',
      load: () => import('./import-screen.tsx'),
      navigation: {
        label: { en: 'Bring along', fr: 'Apporter' },
        icon: 'archive',
        order: 120,
        where: 'more',
      },
    },
  ],
});
