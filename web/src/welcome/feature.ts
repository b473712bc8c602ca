// The first run: five steps from the claim link to a node that is one's own. It stands alone, without the ways of the
// app, and is open before anybody is signed in.
import { defineFeature } from '../router/feature.ts';

export const welcome = defineFeature({
  name: 'welcome',
  screens: [{ path: '/welcome', load: () => import('./welcome-screen.tsx'), alone: true }],
});
