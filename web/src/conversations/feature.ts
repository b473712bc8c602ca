// Conversations in the app: those that stand, the requests of strangers apart, and each with its words. Screens are
// loaded when they are opened; part of the first load is only the number beside the way to them.
import { makeStale } from '../api/queries.ts';
import { defineFeature } from '../router/feature.ts';
import { useUnreadMessages } from './unread-count.ts';

/** Not the address of something else (`orf://<node id>/<kind>/<id>`): of a message, or the node's id for all at once. */
const mayBeMessage = (id: string): boolean => !id.startsWith('orf://') || id.split('/')[3] === 'message';

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
  live: { message: ['messages', 'conversations'] },
  // A post to many is told of twice a second while it is on its way: no conversation shows it.
  refresh: {
    kinds: ['delivery'],
    run: async (ids) => {
      if ([...ids].some(mayBeMessage)) await makeStale('messages', 'conversations');
    },
  },
});
