// Invitations in the app: making a link, seeing what became of it, and coming with somebody else's.
// Changes of connections tell that an invitation was used.
import { defineFeature } from '../router/feature.ts';

export const invites = defineFeature({
  name: 'invites',
  screens: [
    {
      path: '/invites',
      load: () => import('./invites-screen.tsx'),
      navigation: { label: { en: 'Invite', fr: 'Inviter' }, icon: 'share', order: 70, where: 'more' },
    },
    { path: '/invites/open', load: () => import('./open-screen.tsx') },
  ],
  live: { connection: ['invites'] },
});
