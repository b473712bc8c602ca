// Notifications in the app: what happened that the owner may want to know, and what they want to be told of.
// Part of the first load is only the number beside the way to them.
import { defineFeature } from '../router/feature.ts';
import { useUnreadCount } from './unread-count.ts';

export const notifications = defineFeature({
  name: 'notifications',
  screens: [
    {
      path: '/notifications',
      load: () => import('./notifications-screen.tsx'),
      navigation: {
        label: { en: 'News', fr: 'Nouvelles' },
        icon: 'bell',
        order: 50,
        where: 'bar',
        useCount: useUnreadCount,
      },
      prefetch: true,
    },
    { path: '/notifications/settings', load: () => import('./settings-screen.tsx') },
  ],
  live: { notification: ['notifications'] },
});
