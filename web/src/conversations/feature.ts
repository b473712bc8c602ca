// Conversations in the app: those that stand, the requests of strangers apart, and each with its words. Screens are
// loaded when they are opened; part of the first load is only the number beside the way to them.
import { defineFeature } from '../router/feature.ts';
import { useUnreadMessages } from './unread-count.ts';

export const conversations = defineFeature({
  name: 'conversations',
  shows: ['content'],
  screens: [
    {
      path: '/messages',
      load: () => import('./list-screen.tsx'),
      navigation: {
        label: { en: 'Messages', fr: 'Messages' },
        icon: 'messages',
        order: 40,
        where: 'bar',
        useCount: useUnreadMessages,
      },
      prefetch: true,
    },
    { path: '/messages/requests', load: () => import('./requests-screen.tsx') },
    { path: '/messages/new', load: () => import('./new-screen.tsx') },
    { path: '/messages/:who', load: () => import('./thread-screen.tsx'), prefetch: true },
  ],
  live: { message: ['messages', 'conversations'], delivery: ['messages', 'conversations'] },
});
