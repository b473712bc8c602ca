// What this connection allows and what it does not, with the way out for each: open to everybody, also before the
// sign-in, since it says why somebody cannot sign in.
import { defineFeature } from '../router/feature.ts';

export const trust = defineFeature({
  name: 'trust',
  screens: [
    {
      path: '/trust',
      load: () => import('./trust-screen.tsx'),
      navigation: {
        label: { en: 'This connection', fr: 'Cette connexion' },
        icon: 'shield',
        order: 95,
        where: 'more',
      },
      open: true,
    },
  ],
});
