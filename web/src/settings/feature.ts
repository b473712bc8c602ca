// Settings of this device and of the account, and the ways out: a copy of everything, leaving, signing out.
// Screens are loaded when they are opened.
import { defineFeature } from '../router/feature.ts';

export const settings = defineFeature({
  name: 'settings',
  screens: [
    {
      path: '/settings',
      load: () => import('./settings-screen.tsx'),
      navigation: { label: { en: 'Settings', fr: 'Réglages' }, icon: 'settings', order: 88, where: 'more' },
    },
    { path: '/settings/blocks', load: () => import('./blocks-screen.tsx') },
    { path: '/settings/export', load: () => import('./export-screen.tsx') },
    { path: '/settings/leave', load: () => import('./leave-screen.tsx') },
  ],
  live: { connection: ['blocks'] },
});
