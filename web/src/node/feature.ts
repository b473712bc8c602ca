// The node in the app: how it is, what it holds, whom it reached, what it noted down.
// Screens are loaded when they are opened.
import { defineFeature } from '../router/feature.ts';

export const node = defineFeature({
  name: 'node',
  screens: [
    {
      path: '/node',
      load: () => import('./node-screen.tsx'),
      navigation: { label: { en: 'Your node', fr: 'Votre nœud' }, icon: 'node', order: 85, where: 'more' },
    },
    { path: '/node/peers', load: () => import('./peers-screen.tsx') },
    { path: '/node/log', load: () => import('./log-screen.tsx') },
  ],
  live: { node: ['status', 'identity', 'audit'], delivery: ['status'], session: ['audit'] },
});
