// Posts in the app: the feed, which is home, writing, and one post with its answers. Screens are loaded when they are
// opened. Events of posts make the newest of the feed and single posts stale; the feed itself waits to be asked, and only
// those of its posts that an event names are shown anew.
import { defineFeature } from '../router/feature.ts';

export const posts = defineFeature({
  name: 'posts',
  shows: ['content'],
  screens: [
    {
      path: '/',
      load: () => import('./feed-screen.tsx'),
      navigation: { label: { en: 'Home', fr: 'Accueil' }, icon: 'home', order: 10, where: 'bar' },
    },
    {
      path: '/write',
      load: () => import('./write-screen.tsx'),
      navigation: { label: { en: 'Write', fr: 'Écrire' }, icon: 'pen', order: 20, where: 'bar' },
      prefetch: true,
    },
    { path: '/post/:author/:id', load: () => import('./post-screen.tsx'), prefetch: true },
  ],
  live: { feed: ['feed', 'posts'], post: ['posts', 'feed'] },
  refresh: {
    kinds: ['feed', 'post', 'delivery'],
    run: async (ids) => (await import('../content/post-cache.ts')).refreshHeld(ids),
  },
});
